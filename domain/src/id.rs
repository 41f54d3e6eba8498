//! Ids, kept apart by type. Each type has an alphabet and a length, stated once in the table below, so that an id fits
//! a URL's path, a stream's name, a header and a file name as it is. Ids of both vendors are opaque; none is made here.

use crate::text::Text;
use core::fmt;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidId {
    /// The text is empty.
    Empty,
    /// The text has more bytes than an id of its type.
    TooLong {
        /// How many bytes an id of its type has at most.
        most: usize,
    },
    /// The text has fewer characters than an id of its type.
    TooShort {
        /// How many characters an id of its type has at least.
        least: usize,
    },
    /// A character does not belong to the alphabet of its type.
    Character {
        /// The first such character.
        character: char,
        /// Its place in the text; the first character is at 1.
        place: usize,
        /// What the alphabet has, for people.
        alphabet: &'static str,
    },
    /// `.` and `..` name folders.
    Dots,
}

/// The longest id of a vendor or of a person, in bytes.
pub const MAX_BYTES: usize = 128;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("an id is empty"),
            Self::TooLong { most } => write!(f, "an id is longer than {most} bytes"),
            Self::TooShort { least } => write!(f, "an id is shorter than {least} characters"),
            Self::Character { character, place, alphabet } => {
                write!(f, "U+{:04X} at place {place} of an id, which takes {alphabet}", u32::from(character))
            }
            Self::Dots => f.write_str("an id is not `.` or `..`"),
        }
    }
}

impl core::error::Error for InvalidId {}

/// Which characters an id of a type may have, and how many.
trait Alphabet {
    /// What the alphabet has, for people.
    const NAMED: &'static str;
    /// The fewest characters.
    const LEAST: usize = 1;
    /// The most bytes.
    const MOST: usize = MAX_BYTES;

    fn has(character: char) -> bool;
}

/// What both vendors' ids are made of: `12345`, `wk_421`, `cn_Ehb3bYa`, a UUID. None of it is special in a path, a query,
/// a header or SQL.
struct Vendor;

impl Alphabet for Vendor {
    const NAMED: &'static str = "ASCII letters, digits and _ - . ~ :";

    fn has(character: char) -> bool {
        character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '~' | ':')
    }
}

/// A SHA-256 as lower-case hexadecimal digits.
struct Sha256Digits;

impl Alphabet for Sha256Digits {
    const NAMED: &'static str = "64 of the digits 0-9 and a-f";
    const LEAST: usize = 64;
    const MOST: usize = 64;

    fn has(character: char) -> bool {
        matches!(character, '0'..='9' | 'a'..='f')
    }
}

/// Names of people and services, in any script; an e-mail address is one. Controls, marks of direction and white space
/// are neither letters nor digits.
struct Person;

impl Alphabet for Person {
    const NAMED: &'static str = "letters, digits and . _ - @ +";

    fn has(character: char) -> bool {
        character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '@' | '+')
    }
}

fn checked<A: Alphabet>(text: &str) -> Result<Text, InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > A::MOST {
        return Err(InvalidId::TooLong { most: A::MOST });
    }
    // nearly all ids are plain ASCII, and a history has millions of them
    let is_plain =
        text.bytes().fold(true, |is_plain, byte| is_plain & byte.is_ascii() & A::has(char::from(byte)));
    if !is_plain && let Some((place, character)) = (1..).zip(text.chars()).find(|(_, c)| !A::has(*c)) {
        return Err(InvalidId::Character { character, place, alphabet: A::NAMED });
    }
    if text.len() < A::LEAST {
        return Err(InvalidId::TooShort { least: A::LEAST });
    }
    if matches!(text, "." | "..") {
        return Err(InvalidId::Dots);
    }
    Ok(Text::new(text))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $alphabet:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Text);

        impl $name {
            /// Reads an id, which has the alphabet and the length of its type.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                checked::<$alphabet>(text).map(Self)
            }

            /// An id of the model that the state diagram is found with; the text is known to be one.
            pub(crate) fn of_model(text: &str) -> Self {
                Self(Text::new(text))
            }

            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

