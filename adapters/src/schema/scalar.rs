//! The values that are one text, one integer or one list in JSON.

use super::form::{Absent, Value};
use super::malformed::Fault;
use super::scan::{Scan, Scanned, list};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{BindOn, Failure, Key, Noticed, Round, Step};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId,
    QuoteId, SessionId, WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::iter;

/// A text, borrowed from the stored bytes unless it has escapes in it.
#[derive(Serialize, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Absent for Text<'_> {}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Value for String {
    type Form<'a> = Text<'a>;

    fn form(&self) -> Text<'_> {
        self.as_str().into()
    }

    fn read(form: Text<'_>) -> Result<Self, Fault> {
        Ok(form.0.into_owned())
    }
}

macro_rules! ids {
    ($($id:ident)+) => {$(
        impl Value for $id {
            type Form<'a> = Text<'a>;

            fn form(&self) -> Text<'_> {
                self.as_str().into()
            }

            fn read(form: Text<'_>) -> Result<Self, Fault> {
                Self::parse(&form.0).map_err(|error| Fault::new(error.to_string()))
            }
        }
    )+};
}

ids! {
    WorkOrderId WorkerId ClientId ContractorId JobId QuoteId SessionId PolicyId AssignmentId CertificateId
    InvoiceId DocumentId PersonId
}

impl Value for Step {
    type Form<'a> = Text<'a>;

    fn form(&self) -> Text<'_> {
        self.as_str().into()
    }

    fn read(form: Text<'_>) -> Result<Self, Fault> {
        Self::parse(&form.0).ok_or(Fault::new("names no step that is known"))
    }
}

impl Value for BindOn {
    type Form<'a> = Text<'a>;

    fn form(&self) -> Text<'_> {
        match self {
            Self::InProgress => "in_progress".into(),
            Self::Applied => "applied".into(),
        }
    }

    fn read(form: Text<'_>) -> Result<Self, Fault> {
        match &*form.0 {
            "in_progress" => Ok(Self::InProgress),
            "applied" => Ok(Self::Applied),
            _ => Err(Fault::new("is neither `in_progress` nor `applied`")),
        }
    }
}

impl Value for Timestamp {
    type Form<'a> = i64;

    fn form(&self) -> i64 {
        self.unix()
    }

    fn read(seconds: i64) -> Result<Self, Fault> {
        let at = Self::from_unix(seconds);
        if at.unix() == seconds { Ok(at) } else { Err(Fault::new("lies outside the years 0 to 9999")) }
    }
}

/// A call that the vendor did not refuse is left out: lines older than the difference say nothing of it either.
impl Value for Failure {
    type Form<'a> = Option<Text<'a>>;

    fn form(&self) -> Option<Text<'_>> {
        match self {
            Self::Refused => Some("refused".into()),
            Self::Unsettled => None,
        }
    }

    fn read(form: Option<Text<'_>>) -> Result<Self, Fault> {
        match form.as_ref().map(|text| &*text.0) {
            Some("refused") => Ok(Self::Refused),
            None => Ok(Self::Unsettled),
            Some(_) => Err(Fault::new("is not `refused`")),
        }
    }
}

/// The same key is left out, for the same reason.
impl Value for Key {
    type Form<'a> = Option<Text<'a>>;

    fn form(&self) -> Option<Text<'_>> {
        match self {
            Self::New => Some("new".into()),
            Self::Same => None,
        }
    }

    fn read(form: Option<Text<'_>>) -> Result<Self, Fault> {
        match form.as_ref().map(|text| &*text.0) {
            Some("new") => Ok(Self::New),
            None => Ok(Self::Same),
            Some(_) => Err(Fault::new("is not `new`")),
        }
    }
}

/// Where nobody reported the end of cover, our own clock noticed it.
impl Value for Noticed {
    type Form<'a> = Option<i64>;

    fn form(&self) -> Option<i64> {
        match self {
            Self::ByVendor(at) => Some(at.unix()),
            Self::ByClock => None,
        }
    }

    fn read(reported: Option<i64>) -> Result<Self, Fault> {
        reported.map_or(Ok(Self::ByClock), |seconds| Timestamp::read(seconds).map(Self::ByVendor))
    }
}

impl Value for Cents {
    type Form<'a> = i64;

    fn form(&self) -> i64 {
        self.get()
    }

    fn read(cents: i64) -> Result<Self, Fault> {
        Ok(Self::new(cents))
    }
}

impl Value for Round {
    type Form<'a> = u32;

    fn form(&self) -> u32 {
        self.get()
    }

    fn read(number: u32) -> Result<Self, Fault> {
        Ok(Self::new(number))
    }
}

/// The vendor's names of some lines, in the vendor's order.
pub(super) struct Names(Lines);

impl Absent for Names {}

impl Value for Lines {
    type Form<'a> = Names;

    fn form(&self) -> Names {
        Names(*self)
    }

    fn read(form: Names) -> Result<Self, Fault> {
        Ok(form.0)
    }
}

impl<'a> Scanned<'a> for Names {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        let mut lines = Lines::NONE;
        list(scan, |name| {
            Line::parse(name).map(|line| lines = Lines::joined([lines, [line].into_iter().collect()]))
        })?;
        Some(Self(lines))
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Line::as_str))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the names of coverage lines")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Names, A::Error> {
        iter::from_fn(|| names.next_element::<Text<'de>>().transpose())
            .map(|name| {
                Line::parse(&name?.0).ok_or_else(|| Error::custom("names no coverage line that is known"))
            })
            .collect::<Result<Lines, A::Error>>()
            .map(Names)
    }
}
