//! Rows as JSON objects, the same for everybody who reads them.

use crate::table::{Cell, Holds, Row, Table};
use std::fmt::Write as _;

/// A row as an object with a member for each column: moments in Unix seconds, amounts in cents.
pub fn row(table: &Table, row: &Row<'_>) -> String {
    let mut json = String::with_capacity(64 * row.len());
    for (column, cell) in table.columns.iter().zip(row) {
        json.push(if json.is_empty() { '{' } else { ',' });
        text(&mut json, column.name);
        json.push(':');
        match (cell, column.holds) {
            (Cell::Nothing, _) => json.push_str("null"),
            (Cell::Number(number), Holds::Truth) => {
                json.push_str(if *number == 0 { "false" } else { "true" });
            }
            (
                Cell::Number(number),
                Holds::Text | Holds::Names | Holds::Number | Holds::Moment | Holds::Cents,
            ) => {
                // writing to a string cannot fail
                let _ = write!(json, "{number}");
            }
            (Cell::Text(words), Holds::Names) => names(&mut json, words),
            (Cell::Text(words), _) => text(&mut json, words),
        }
    }
    json.push('}');
    json
}

fn names(json: &mut String, names: &str) {
    json.push('[');
    for (number, name) in names.split(',').filter(|name| !name.is_empty()).enumerate() {
        if number > 0 {
            json.push(',');
        }
        text(json, name);
    }
    json.push(']');
}

fn text(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            plain => json.push(plain),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{CHECKLIST, DELIVERIES};

    #[test]
    fn a_row_is_an_object_whatever_its_words_are() {
        let cells = ["a\"b\\c\n\u{1}é", "x"].map(Cell::from);
        let cells =
            cells.into_iter().chain([1_i64, 0].map(Cell::from)).chain([Cell::Nothing, Cell::from(7_i64)]);
        let told = row(&CHECKLIST, &cells.collect());
        assert_eq!(
            told,
            "{\"item\":\"a\\\"b\\\\c\\n\\u0001é\",\"wanted\":\"x\",\"optional\":true,\"done\":false,\
             \"stream\":null,\"position\":7}"
        );
    }

    #[test]
    fn names_are_an_array_of_as_many() {
        for (stored, told) in [("", "[]"), ("WO-1", "[\"WO-1\"]"), ("WO-1,WO-2", "[\"WO-1\",\"WO-2\"]")] {
            let is_names = |holds| matches!(holds, Holds::Names);
            let cells =
                DELIVERIES.columns.iter().map(|column| is_names(column.holds).then_some(stored).into());
            let row = row(&DELIVERIES, &cells.collect());
            assert!(row.contains(&format!("\"work_orders\":{told},")), "{row}");
        }
    }
}
