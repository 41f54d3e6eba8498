//! Questions to a read model: which rows, in which order, from where on.

use super::{Error, Reader, cell, kept, row, unsigned};
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

/// A condition. Columns are names of the program's own, never of whoever asks; where groups of the board's rows are asked
/// for, the board's own too.
#[derive(Debug, Clone)]
pub enum Where<'a> {
    /// The column has this value, or none where that is asked for.
    Is(&'a str, Cell<'a>),
    /// The column has this value or a smaller one.
    UpTo(&'a str, Cell<'a>),
    /// The column has this value or a greater one.
    From(&'a str, Cell<'a>),
    /// The column has one of these values, of which there are no more than a few hundred.
    Among(&'a str, Vec<String>),
    /// One of the columns has these words in it, in small or capital letters.
    Says(&'a [&'a str], &'a str),
}

impl Query<'_> {
    /// The columns by which rows are ordered, of which no two rows have the same.
    pub fn places<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a str> {
        let key = [table.subject()].into_iter().chain(table.key.iter().copied());
        self.order.iter().copied().chain(key)
    }

    /// The statement and its values. Groups are made in the order of their index, and no more of them than are asked
    /// for: what is said of the group itself or of the board chooses rows, all else chooses groups.
    fn sql<'a>(&'a self, table: &Table) -> (String, Vec<Cell<'a>>) {
        let mut values = Vec::new();
        let (mut of_rows, mut of_groups) = (Vec::new(), Vec::new());
        for condition in &self.wheres {
            let (column, said) = condition.sql(table, &mut values);
            let is_of_rows =
                column.is_some_and(|name| name == table.subject() || table.column(name).is_none());
            if is_of_rows { of_rows.push(said) } else { of_groups.push(said) }
        }
        if let Some(after) = &self.after {
            let first = values.len().saturating_add(1);
            values.extend(after.iter().cloned());
            let marks: Vec<String> = (first..=values.len()).map(|mark| format!("?{mark}")).collect();
            let places: Vec<String> = self.places(table).map(|place| column(table, place)).collect();
            let sign = if self.descending { "<" } else { ">" };
            of_rows.push(format!("({}) {sign} ({})", places.join(", "), marks.join(", ")));
        }
        let places: Vec<&str> = self.places(table).collect();
        let order = places.join(if self.descending { " DESC, " } else { ", " });
        let order = if self.descending { format!("{order} DESC") } else { order };
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|known| format!("{} AS {}", column(table, known.name), known.name))
            .collect();
        let (from, group) = match table.rows {
            Rows::OfBoard { only, .. } => {
                of_rows.push(only.to_owned());
                let having = clause("HAVING", &of_groups);
                ("board", format!("GROUP BY {} {having}", column(table, table.subject())))
            }
            Rows::OfStory(_) | Rows::OfDelivery(_) | Rows::OfLog(_) => {
                of_rows.extend(of_groups);
                (table.name, String::new())
            }
        };
        let (columns, chosen, limit) = (columns.join(", "), clause("WHERE", &of_rows), self.limit);
        (format!("SELECT {columns} FROM {from} {chosen} {group} ORDER BY {order} LIMIT {limit}"), values)
    }
}

impl<'w> Where<'w> {
    /// The one column it is about, and how SQL says it.
    fn sql<'a>(&'a self, table: &Table, values: &mut Vec<Cell<'a>>) -> (Option<&'w str>, String) {
        let mut compare = |name: &'w str, sign: &str, value: &'a Cell<'w>| {
            values.push(value.clone());
            (Some(name), format!("{} {sign} ?{}", column(table, name), values.len()))
        };
        match self {
            Self::Is(name, value) => compare(name, "IS", value),
            Self::UpTo(name, value) => compare(name, "<=", value),
            Self::From(name, value) => compare(name, ">=", value),
            Self::Among(name, among) => {
                let first = values.len().saturating_add(1);
                values.extend(among.iter().map(|value| value.as_str().into()));
                let marks: Vec<String> = (first..=values.len()).map(|mark| format!("?{mark}")).collect();
                (Some(name), format!("{} IN ({})", column(table, name), marks.join(", ")))
            }
            Self::Says(columns, words) => {
                values.push((*words).into());
                let says = |name: &&str| format!("instr(lower({name}), lower(?{})) > 0", values.len());
                (None, format!("({})", columns.iter().map(says).collect::<Vec<_>>().join(" OR ")))
            }
        }
    }
}

/// What a column is in the table that is read.
fn column(table: &Table, name: &str) -> String {
    let place = table.columns.iter().position(|column| column.name == name);
    let select = match table.rows {
        Rows::OfBoard { select, .. } => place.and_then(|place| select.get(place)).copied(),
        Rows::OfStory(_) | Rows::OfDelivery(_) | Rows::OfLog(_) => None,
    };
    select.unwrap_or(name).to_owned()
}

fn clause(word: &str, conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("{word} {}", conditions.join(" AND ")) }
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

    /// How many rows of a stored read model fulfil all conditions.
    pub fn count(&self, table: &Table, wheres: &[Where<'_>]) -> Result<u64, Error> {
        let mut values = Vec::new();
        let conditions: Vec<String> = wheres.iter().map(|one| one.sql(table, &mut values).1).collect();
        let read = || -> rusqlite::Result<u64> {
            let sql = format!("SELECT count(*) FROM {} {}", table.name, clause("WHERE", &conditions));
            let mut select = self.connection.prepare_cached(&sql)?;
            select.query_row(params_from_iter(&values), |row| Ok(unsigned(row.get(0)?)))
        };
        self.told(read())
    }

    /// How many rows of a stored read model have each value of a column; fast where the column is indexed.
    pub fn tally(&self, table: &Table, column: &str) -> Result<Vec<(Cell<'static>, u64)>, Error> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let sql = format!("SELECT {column}, count(*) FROM {} GROUP BY {column}", table.name);
            let mut select = self.connection.prepare_cached(&sql)?;
            let tally =
                select.query_map([], |row| Ok((cell(row.get_ref(0)?).kept(), unsigned(row.get(1)?))))?;
            tally.collect()
        };
        self.told(read())
    }
}
