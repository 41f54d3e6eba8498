//! In whose words the vendor speaks: the guide's or the reference's.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which of the vendor's two documents the names follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vocabulary {
    /// `policy.canceled`, `certificate.validated`; an assignment's activation also brings a `policy.active`.
    #[default]
    Guide,
    /// `policy.cancelled`, `certificate.approved`, every step of an application; no word of a term's end.
    Reference,
}

/// The two forms of webhook bodies in the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// Form A: `data` is the object; ids begin with `ev_`.
    #[default]
    Flat,
    /// Form B: `data.object` is the object; ids begin with `evt_`.
    Nested,
}

/// What becomes of a certificate by itself; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct CertificateReview {
    /// The verdict, or none to leave it pending until someone orders one.
    pub verdict: Option<Verdict>,
    /// How long after the upload; half of it pending, half of it processing.
    pub after: Duration,
}

/// What a review of a certificate can come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It proves cover.
    Validated,
    /// A person must look at it.
    Flagged,
    /// It proves nothing.
    Denied,
    /// The review itself failed.
    Error,
}

impl Verdict {
    pub(super) fn name(self, vocabulary: Vocabulary) -> &'static str {
        match (self, vocabulary) {
            (Self::Validated, Vocabulary::Guide) => "validated",
            (Self::Validated, Vocabulary::Reference) => "approved",
            (Self::Flagged, Vocabulary::Guide | Vocabulary::Reference) => "flagged",
            (Self::Denied, Vocabulary::Guide | Vocabulary::Reference) => "denied",
            (Self::Error, Vocabulary::Guide | Vocabulary::Reference) => "error",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "validated" | "approved" => Some(Self::Validated),
            "flagged" => Some(Self::Flagged),
            "denied" => Some(Self::Denied),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}
