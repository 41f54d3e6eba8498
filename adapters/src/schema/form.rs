//! How a value of the domain takes its stored form and comes back from it.

use super::malformed::Fault;
use super::scan::Scanned;
use serde::{Deserialize, Serialize};

/// A value of the domain that can be stored.
pub(super) trait Value: Sized + 'static {
    /// What it is in JSON. It borrows both ways: from the value to write it, from the stored bytes to read it.
    type Form<'a>: Serialize + Deserialize<'a> + Scanned<'a> + Absent;

    /// The form to write.
    fn form(&self) -> Self::Form<'_>;

    /// The value that the form stands for, if it stands for one.
    fn read(form: Self::Form<'_>) -> Result<Self, Fault>;
}

/// Whether a form is left out of the object it belongs to.
pub(super) trait Absent {
    fn is_absent(&self) -> bool {
        false
    }
}

impl Absent for i64 {}
impl Absent for u32 {}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Value> Value for Option<T> {
    type Form<'a> = Option<T::Form<'a>>;

    fn form(&self) -> Self::Form<'_> {
        self.as_ref().map(T::form)
    }

    fn read(form: Self::Form<'_>) -> Result<Self, Fault> {
        form.map(T::read).transpose()
    }
}

/// The compact JSON of a form.
pub(super) fn json(form: &impl Serialize) -> Vec<u8> {
    // what most events and envelopes fit in
    let mut json = Vec::with_capacity(256);
    #[expect(
        clippy::expect_used,
        reason = "forms are objects of texts and integers, which always serialize"
    )]
    serde_json::to_writer(&mut json, form).expect("a form serializes");
    json
}

/// The struct that serde reads and writes: each field in the form of its type, under its own name or the one
/// after `as`.
macro_rules! form {
    ($form:ident { $($field:ident: $type:ty $(as $key:literal)?),* }) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, expecting = "an object", bound(deserialize = "'de: 'a"))]
        pub(super) struct $form<'a> {
            $(
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::schema::form::Absent::is_absent")]
                $field: <$type as $crate::schema::form::Value>::Form<'a>,
            )*
            #[serde(skip)]
            life: std::marker::PhantomData<&'a ()>,
        }

        impl $crate::schema::form::Absent for $form<'_> {}

        impl<'a> $crate::schema::scan::Scanned<'a> for $form<'a> {
            fn scan(scan: &mut $crate::schema::scan::Scan<'a>) -> Option<Self> {
                scan.eat("{")?;
                #[allow(unused_mut, unused_variables, reason = "some forms have no fields")]
                let mut comma = false;
                $(let $field = scan.field(&mut comma, $crate::schema::form::written!($field $(as $key)?))?;)*
                scan.eat("}")?;
                Some(Self { $($field,)* life: std::marker::PhantomData })
            }
        }
    };
}

/// A field's key as it is written, with quotes and colon.
macro_rules! written {
    ($field:ident) => {
        concat!("\"", stringify!($field), "\":")
    };
    ($field:ident as $key:literal) => {
        concat!("\"", $key, "\":")
    };
}

/// The value of a field; what is wrong with it bears the field's stored name.
macro_rules! value {
    ($field:ident) => {
        value!($field as (stringify!($field)))
    };
    ($field:ident as $key:tt) => {
        $crate::schema::form::Value::read($field).map_err(|fault| fault.within($key))
    };
}

/// A struct of the domain that is stored as an object with the same fields.
macro_rules! record {
    ($value:ident as $form:ident { $($field:ident: $type:ty $(as $key:literal)?),* }) => {
        form! { $form { $($field: $type $(as $key)?),* } }

        impl $crate::schema::form::Value for $value {
            type Form<'a> = $form<'a>;

            fn form(&self) -> $form<'_> {
                $form {
                    $($field: $crate::schema::form::Value::form(&self.$field),)*
                    life: std::marker::PhantomData,
                }
            }

            fn read(form: $form<'_>) -> Result<Self, $crate::schema::malformed::Fault> {
                let $form { $($field,)* life: _ } = form;
                Ok(Self { $($field: value!($field $(as $key)?)?),* })
            }
        }
    };
}

pub(super) use {form, record, value, written};
