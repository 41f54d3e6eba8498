//! An answer read field by field: what is not understood is left alone, what is wrong is named.

use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Everything that is wrong with an answer, by field. It never holds a value: values may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Malformed {
    wrong: Vec<(&'static str, &'static str)>,
}

impl Malformed {
    /// The one field that is wrong, and why.
    pub(crate) fn new(field: &'static str, why: &'static str) -> Self {
        Self { wrong: vec![(field, why)] }
    }

    /// To go on with another's terms would insure the wrong person or the wrong work.
    pub(crate) fn another() -> Self {
        Self::new("id", "another than was asked for")
    }

    /// The fields, each with what is wrong with it, in the order they were read.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wrong.iter().copied()
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, why)) in self.wrong.iter().enumerate() {
            write!(f, "{}{field}: {why}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// How many objects within each other [`Fields::open_deep`] opens.
const DEPTH: usize = 3;

/// A JSON object whose numbers are still the text they were sent as.
pub(crate) struct Fields<'a> {
    values: BTreeMap<String, &'a RawValue>,
    wrong: Vec<(&'static str, &'static str)>,
}

impl<'a> Fields<'a> {
    /// Opens an answer that has to be one object.
    pub(crate) fn open(body: &'a [u8]) -> Result<Self, Malformed> {
        match serde_json::from_slice(body) {
            Ok(values) => Ok(Self { values, wrong: Vec::new() }),
            Err(_) => Err(Malformed::new("answer", "not a JSON object")),
        }
    }

    /// Opens an object together with the objects in it: their fields are named by their way, as in `pricing.type`.
    pub(crate) fn open_deep(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Self::open(body)?;
        let mut level: Vec<(String, &'a RawValue)> =
            fields.values.iter().map(|(name, value)| (name.clone(), *value)).collect();
        for _ in 1..DEPTH {
            let mut deeper = Vec::new();
            for (way, value) in level {
                let inner: BTreeMap<String, &'a RawValue> =
                    serde_json::from_str(value.get()).unwrap_or_default();
                deeper.extend(inner.into_iter().map(|(name, value)| (format!("{way}.{name}"), value)));
            }
            fields.values.extend(deeper.iter().cloned());
            level = deeper;
        }
        Ok(fields)
    }

    /// The field's value as it was sent; null or an empty text is as good as absent.
    pub(crate) fn raw(&self, field: &str) -> Option<&'a RawValue> {
        self.values.get(field).copied().filter(|value| !matches!(value.get(), "null" | "\"\""))
    }

    /// Reads a field that may be absent or null.
    pub(crate) fn optional<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&'a RawValue) -> Result<T, &'static str>,
    ) -> Option<T> {
        match read(self.raw(field)?) {
            Ok(value) => Some(value),
            Err(why) => self.refuse(field, why),
        }
    }

    /// Reads a field that has to be there.
    pub(crate) fn required<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&'a RawValue) -> Result<T, &'static str>,
    ) -> Option<T> {
        match self.raw(field) {
            Some(_) => self.optional(field, read),
            None => self.refuse(field, "missing"),
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse<T>(&mut self, field: &'static str, why: &'static str) -> Option<T> {
        self.wrong.push((field, why));
        None
    }

    /// What was found to be wrong.
    pub(crate) fn refused(self) -> Malformed {
        Malformed { wrong: self.wrong }
    }

    /// What was read, provided that nothing was wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Malformed> {
        match read {
            Some(value) if self.wrong.is_empty() => Ok(value),
            Some(_) | None => Err(self.refused()),
        }
    }
}
