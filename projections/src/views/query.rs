//! Questions to a read model: which rows, in which order, from where on.

use super::{Error, Reader, kept, row};
use crate::table::{Cell, Row, Rows, Table};
use rusqlite::params_from_iter;

/// Which rows are asked for, and how they are ordered.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// All of these hold.
    pub wheres: Vec<Where<'a>>,
    /// By these columns, and then by the key.
    pub order: &'a [&'a str],
    /// The greatest first.
    pub descending: bool,
    /// Only what comes after a row with these values of the order and the key.
    pub after: Option<Row<'a>>,
    /// How many at most.
    pub limit: usize,
}

/// A condition. Columns are names of the program's own, never of whoever asks.
#[derive(Debug, Clone)]
pub enum Where<'a> {
    /// The column has this value.
    Is(&'a str, Cell<'a>),
    /// The column has this value or a smaller one.
    UpTo(&'a str, Cell<'a>),
    /// The column has this value or a greater one.
    From(&'a str, Cell<'a>),
    /// One of the columns has these words in it, in small or capital letters.
    Says(&'a [&'a str], &'a str),
}

impl Query<'_> {
    /// The columns by which rows are ordered, of which no two rows have the same.
    pub fn places<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a str> {
        let key = [table.subject()].into_iter().chain(table.key.iter().copied());
        self.order.iter().copied().chain(key)
    }

    fn sql<'a>(&'a self, table: &Table) -> (String, Vec<Cell<'a>>) {
        let mut values = Vec::new();
        let mut conditions = Vec::new();
        for condition in &self.wheres {
            conditions.push(match condition {
                Where::Is(column, value) => compare(column, "=", value, &mut values),
                Where::UpTo(column, value) => compare(column, "<=", value, &mut values),
                Where::From(column, value) => compare(column, ">=", value, &mut values),
                Where::Says(columns, words) => {
                    values.push((*words).into());
                    let place = values.len();
                    let says = |column: &&str| format!("instr(lower({column}), lower(?{place})) > 0");
                    format!("({})", columns.iter().map(says).collect::<Vec<_>>().join(" OR "))
                }
            });
        }
        let places: Vec<&str> = self.places(table).collect();
        if let Some(after) = &self.after {
            let marks: Vec<String> =
                (1..=after.len()).map(|mark| format!("?{}", values.len() + mark)).collect();
            values.extend(after.iter().cloned());
            let sign = if self.descending { "<" } else { ">" };
            conditions.push(format!("({}) {sign} ({})", places.join(", "), marks.join(", ")));
        }
        let from = match table.rows {
            Rows::OfTables(select) => format!("({select})"),
            Rows::OfStory(_) | Rows::OfDelivery(_) | Rows::OfLog(_) => table.name.to_owned(),
        };
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let conditions =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let turn = if self.descending { " DESC, " } else { ", " };
        let last = if self.descending { " DESC" } else { "" };
        let (columns, order) = (columns.join(", "), places.join(turn));
        (
            format!("SELECT {columns} FROM {from} {conditions} ORDER BY {order}{last} LIMIT {}", self.limit),
            values,
        )
    }
}

fn compare<'a>(column: &str, sign: &str, value: &Cell<'a>, values: &mut Vec<Cell<'a>>) -> String {
    values.push(value.clone());
    format!("{column} {sign} ?{}", values.len())
}

impl Reader {
    /// The rows that a query asks for.
    pub fn query(&self, table: &Table, query: &Query<'_>) -> Result<Vec<Row<'static>>, Error> {
        let mut found = Vec::new();
        self.each(table, query, |row| {
            found.push(kept(row));
            true
        })?;
        Ok(found)
    }

    /// Gives the rows that a query asks for to `each`, until that has seen enough.
    pub fn each(
        &self,
        table: &Table,
        query: &Query<'_>,
        mut each: impl FnMut(Row<'_>) -> bool,
    ) -> Result<(), Error> {
        let (sql, values) = query.sql(table);
        let mut ask = || -> rusqlite::Result<()> {
            let mut select = self.connection.prepare_cached(&sql)?;
            let mut rows = select.query(params_from_iter(&values))?;
            while let Some(stored) = rows.next()? {
                if !each(row(table, stored)?) {
                    break;
                }
            }
            Ok(())
        };
        self.told(ask())
    }
}
