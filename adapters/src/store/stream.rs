use crate::visible::is_hidden;
use std::sync::Arc;

use thiserror::Error;

/// The longest stream name, in bytes.
const MAX_BYTES: usize = 512;

/// Names one stream, `<category>-<id>`: `coverage-12345`, `delivery-workmarket-abc`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamName {
    name: Arc<str>,
    category_bytes: usize,
}

impl StreamName {
    /// Reads a name; its category ends at the first `-`. Names that start with `$` belong to EventStoreDB.
    pub fn parse(name: &str) -> Result<Self, BadName> {
        if name.len() > MAX_BYTES {
            return Err(BadName::TooLong);
        }
        if name.contains(is_hidden) {
            return Err(BadName::ControlCharacter);
        }
        let (category, id) = name.split_once('-').ok_or(BadName::NoCategory)?;
        if category.is_empty() || id.is_empty() {
            return Err(BadName::NoCategory);
        }
        if category.starts_with('$') {
            return Err(BadName::Reserved);
        }
        Ok(Self { name: name.into(), category_bytes: category.len() })
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What comes before the first `-`: the kind of thing the stream is about.
    pub fn category(&self) -> &str {
        self.name.get(..self.category_bytes).unwrap_or_default()
    }

    /// The name, to be kept as the key of a map.
    pub(super) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}

impl std::fmt::Display for StreamName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// A kind of stream, to read or subscribe to all of its streams and no other: `coverage`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Category(Box<str>);

impl Category {
    /// Reads a category: what may stand before the `-` of a stream name.
    pub fn parse(category: &str) -> Result<Self, BadName> {
        if category.contains('-') {
            return Err(BadName::NoCategory);
        }
        StreamName::parse(&format!("{category}-x")).map(|_| Self(category.into()))
    }

    /// The category as it stands in stream names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a stream of this name is of this category.
    pub fn holds(&self, stream: &str) -> bool {
        stream.split_once('-').is_some_and(|(category, _)| category == self.as_str())
    }
}

/// Why a text is not the name of a stream or of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadName {
    /// Not `<category>-<id>`, or a category with a `-`.
    #[error("a stream is named <category>-<id>, and both parts are there")]
    NoCategory,
    /// It would not be shown as it is.
    #[error("a stream name has no control characters, marks of direction or line separators")]
    ControlCharacter,
    /// EventStoreDB keeps these for itself.
    #[error("a stream name does not start with $")]
    Reserved,
    /// More than 512 bytes.
    #[error("a stream name has at most {MAX_BYTES} bytes")]
    TooLong,
}
