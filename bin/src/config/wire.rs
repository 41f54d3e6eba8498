//! How 1099Policy is spoken to.

use serde::Deserialize;

/// In which form 1099Policy is spoken to; what it answers is read in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// The WorkMarket integration guide's.
    Guide,
    /// The API reference's.
    Reference,
}

/// Which of 1099Policy's worlds is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Nobody is insured in it.
    Sandbox,
    /// The real one.
    Production,
}
