//! SQLite's integers have a sign; ours count.

use rusqlite::Error;
use rusqlite::types::FromSqlError;

pub(super) fn signed(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

pub(super) fn unsigned(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| FromSqlError::OutOfRange(number).into())
}
