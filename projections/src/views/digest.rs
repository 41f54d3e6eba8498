//! What a read model says, as one number: two that say the same have the same.

use super::{Error, Reader, row, schema};
use crate::table::{Cell, Table};
use sha2::{Digest as _, Sha256};

impl Reader {
    /// The SHA-256 of all rows of a read model, in the order of their key.
    pub fn digest(&self, table: &Table) -> Result<[u8; 32], Error> {
        let digest = || -> rusqlite::Result<[u8; 32]> {
            let sql = format!("SELECT * FROM {} ORDER BY {}", table.name, schema::key(table));
            let mut select = self.connection.prepare(&sql)?;
            let mut rows = select.query([])?;
            let mut digest = Sha256::new();
            while let Some(stored) = rows.next()? {
                row(table, stored)?.iter().for_each(|cell| add(&mut digest, cell));
            }
            Ok(digest.finalize().into())
        };
        self.told(digest())
    }
}

/// Every cell says what it is and, where it is text, how long, so that no two rows of cells run into the same bytes.
fn add(digest: &mut Sha256, cell: &Cell<'_>) {
    match cell {
        Cell::Nothing => digest.update([0]),
        Cell::Number(number) => {
            digest.update([1]);
            digest.update(number.to_be_bytes());
        }
        Cell::Text(text) => {
            digest.update([2]);
            digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(text.as_bytes());
        }
    }
}
