//! A short text that lies where it is kept: a history is folded without a visit to the heap for each id.

use alloc::boxed::Box;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// How many bytes lie in place. The vendors' ids have at most some twenty.
const ROOM: usize = 22;

/// A text that is never changed.
#[derive(Clone)]
pub(crate) enum Text {
    /// In place: its length, and its bytes with zeros behind them.
    Short(u8, [u8; ROOM]),
    /// On the heap.
    Long(Box<str>),
}

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; ROOM];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(length, bytes)
            }
            (None, _) | (_, Err(_)) => Self::Long(text.into()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            // only whole texts are put there
            Self::Short(..) => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(text) => text.as_bytes(),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.as_bytes().hash(hasher);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_reads_back_compares_and_shows_as_it_is(one in ".{0,30}", other in ".{0,30}") {
            let (text, than) = (Text::new(&one), Text::new(&other));
            prop_assert_eq!(text.as_str(), &one);
            prop_assert_eq!(text.cmp(&than), one.cmp(&other));
            prop_assert_eq!(text == than, one == other);
            prop_assert_eq!(alloc::format!("{text:?}"), alloc::format!("{one:?}"));
        }
    }
}
