//! What a read model is: a named table whose rows follow from one work order's story alone.

use crate::story::Story;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use std::fmt::Display;

/// One read model.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, in the database and in addresses.
    pub name: &'static str,
    /// Raised whenever its rows come out differently, so that what was stored before is folded anew.
    pub version: u32,
    /// Its columns; the first is always the work order.
    pub columns: &'static [Column],
    /// The columns that, with the work order, tell one row from another.
    pub key: &'static [&'static str],
    /// The columns by which it is looked up and sorted.
    pub indexed: &'static [&'static str],
    /// The rows of a work order at a moment, in the order of the columns.
    pub rows: fn(&WorkOrderId, &Story, Timestamp) -> Vec<Row>,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// What it means, in one sentence.
    pub means: &'static str,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    Text,
    /// A whole number.
    Number,
    /// A moment, in Unix seconds.
    Moment,
    /// An amount, in US cents.
    Cents,
    /// Yes or no, as 1 or 0.
    Truth,
}

/// One row: a cell for each column.
pub type Row = Vec<Cell>;

/// One value; nothing where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Nothing is known.
    Nothing,
    /// A number, a moment or an amount.
    Number(i64),
    /// Words.
    Text(Box<str>),
}

impl Cell {
    /// Words made of anything that can be shown.
    pub fn shown(value: impl Display) -> Self {
        Self::Text(value.to_string().into())
    }

    /// A count.
    pub fn count(value: u64) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Number(at.unix())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Number(truth.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}
