//! The two forms in which 1099Policy describes its own API. They disagree, and both are real: requests are written
//! in the one that is configured; answers are read in either.

use crate::http::Http;

/// In which form requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wire {
    /// As the WorkMarket integration guide has it.
    #[default]
    Guide,
    /// As the API reference and the official clients have it.
    Reference(Environment),
}

/// Which of the vendor's worlds the reference form asks for; the guide's form leaves it to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Nobody is insured in it.
    Sandbox,
    /// The real one.
    Production,
}

impl Environment {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

impl Wire {
    /// The connection with the headers of this form.
    pub(super) fn over(self, http: Http) -> Http {
        match self {
            Self::Guide => http,
            Self::Reference(environment) => http
                .with_key_header("ten99policy-idempotent-key")
                .with_header("ten99policy-environment", environment.as_str()),
        }
    }

    /// Whether certificates carry the work order: the guide alone has them do so.
    pub(super) const fn certificates_tell_the_work_order(self) -> bool {
        match self {
            Self::Guide => true,
            Self::Reference(_) => false,
        }
    }
}
