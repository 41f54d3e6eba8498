//! Reading a request's body field by field, and telling the caller about all wrong fields at once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::answer::Refusal;

pub(crate) const INVALID_INPUT: &str = "invalid_input";

/// A body being read. Getters answer with an empty value for what is wrong and remember it; [`Form::done`]
/// tells whether anything was.
pub(crate) struct Form<'a> {
    body: &'a Map<String, Value>,
    names: Names,
    wrong: Map<String, Value>,
    codes: BTreeSet<&'static str>,
}

/// Fields that the caller knows by another name: where it is read, and what the caller calls it.
pub(crate) type Names = &'static [(&'static str, &'static str)];

impl<'a> Form<'a> {
    pub(crate) fn read(body: &'a Value) -> Result<Self, Refusal> {
        let body =
            body.as_object().ok_or_else(|| Refusal::bad(INVALID_INPUT, "the body must be a JSON object"))?;
        Ok(Self::over(body))
    }

    pub(crate) fn over(body: &'a Map<String, Value>) -> Self {
        Self { body, names: &[], wrong: Map::new(), codes: BTreeSet::new() }
    }

    /// Refusals call the fields by these names.
    pub(crate) fn named(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// Whether the caller sent the field at all (null counts as absent). `path` may be dotted.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.value(path).is_some()
    }

    pub(crate) fn text(&mut self, path: &str) -> String {
        let text = self.text_if_sent(path);
        if text.is_none() && !self.is_refused(path) {
            self.refuse(path, INVALID_INPUT, "is required");
        }
        text.unwrap_or_default()
    }

    pub(crate) fn text_if_sent(&mut self, path: &str) -> Option<String> {
        match self.value(path)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::String(_) => self.none(path, "must not be empty"),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.none(path, "must be text")
            }
        }
    }

    pub(crate) fn one_of(&mut self, path: &str, allowed: &[&str]) -> String {
        let text = self.text(path);
        if !text.is_empty() && !allowed.contains(&text.as_str()) {
            self.refuse(path, INVALID_INPUT, format!("must be one of {}", allowed.join(", ")));
        }
        text
    }

    /// A whole number: cents or Unix seconds.
    pub(crate) fn whole(&mut self, path: &str) -> i64 {
        let number = self.whole_if_sent(path);
        if number.is_none() && !self.is_refused(path) {
            self.refuse(path, INVALID_INPUT, "is required");
        }
        number.unwrap_or_default()
    }

    pub(crate) fn whole_if_sent(&mut self, path: &str) -> Option<i64> {
        let value = self.value(path)?;
        match value.as_i64() {
            Some(number) => Some(number),
            None => self.none(path, "must be a whole number"),
        }
    }

    pub(crate) fn at_least(&mut self, path: &str, least: i64) -> i64 {
        let number = self.whole(path);
        if number < least && !self.is_refused(path) {
            self.refuse(path, INVALID_INPUT, format!("must be at least {least}"));
        }
        number
    }

    pub(crate) fn yes_or_no(&mut self, path: &str) -> bool {
        let answer = self.value(path).and_then(Value::as_bool);
        if answer.is_none() {
            self.refuse(path, INVALID_INPUT, "must be true or false");
        }
        answer.unwrap_or_default()
    }

    pub(crate) fn texts(&mut self, path: &str) -> Vec<String> {
        let items = self.value(path).and_then(Value::as_array);
        let texts: Option<Vec<String>> =
            items.and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        match texts {
            Some(texts) if !texts.is_empty() => texts,
            Some(_) | None => {
                self.refuse(path, INVALID_INPUT, "must be a list of at least one text");
                Vec::new()
            }
        }
    }

    /// An object such as `custom_metadata`, empty where none was sent.
    pub(crate) fn object(&mut self, path: &str) -> Map<String, Value> {
        match self.value(path) {
            None => Map::new(),
            Some(Value::Object(object)) => object.clone(),
            Some(_) => {
                self.refuse(path, INVALID_INPUT, "must be an object");
                Map::new()
            }
        }
    }

    pub(crate) fn refuse(&mut self, path: &str, error_code: &'static str, text: impl Into<String>) {
        self.wrong.insert(self.name(path).to_owned(), Value::String(text.into()));
        self.codes.insert(error_code);
    }

    /// Refuses with every wrong field; the code is the particular one only when there is just one reason.
    pub(crate) fn done(self) -> Result<(), Refusal> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        let mut codes = self.codes.into_iter();
        let error_code = match (codes.next(), codes.next()) {
            (Some(only), None) => only,
            (Some(_) | None, Some(_) | None) => INVALID_INPUT,
        };
        Err(Refusal::bad(error_code, Value::Object(self.wrong)))
    }

    fn name<'b>(&self, path: &'b str) -> &'b str {
        self.names.iter().find(|(read, _)| *read == path).map_or(path, |(_, name)| name)
    }

    fn is_refused(&self, path: &str) -> bool {
        self.wrong.contains_key(self.name(path))
    }

    fn value(&self, path: &str) -> Option<&'a Value> {
        let mut steps = path.split('.');
        let first = self.body.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step)).filter(|value| !value.is_null())
    }

    fn none<T>(&mut self, path: &str, text: &str) -> Option<T> {
        self.refuse(path, INVALID_INPUT, text);
        None
    }
}
