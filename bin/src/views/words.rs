//! Where words occur among all work orders, kept in memory: to look through every row on disk takes too long for somebody
//! who types.
//!
//! It says which rows are worth reading and never which ones fit; that the database decides.

use covertrail_projections::tables::BOARD;
use covertrail_projections::{Cell, Journal, Query, Reader, Row, ViewsError};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The board's columns in which words are looked for.
pub const SEARCHED: &[&str] = &["work_order", "title", "client", "worker", "contractor"];
/// How many changes are read at once.
const PAGE: usize = 4_096;

/// The words of all work orders as they were when somebody last searched.
#[derive(Default)]
pub struct Words(Mutex<Option<Index>>);

impl Words {
    /// The work orders in which words occur; nothing where these are more than `most`, or it cannot be told.
    pub fn among(
        &self,
        reader: &Reader,
        words: &str,
        most: usize,
    ) -> Result<Option<Vec<String>>, ViewsError> {
        if words.contains(char::is_control) {
            return Ok(None);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match kept.take() {
            Some(index) => index.brought_up(reader)?,
            None => None,
        };
        let index = match known {
            Some(index) => index,
            None => Index::of(reader)?,
        };
        Ok(kept.insert(index).find(words, most))
    }
}

struct Index {
    epoch: String,
    sequence: u64,
    /// Every line that was ever made, one after the other.
    said: String,
    lines: Vec<Line>,
    /// The newest line of each work order.
    newest: HashMap<String, usize, foldhash::fast::RandomState>,
}

/// What is said of one work order.
struct Line {
    begins: usize,
    work_order: String,
}

impl Index {
    fn of(reader: &Reader) -> Result<Self, ViewsError> {
        let (epoch, sequence) = (reader.epoch()?, reader.newest_change()?);
        let (said, lines, newest) = Default::default();
        let mut index = Self { epoch, sequence, said, lines, newest };
        let places: Vec<usize> = SEARCHED
            .iter()
            .filter_map(|name| BOARD.columns.iter().position(|column| column.name == *name))
            .collect();
        let all = Query { limit: usize::MAX >> 1, ..Query::default() };
        reader.each(&BOARD, &all, |row: Row<'_>| {
            let text = |place: &usize| match row.get(*place) {
                Some(Cell::Text(text)) => text.as_ref(),
                Some(Cell::Number(_) | Cell::Nothing) | None => "",
            };
            index.add(places.iter().map(text));
            true
        })?;
        Ok(index)
    }

    /// The same with what has changed since; nothing where that is not told any more.
    fn brought_up(mut self, reader: &Reader) -> Result<Option<Self>, ViewsError> {
        if reader.epoch()? != self.epoch || self.lines.len() > self.newest.len().saturating_mul(2) {
            return Ok(None);
        }
        // somebody who reads of a moment before is told of what came since, which does no harm
        while self.sequence < reader.newest_change()? {
            let Journal::Entries(entries) = reader.changes_after(self.sequence, PAGE)? else {
                return Ok(None);
            };
            let Some(last) = entries.last() else { return Ok(None) };
            self.sequence = last.sequence;
            for entry in entries.iter().filter(|entry| entry.table == BOARD.name) {
                if entry.subject.is_none() {
                    return Ok(None);
                }
                let rows: Vec<Value> = serde_json::from_str(&entry.rows).unwrap_or_default();
                for row in &rows {
                    self.add(
                        SEARCHED.iter().map(|name| row.get(name).and_then(Value::as_str).unwrap_or_default()),
                    );
                }
            }
        }
        Ok(Some(self))
    }

    fn add<'a>(&mut self, said: impl Iterator<Item = &'a str>) {
        let (begins, mut work_order) = (self.said.len(), None);
        for part in said {
            work_order.get_or_insert_with(|| part.to_owned());
            self.said.push_str(part);
            self.said.push('\u{1f}');
        }
        let Some(work_order) = work_order else { return };
        if let Some(line) = self.said.get_mut(begins..) {
            line.make_ascii_lowercase();
        }
        let known = self.newest.get(&work_order).and_then(|line| self.line(*line, begins));
        if known == self.said.get(begins..) {
            self.said.truncate(begins);
        } else {
            self.newest.insert(work_order.clone(), self.lines.len());
            self.lines.push(Line { begins, work_order });
        }
    }

    /// What a line says, of lines that end where the last of them does.
    fn line(&self, line: usize, ends: usize) -> Option<&str> {
        let next = self.lines.get(line.saturating_add(1));
        self.said.get(self.lines.get(line)?.begins..next.map_or(ends, |next| next.begins))
    }

    fn find(&self, words: &str, most: usize) -> Option<Vec<String>> {
        let words = words.to_ascii_lowercase();
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(place) = self.said.get(from..).and_then(|rest| rest.find(&words)) {
            let after = self.lines.partition_point(|line| line.begins <= from.saturating_add(place));
            let line = after.saturating_sub(1);
            let work_order = &self.lines.get(line)?.work_order;
            if self.newest.get(work_order) == Some(&line) {
                if found.len() == most {
                    return None;
                }
                found.push(work_order.clone());
            }
            let Some(next) = self.lines.get(after) else { break };
            from = next.begins;
        }
        Some(found)
    }
}
