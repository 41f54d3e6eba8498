//! The read models' tables in SQL, made from what each says of its columns.

use crate::table::{Column, Holds, Table};
use rusqlite::Connection;
use std::fmt::Write as _;
use std::time::Duration;

/// How long another process may hold the file: a rebuild is one transaction.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// Makes what a file has before any read model is in it.
pub(super) fn create_file(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE checkpoints \
         (name TEXT PRIMARY KEY, version INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID; \
         CREATE TABLE journal \
         (sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, subject TEXT, rows TEXT NOT NULL); \
         CREATE TABLE epoch (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL); \
         INSERT INTO epoch VALUES (1, lower(hex(randomblob(4))))",
    )
}

/// Makes a connection ready. What a crash takes with it is folded again, so nothing waits for the disk.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // a reader who took long leaves a long log behind, which is cut again
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.set_prepared_statement_cache_capacity(64);
    let holds: bool =
        connection.query_row("SELECT EXISTS (SELECT 1 FROM checkpoints)", [], |row| row.get(0))?;
    if holds { share(connection) } else { Ok(()) }
}

/// From now on it is read while it is written. The first rows come before that: there is nothing to be read yet, and
/// what goes through a WAL is written twice.
pub(super) fn share(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// The table under a name that may not be its own yet.
pub(super) fn create(connection: &Connection, table: &Table, name: &str) -> rusqlite::Result<()> {
    let mut sql = format!("DROP TABLE IF EXISTS {name}; CREATE TABLE {name} (");
    for Column { name, holds, .. } in table.columns {
        let stored = if matches!(holds, Holds::Text | Holds::Names) { "TEXT" } else { "INTEGER" };
        // writing to a string cannot fail
        let _ = write!(sql, "{name} {stored}, ");
    }
    let _ = write!(sql, "PRIMARY KEY ({})) WITHOUT ROWID", key(table));
    connection.execute_batch(&sql)
}

/// The columns of the key, by commas.
pub(super) fn key(table: &Table) -> String {
    [&[table.subject()], table.key].concat().join(", ")
}

/// The indexes of a table that has its own name.
pub(super) fn index(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    let name = table.name;
    table.indexed.iter().try_for_each(|columns| {
        let by = columns.replace(", ", "_and_");
        connection.execute_batch(&format!("CREATE INDEX {name}_by_{by} ON {name} ({columns})"))
    })
}

/// Adds a row.
pub(super) fn insert(table: &Table, name: &str) -> String {
    let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO {name} VALUES ({})", places.join(", "))
}
