//! Reading the read models into values of this program's own.

use super::Failed;
use super::rows::Count;
use crate::http::Shared;
use crate::views::Trouble;
use covertrail_projections::{Cell, Query, Reader, Table, ViewsError, row_as_json};
use serde::de::DeserializeOwned;

/// The rows that a query asks for.
pub(super) fn rows<T: DeserializeOwned>(
    reader: &Reader,
    table: &Table,
    query: &Query<'_>,
) -> Result<Vec<T>, ViewsError> {
    let mut found = Vec::new();
    reader.each(table, query, |row| {
        // a row is what its table says; a test reads one of each
        found.extend(serde_json::from_str::<T>(&row_as_json(table, &row)).ok());
        true
    })?;
    Ok(found)
}

/// All rows of a small table, in its own order.
pub(super) fn all<T: DeserializeOwned>(reader: &Reader, table: &Table) -> Result<Vec<T>, ViewsError> {
    rows(reader, table, &Query { limit: MANY, ..Query::default() })
}

/// How many rows have each value of a column.
pub(super) fn counts(reader: &Reader, table: &Table, column: &str) -> Result<Vec<Count>, ViewsError> {
    let count = |(what, many): (Cell<'static>, u64)| {
        let what = match what {
            Cell::Text(text) => text.into_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Nothing => String::new(),
        };
        Count { what, count: i64::try_from(many).unwrap_or(i64::MAX) }
    };
    Ok(reader.tally(table, column)?.into_iter().map(count).collect())
}

/// More rows than a page shows.
pub(super) const MANY: usize = 10_000;

/// The last change that what is read has in it, and the file that it is of.
pub(super) fn seen(reader: &Reader) -> Result<String, ViewsError> {
    Ok(format!("{}-{}", reader.epoch()?, reader.newest_change()?))
}

/// Reads what a page shows, all of one moment; with the last change in it.
pub(super) async fn page<T: Send + 'static>(
    shared: &Shared,
    read: impl FnOnce(&Reader) -> Result<T, ViewsError> + Send + 'static,
) -> Result<(T, String), Failed> {
    if !shared.models.hub().progress().is_caught_up {
        return Err(Failed::NotYet);
    }
    let read =
        shared.models.read(|reader| reader.snapshot(|reader| Ok((read(reader)?, seen(reader)?)))).await;
    read.map_err(|trouble: Trouble| Failed::from(&trouble))
}