ids! {
    /// A WorkMarket work order, such as `12345`.
    WorkOrderId: Vendor;
    /// A WorkMarket worker, such as `wk_421`.
    WorkerId: Vendor;
    /// A WorkMarket client or account, the party a work order is done for.
    ClientId: Vendor;
    /// A 1099Policy contractor, `cn_…`: the insured person.
    ContractorId: Vendor;
    /// A 1099Policy job, `jb_…`: the scope and pay that is insured.
    JobId: Vendor;
    /// A 1099Policy quote, `qt_…`.
    QuoteId: Vendor;
    /// A 1099Policy insurance application session, `ias_…`.
    SessionId: Vendor;
    /// A 1099Policy policy, `pl_…` or `po_…`.
    PolicyId: Vendor;
    /// A 1099Policy assignment, `an_…`: cover tied to a work order's period.
    AssignmentId: Vendor;
    /// A 1099Policy certificate of insurance, `ci_…` or `cert_…`.
    CertificateId: Vendor;
    /// A 1099Policy invoice, `in_…`.
    InvoiceId: Vendor;
    /// A handed-in document, named by the SHA-256 of its bytes; the bytes stay outside the log.
    DocumentId: Sha256Digits;
    /// A person who reviewed, waived or retried, as the access configuration names them.
    PersonId: Person;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_id_reads_back_as_written() {
        for text in ["WO-12345", "12345", "0f8fad5b-d9cb-469f-a165-70867728950e", "a.b~c:d_e", "x", "..."] {
            assert_eq!(WorkOrderId::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(QuoteId::parse(&"x".repeat(128)).unwrap().as_str().len(), 128);
    }

    #[test]
    fn an_id_of_a_vendor_has_nothing_that_means_something_elsewhere() {
        assert_eq!(QuoteId::parse(""), Err(InvalidId::Empty));
        assert_eq!(QuoteId::parse(&"x".repeat(129)), Err(InvalidId::TooLong { most: 128 }));
        assert_eq!((QuoteId::parse("."), QuoteId::parse("..")), (Err(InvalidId::Dots), Err(InvalidId::Dots)));
        let hostile = "/\\%?# \t\r\n\0\u{7}\u{1b}\u{7f}'\"`;&<>{}()[]$*!,=+@|^\u{85}\u{200b}\u{202e}\u{2028}\u{feff}é１";
        for character in hostile.chars() {
            let place_3 = InvalidId::Character { character, place: 3, alphabet: Vendor::NAMED };
            assert_eq!(QuoteId::parse(&alloc::format!("qt{character}1")), Err(place_3));
        }
        let told = QuoteId::parse("qt/1").unwrap_err().to_string();
        assert_eq!(told, "U+002F at place 3 of an id, which takes ASCII letters, digits and _ - . ~ :");
    }

    #[test]
    fn a_document_is_64_lower_case_hex_digits() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert_eq!(DocumentId::parse(digest).unwrap().as_str(), digest);
        let upper = digest.to_ascii_uppercase();
        let (longer, slash) = (alloc::format!("{digest}0"), alloc::format!("/{}", &digest[1..]));
        for text in
            ["", "d0c", &digest[1..], &longer, &slash, &upper, "/etc/passwd", "../covertrail.sqlite-wal"]
        {
            assert!(DocumentId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_person_is_named_in_any_script_and_by_nothing_that_hides() {
        for name in ["ana", "clerk@example.com", "ops+night", "Zoë", "王芳", "अनिता", "دانة", "o.neil_2-b"]
        {
            assert_eq!(PersonId::parse(name).unwrap().as_str(), name);
        }
        for name in
            ["", "..", "a b", "a/b", "a\u{202e}b", "a\u{2028}b", "a\u{200f}", "a:b", "a,b", "a\0", "a\n"]
        {
            assert!(PersonId::parse(name).is_err(), "{name:?}");
        }
    }
}
