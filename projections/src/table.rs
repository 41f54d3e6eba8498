//! What a read model is: a named table whose rows follow from one story alone.

use crate::checklist::Checklist;
use crate::delivery::Delivery;
use crate::story::Story;
use covertrail_domain::time::Timestamp;
use std::borrow::Cow;
use std::fmt::Display;

/// One read model.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, in the database and in addresses.
    pub name: &'static str,
    /// Raised whenever its rows come out differently, so that what was stored before is folded anew.
    pub version: u32,
    /// What it is, in one sentence.
    pub means: &'static str,
    /// Its columns; the first is what its rows are of.
    pub columns: &'static [Column],
    /// The columns that, with the first, tell one row from another.
    pub key: &'static [&'static str],
    /// The columns by which it is looked up and sorted, several by commas.
    pub indexed: &'static [&'static str],
    /// Where its rows come from.
    pub rows: Rows,
}

/// What a read model's rows follow from.
#[derive(Debug, Clone, Copy)]
pub enum Rows {
    /// From one work order's story, at a moment.
    OfStory(for<'a> fn(&'a Story, Timestamp) -> Vec<Row<'a>>),
    /// From one delivery.
    OfDelivery(for<'a> fn(&'a Delivery) -> Vec<Row<'a>>),
    /// From the whole log.
    OfLog(for<'a> fn(&'a Checklist) -> Vec<Row<'a>>),
    /// From the board's rows with this condition, in groups by the first column: nothing of its own is stored. What
    /// each column is there, in their order.
    OfBoard {
        /// Which rows count.
        only: &'static str,
        /// What is selected.
        select: &'static [&'static str],
    },
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
    /// Several names; they are stored with commas between.
    Names,
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
pub type Row<'a> = Vec<Cell<'a>>;

/// One value; nothing where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell<'a> {
    /// Nothing is known.
    Nothing,
    /// A number, a moment or an amount.
    Number(i64),
    /// Words.
    Text(Cow<'a, str>),
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What its rows are of: the name of its first column.
    pub fn subject(&self) -> &'static str {
        self.columns.first().map_or("", |column| column.name)
    }
}

impl Cell<'_> {
    /// Words made of anything that can be shown.
    pub fn shown(value: impl Display) -> Self {
        Self::Text(value.to_string().into())
    }

    /// A count.
    pub fn count(value: u64) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// The same, for longer.
    pub fn kept(self) -> Cell<'static> {
        match self {
            Self::Nothing => Cell::Nothing,
            Self::Number(number) => Cell::Number(number),
            Self::Text(text) => Cell::Text(text.into_owned().into()),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Number(at.unix())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(truth: bool) -> Self {
        Self::Number(truth.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}
