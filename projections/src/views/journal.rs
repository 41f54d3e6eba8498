//! What has changed of late, in the order in which it did: what subscribers read, and resume from.
//!
//! An entry is made in the transaction that changed the rows. Only so many are kept; a subscriber who comes later
//! than that begins anew.

use super::{Error, Reader, Row, signed, unsigned};
use crate::json;
use crate::table::Table;
use rusqlite::Connection;

/// How many of the newest entries are kept, at least.
const KEPT: i64 = 65_536;
/// After how many entries the oldest are cleared away.
const CLEARED_AFTER: i64 = 4_096;

/// One change: what a read model's rows of one subject are since then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later ones are greater.
    pub sequence: u64,
    /// The read model.
    pub table: String,
    /// What its rows are of; nothing where the whole read model was folded anew.
    pub subject: Option<String>,
    /// All rows of the subject since then, as a JSON array.
    pub rows: String,
}

/// A part of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Journal {
    /// What came after, at most as many as were asked for.
    Entries(Vec<Entry>),
    /// Some of what came after is no longer kept.
    Gone,
}

impl Reader {
    /// What tells this file's journal from that of another, whose numbers mean other changes.
    pub fn epoch(&self) -> Result<String, Error> {
        let read =
            || self.connection.prepare_cached("SELECT name FROM epoch")?.query_row([], |row| row.get(0));
        self.told(read())
    }

    /// The number of the newest entry; 0 before the first.
    pub fn newest_change(&self) -> Result<u64, Error> {
        self.told(newest(&self.connection))
    }

    /// The entries after one, oldest first.
    pub fn changes_after(&self, sequence: u64, limit: usize) -> Result<Journal, Error> {
        let read = || -> rusqlite::Result<Journal> {
            let sql = "SELECT sequence, name, subject, rows FROM journal WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
            let mut select = self.connection.prepare_cached(sql)?;
            let after = signed(sequence);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let entries = select.query_map((after, limit), |row| {
                Ok(Entry {
                    sequence: unsigned(row.get(0)?),
                    table: row.get(1)?,
                    subject: row.get(2)?,
                    rows: row.get(3)?,
                })
            })?;
            entries.collect::<Result<_, _>>().map(Journal::Entries)
        };
        let newest = self.newest_change()?;
        let found = self.told(read())?;
        let next = sequence.saturating_add(1);
        let follows = match &found {
            Journal::Entries(entries) => match entries.first() {
                Some(first) => first.sequence == next,
                None => newest == sequence,
            },
            Journal::Gone => false,
        };
        Ok(if follows { found } else { Journal::Gone })
    }
}

pub(super) fn newest(connection: &Connection) -> rusqlite::Result<u64> {
    // kept by SQLite for AUTOINCREMENT, also when every entry is gone
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'";
    connection.prepare_cached(sql)?.query_row([], |row| row.get(0).map(unsigned))
}

/// Writes a change down, and clears away what is too old. Numbers have no gaps.
pub(super) fn add(
    connection: &Connection,
    table: &Table,
    subject: Option<&str>,
    rows: &[Row<'_>],
) -> rusqlite::Result<Entry> {
    let rows: Vec<String> = rows.iter().map(|row| json::row(table, row)).collect();
    let rows = format!("[{}]", rows.join(","));
    let sql = "INSERT INTO journal (name, subject, rows) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute((table.name, subject, &rows))?;
    let sequence = connection.last_insert_rowid();
    if sequence % CLEARED_AFTER == 0 {
        connection.execute("DELETE FROM journal WHERE sequence <= ?1", [sequence - KEPT])?;
    }
    let (table, subject) = (table.name.to_owned(), subject.map(str::to_owned));
    Ok(Entry { sequence: unsigned(sequence), table, subject, rows })
}
