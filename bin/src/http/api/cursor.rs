//! Where the next page begins: the place of the last row, as one word that nobody need understand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as CODE;
use covertrail_projections::{Cell, Query, Row, Table};
use serde_json::Value;

/// The place of a row, in a list's order.
pub(super) fn of(table: &Table, query: &Query<'_>, row: &Row<'_>) -> String {
    let value = |place: &str| {
        let cell = table.columns.iter().position(|column| column.name == place).and_then(|at| row.get(at));
        match cell {
            Some(Cell::Number(number)) => Value::from(*number),
            Some(Cell::Text(text)) => Value::from(text.as_ref()),
            Some(Cell::Nothing) | None => Value::Null,
        }
    };
    CODE.encode(Value::Array(query.places(table).map(value).collect()).to_string())
}

/// Reads it back; nothing where it is not of this list.
pub(super) fn read(table: &Table, query: &Query<'_>, text: &str) -> Option<Row<'static>> {
    let values: Vec<Value> = serde_json::from_slice(&CODE.decode(text).ok()?).ok()?;
    let cell = |value: Value| match value {
        Value::Null => Some(Cell::Nothing),
        Value::Number(number) => number.as_i64().map(Cell::Number),
        Value::String(text) => Some(Cell::from(text)),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let row: Row<'static> = values.into_iter().map(cell).collect::<Option<_>>()?;
    (row.len() == query.places(table).count()).then_some(row)
}
