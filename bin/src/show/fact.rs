//! Facts: names and values, which both forms of showing are made from.

use super::time::{rfc3339, span};
use covertrail_adapters::visible::is_hidden;
use covertrail_domain::cover::Lines;
use covertrail_domain::coverage::{Badge, Cover};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use std::fmt::Display;

/// Something told under a name: `work order` on the screen, `work_order` in JSON.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

/// Facts in the order in which they are told; in JSON an object.
#[derive(Debug)]
pub(crate) struct Facts(pub(crate) Vec<Fact>);

/// What is told.
#[derive(Debug)]
pub(crate) enum Value {
    /// It is not known, or there is none: `null` in JSON, left out in text.
    Nothing,
    Text(String),
    Number(u64),
    Flag(bool),
    Moment(Timestamp),
    Span(Window),
    /// In JSON whole cents, and the name says so.
    Amount(Cents),
    Cover(Cover),
    Standing(Badge),
    List(Vec<Value>),
    Record(Facts),
}

/// One fact.
pub(crate) fn fact(name: &'static str, value: impl Into<Value>) -> Fact {
    Fact { name, value: value.into() }
}

/// What shows itself, such as an id.
pub(crate) fn text(shown: impl Display) -> Value {
    Value::Text(shown.to_string())
}

/// Several of a kind.
pub(crate) fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(Into::into).collect())
}

impl Value {
    /// On one line, with nothing in it that could steer a terminal.
    pub(crate) fn inline(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => printable(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Moment(at) => at.to_string(),
            Self::Span(window) => span(*window),
            Self::Amount(cents) => cents.to_string(),
            Self::Cover(cover) => format!("{} {}", cover.lines, span(cover.window)),
            Self::Standing(badge) => badge.to_string(),
            Self::List(items) if items.is_empty() => "none".to_owned(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::inline).collect();
                items.join(", ")
            }
            Self::Record(facts) => format!("({})", facts.inline()),
        }
    }

    /// The items of a list of records; none of anything else.
    pub(crate) fn records(&self) -> Vec<&Facts> {
        let Self::List(items) = self else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| if let Self::Record(facts) = item { Some(facts) } else { None })
            .collect()
    }

    /// Whether there is nothing to tell.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

/// Texts of vendors and people are shown as they are, but for control characters.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push(' '),
            c if is_hidden(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

impl Facts {
    /// On one line: `contractor cn_1, job jb_1`.
    pub(crate) fn inline(&self) -> String {
        let told = self.0.iter().filter(|fact| !fact.value.is_nothing());
        let told: Vec<String> = told.map(|fact| format!("{} {}", fact.name, fact.value.inline())).collect();
        told.join(", ")
    }

    /// As JSON for people and programs, in the order of telling.
    pub(crate) fn to_json(&self) -> String {
        // only a map whose keys are no texts, or a failing writer, could go wrong
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Fact {
    fn key(&self) -> String {
        let unit = if matches!(self.value, Value::Amount(_)) { "_cents" } else { "" };
        format!("{}{unit}", self.name.replace(' ', "_"))
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in &self.0 {
            map.serialize_entry(&fact.key(), &fact.value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Moment(at) => serializer.serialize_str(&rfc3339(*at)),
            Self::Span(window) => {
                Facts(vec![fact("start", window.start()), fact("end", window.end())]).serialize(serializer)
            }
            Self::Amount(cents) => serializer.serialize_i64(cents.get()),
            Self::Cover(cover) => {
                Facts(vec![fact("lines", cover.lines), fact("window", cover.window)]).serialize(serializer)
            }
            Self::Standing(badge) => serializer.serialize_str(badge.as_str()),
            Self::List(items) => serializer.collect_seq(items),
            Self::Record(facts) => facts.serialize(serializer),
        }
    }
}

macro_rules! values {
    ($($type:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

values! {
    &str => Text, String => Text, u64 => Number, bool => Flag, Timestamp => Moment, Window => Span,
    Cents => Amount, Cover => Cover, Badge => Standing, Facts => Record,
}

impl From<Vec<Fact>> for Value {
    fn from(facts: Vec<Fact>) -> Self {
        Self::Record(Facts(facts))
    }
}

impl From<Lines> for Value {
    fn from(lines: Lines) -> Self {
        Self::List(lines.iter().map(text).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}
