//! What was agreed about the work, and what cover it asks for.

use crate::cover::Lines;
use crate::id::ClientId;
use crate::money::Cents;
use crate::time::Window;
use alloc::string::String;

/// What WorkMarket says of a work order, and what cover was required when it was assigned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms {
    /// The title, which becomes the job's name.
    pub title: String,
    /// The scope of work, which becomes the job's description.
    pub description: String,
    /// WorkMarket's category; the configuration maps it to a 1099Policy category code.
    pub category: String,
    /// For whom the work is done; the configuration maps it to a 1099Policy entity.
    pub client: Option<ClientId>,
    /// The pay agreed.
    pub wage: Wage,
    /// The state or province of the work, or of the worker where the work names none.
    pub region: Option<String>,
    /// When the work is scheduled.
    pub window: Window,
    /// The coverage lines required of whoever does it.
    pub required: Lines,
    /// When cover is bound.
    pub bind_on: BindOn,
}

/// How the work is paid, as 1099Policy's `wage` and `wage_type` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wage {
    /// One amount for the whole work: `flatfee`.
    FlatFee(Cents),
    /// An amount an hour: `hourly`. What it comes to is known only once the work is paid.
    Hourly(Cents),
    /// An amount for each piece: `unit`. What it comes to is known only once the work is paid.
    Unit(Cents),
    /// An amount an hour for the first hours, and another after them: `blended`, by the first.
    Blended(Cents),
}

/// When the assignment that binds cover is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindOn {
    /// When WorkMarket says that work is in progress: the guide's way.
    InProgress,
    /// As soon as the contractor has applied, before work begins.
    Applied,
}

/// Some coverage lines for some time: what is quoted, assigned, issued or certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cover {
    /// The lines.
    pub lines: Lines,
    /// The time.
    pub window: Window,
}

/// Which attempt to bring the work order under cover this is, from 1. A reassignment, a loss of cover, new
/// dates, a start that has passed, a lapsed application and a person's retry each begin another, so that every round
/// has idempotency keys of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Round(u32);

impl Round {
    /// The round a work order begins with.
    pub const FIRST: Self = Self(1);

    /// The round of that number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The round after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
