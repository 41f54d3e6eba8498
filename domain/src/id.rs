//! Who and what: the ids of both vendors, kept apart by type. All are opaque strings made by the vendors;
//! none is ever made here.

use crate::text::Text;
use core::fmt;

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// There is nothing in it.
    Empty,
    /// It is longer than [`MAX_BYTES`].
    TooLong,
    /// It has white space or control characters, which no vendor's id has and no URL or log line should.
    Unprintable,
}

/// The longest id that is accepted, in bytes.
pub const MAX_BYTES: usize = 128;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an id is empty",
            Self::TooLong => "an id is longer than 128 bytes",
            Self::Unprintable => "an id has white space or control characters",
        })
    }
}

impl core::error::Error for Malformed {}

fn checked(text: &str) -> Result<Text, Malformed> {
    if text.is_empty() {
        return Err(Malformed::Empty);
    }
    if text.len() > MAX_BYTES {
        return Err(Malformed::TooLong);
    }
    // the ids of both vendors are plain ASCII, which is seen at a glance
    let is_plain = text.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic());
    if !is_plain && text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Malformed::Unprintable);
    }
    Ok(Text::new(text))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Text);

        impl $name {
            /// Reads an id as the vendor writes it.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                checked(text).map(Self)
            }

            /// An id of the model that the state diagram is found with; the text is known to be one.
            pub(crate) fn of_model(text: &str) -> Self {
                Self(Text::new(text))
            }

            /// The id as the vendor writes it.
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
    WorkOrderId;
    /// A WorkMarket worker, such as `wk_421`.
    WorkerId;
    /// A WorkMarket client or account, the party a work order is done for.
    ClientId;
    /// A 1099Policy contractor, `cn_…`: the insured person.
    ContractorId;
    /// A 1099Policy job, `jb_…`: the scope and pay that is insured.
    JobId;
    /// A 1099Policy quote, `qt_…`.
    QuoteId;
    /// A 1099Policy insurance application session, `ias_…`.
    SessionId;
    /// A 1099Policy policy, `pl_…` or `po_…`.
    PolicyId;
    /// A 1099Policy assignment, `an_…`: cover tied to a work order's period.
    AssignmentId;
    /// A 1099Policy certificate of insurance, `ci_…` or `cert_…`.
    CertificateId;
    /// A 1099Policy invoice, `in_…`.
    InvoiceId;
    /// A handed-in document, named by the SHA-256 of its bytes in hex; the bytes stay outside the log.
    DocumentId;
    /// A person who reviewed, waived or retried, as the access configuration names them.
    PersonId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_id_reads_back_as_written() {
        assert_eq!(WorkOrderId::parse("WO-12345").unwrap().to_string(), "WO-12345");
    }

    #[test]
    fn an_empty_long_or_unprintable_id_is_refused() {
        assert_eq!(QuoteId::parse(""), Err(Malformed::Empty));
        assert_eq!(QuoteId::parse(&"x".repeat(129)), Err(Malformed::TooLong));
        assert_eq!(QuoteId::parse("qt 1"), Err(Malformed::Unprintable));
        assert_eq!(QuoteId::parse("qt\u{7}"), Err(Malformed::Unprintable));
    }
}
