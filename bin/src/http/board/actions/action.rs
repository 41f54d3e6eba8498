//! What people can do from the board, in words.

use crate::http::path::PathValue;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::board) enum Action {
    Retry,
    Review,
    Waive,
    Certificate,
}

impl PathValue for Action {
    fn read(text: &str) -> Result<Self, String> {
        let all = [Self::Retry, Self::Review, Self::Waive, Self::Certificate];
        all.into_iter().find(|action| action.as_str() == text).ok_or_else(|| "is no action".to_owned())
    }
}

impl Action {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Review => "review",
            Self::Waive => "waive",
            Self::Certificate => "certificate",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Retry => "Try the blocked steps again",
            Self::Review => "Decide on a certificate",
            Self::Waive => "Make an exception",
            Self::Certificate => "Hand in a certificate",
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Retry => {
                "Covertrail asks 1099Policy again at once. Do this when what was refused has been put right there."
            }
            Self::Review => {
                "Your decision binds: an approved certificate makes cover for every work order that it fits."
            }
            Self::Waive => {
                "The work order counts as compliant by exception until then. It does not become insured, and its gaps stay."
            }
            Self::Certificate => {
                "Covertrail uploads it to 1099Policy, which reads and judges it. It makes no cover before that."
            }
        }
    }

    pub(super) const fn button(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::Review => "Record the decision",
            Self::Waive => "Make the exception",
            Self::Certificate => "Hand it in",
        }
    }
}

/// What was just done, for whoever did it.
pub(in crate::http::board) fn done(action: &str) -> Option<&'static str> {
    Some(match Action::read(action).ok()? {
        Action::Retry => "The blocked steps are tried again.",
        Action::Review => "Your decision is recorded.",
        Action::Waive => "The exception is recorded.",
        Action::Certificate => "The certificate is on its way to 1099Policy.",
    })
}
