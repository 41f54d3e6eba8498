//! The vendor is away: for a number of requests, until an hour, or until told otherwise.

use std::sync::{Mutex, PoisonError};

/// An outage as it was ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// How long it lasts.
    pub span: Span,
    /// Connections close without an answer instead of a 503.
    pub closes: bool,
}

/// How long an outage lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The vendor is there.
    #[default]
    None,
    /// Away until an order says otherwise.
    Open,
    /// Away for this many requests more.
    Requests(u64),
    /// Away until this hour, in Unix seconds.
    Until(i64),
}

impl Outage {
    /// Answers every call with a 503 until told otherwise.
    pub fn on() -> Self {
        Self { span: Span::Open, closes: false }
    }

    /// The vendor is back.
    pub fn off() -> Self {
        Self::default()
    }
}

/// How a request meets the outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    Unavailable,
    Closed,
}

#[derive(Default)]
pub(crate) struct Outages {
    ordered: Mutex<Outage>,
}

impl Outages {
    pub(crate) fn order(&self, outage: Outage) {
        *self.ordered.lock().unwrap_or_else(PoisonError::into_inner) = outage;
    }

    /// Counts this request against the outage.
    pub(crate) fn strike(&self, now: i64) -> Option<Strike> {
        let mut outage = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let away = match &mut outage.span {
            Span::None => false,
            Span::Open => true,
            Span::Requests(left) => {
                let away = *left > 0;
                *left = left.saturating_sub(1);
                away
            }
            Span::Until(end) => now < *end,
        };
        away.then_some(if outage.closes { Strike::Closed } else { Strike::Unavailable })
    }
}
