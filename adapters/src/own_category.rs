//! The categories of streams that the program writes: one list, from which the names of its streams and the rule that
//! no client may write to them both come.

use crate::store::{BadName, Category, StreamName};

macro_rules! own_categories {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// A category of streams that the program writes, and nobody else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum OwnCategory {
            $($(#[$doc])* $variant),+
        }

        impl OwnCategory {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The category as it stands in stream names.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

own_categories! {
    /// What happened to a work order: `coverage-<work order>`.
    Coverage = "coverage",
    /// The inbox: `delivery-<vendor>-<delivery id>`, the raw bytes that came and what became of them.
    Delivery = "delivery",
    /// What was asked for a work order and refused: `refusal-<work order>`.
    Refusal = "refusal",
    /// How far a subscriber is: `subscriber-<name>`.
    Subscriber = "subscriber",
    /// How far polling has come: `poll-<vendor>`.
    Poll = "poll",
    /// How far catching up has come: `catchup-<vendor>`.
    CatchUp = "catchup",
}

impl OwnCategory {
    /// The stream of this category with that id.
    pub fn stream(self, id: impl std::fmt::Display) -> Result<StreamName, BadName> {
        StreamName::parse(&format!("{}-{id}", self.as_str()))
    }

    /// The category, to read or subscribe to all of its streams.
    pub fn category(self) -> Result<Category, BadName> {
        Category::parse(self.as_str())
    }

    /// The category whose events have types like this one, `<category>.<what happened>.<version>`, in whatever case.
    pub fn of_kind(kind: &str) -> Option<Self> {
        let (category, _) = kind.split_once('.')?;
        Self::ALL.iter().copied().find(|own| own.as_str().eq_ignore_ascii_case(category))
    }

    /// The category of a stream, if it is one of the program's own.
    pub fn of_stream(stream: &str) -> Option<Self> {
        let (category, _) = stream.split_once('-')?;
        Self::ALL.iter().copied().find(|own| own.as_str() == category)
    }
}

/// A category that clients may be allowed to write to. It has 1 to 64 of `a`–`z`, `0`–`9` and `_`, so that no other
/// spelling looks like it, and is none of the program's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientCategory(Box<str>);

/// Why clients cannot write to a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotForClients {
    /// Another letter than `a`–`z`, `0`–`9` and `_`, none, or more than 64.
    #[error("a category for clients has 1 to 64 of the letters a-z, 0-9 and _")]
    Alphabet,
    /// The program writes it.
    #[error("this category is written by the program alone")]
    Own,
}

impl ClientCategory {
    /// Reads a category.
    pub fn parse(category: &str) -> Result<Self, NotForClients> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if category.is_empty() || category.len() > 64 || !category.chars().all(letters) {
            return Err(NotForClients::Alphabet);
        }
        if OwnCategory::ALL.iter().any(|own| own.as_str() == category) {
            return Err(NotForClients::Own);
        }
        Ok(Self(category.into()))
    }

    /// The category as it stands in stream names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a stream is of this category.
    pub fn holds(&self, stream: &StreamName) -> bool {
        stream.category() == self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_the_programs_own_categories_is_for_clients() {
        for own in OwnCategory::ALL {
            let name = own.as_str();
            assert_eq!(ClientCategory::parse(name), Err(NotForClients::Own), "{name}");
            let full_width: String =
                name.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
            for spelling in [
                name.to_uppercase(),
                full_width,
                format!("{name} "),
                format!(" {name}"),
                format!("{name}\u{200b}"),
                format!("\u{feff}{name}"),
                format!("{name}\u{a0}"),
                format!("{name}\0"),
                format!("${name}"),
                format!("{name}-1"),
            ] {
                assert_eq!(ClientCategory::parse(&spelling), Err(NotForClients::Alphabet), "{spelling:?}");
            }
        }
        // a kelvin sign, a dotless and a dotted i, a long s, a ligature, a Cyrillic letter
        for spelling in [
            "wor\u{212a}",
            "del\u{131}very",
            "del\u{130}very",
            "\u{17f}ubscriber",
            "re\u{fb01}sal",
            "p\u{43e}ll",
        ] {
            assert_eq!(ClientCategory::parse(spelling), Err(NotForClients::Alphabet), "{spelling:?}");
        }
        for odd in ["", "$all", "$ce", "a b", &"a".repeat(65)] {
            assert_eq!(ClientCategory::parse(odd), Err(NotForClients::Alphabet), "{odd:?}");
        }
        assert_eq!(ClientCategory::parse("notes_2").unwrap().as_str(), "notes_2");
        assert!(ClientCategory::parse(&"a".repeat(64)).is_ok());
    }

    #[test]
    fn a_stream_of_the_program_is_known_by_its_category() {
        for own in OwnCategory::ALL {
            assert_eq!(OwnCategory::of_stream(own.stream("x-1").unwrap().as_str()), Some(*own));
        }
        assert_eq!(OwnCategory::of_stream("notes-1"), None);
        assert_eq!(OwnCategory::of_stream("coverage"), None);
    }

    #[test]
    fn a_type_of_the_programs_events_is_known_by_its_category() {
        for own in ["coverage.quoted.v1", "Coverage.x", "catchup."] {
            assert!(OwnCategory::of_kind(own).is_some(), "{own}");
        }
        for other in ["coverage", "coverages.quoted.v1", "note.coverage.v1", "ThingHappened", ""] {
            assert_eq!(OwnCategory::of_kind(other), None, "{other}");
        }
    }
}
