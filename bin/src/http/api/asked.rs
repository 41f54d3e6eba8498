//! What is asked of a list: parameters read into typed values, or words that name the wrong one.

use super::listings::{Filter, Keeps, Listing, TextForm};
use crate::commands::until::{Until, micros};
use crate::http::query::words;
use crate::views::{Known, Question};
use covertrail_domain::coverage::Badge;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Cell, Holds, Table};

/// How many rows come at once when nobody says.
const LIMIT: usize = 100;
/// How many rows may come at once.
const MOST: usize = 1_000;

/// What is asked of a list.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) wheres: Vec<(Keeps, Cell<'static>)>,
    pub(super) after: Option<String>,
    pub(super) limit: usize,
    pub(super) min_position: Option<u64>,
    pub(super) question: Question,
}

impl Asked {
    /// Reads the parameters of a list.
    pub(super) fn of(listing: &Listing, pairs: &[(String, String)]) -> Result<Self, String> {
        let mut asked = Self {
            wheres: only(listing),
            after: None,
            limit: LIMIT,
            min_position: None,
            question: Question::NOW,
        };
        for (name, value) in pairs {
            let wrong = |why: &str| format!("{name}: {why}");
            if let Some(filter) = listing.filters.iter().find(|filter| filter.name == name) {
                asked
                    .wheres
                    .push((filter.keeps, value_of(listing.table, filter, value).map_err(|why| wrong(&why))?));
                continue;
            }
            match name.as_str() {
                "after" => asked.after = Some(value.clone()),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = limit.ok_or_else(|| wrong("takes a number from 1 to 1000"))?;
                }
                "min_position" => {
                    asked.min_position =
                        Some(value.parse().map_err(|_| wrong("takes a position of the log"))?);
                }
                _ => moments(&mut asked.question, name, value)?,
            }
        }
        Ok(asked)
    }
}

/// Reads one of the parameters that say which moment is asked about.
pub(super) fn moments(question: &mut Question, name: &str, value: &str) -> Result<(), String> {
    let wrong = |why: String| format!("{name}: {why}");
    match name {
        "as_of" | "at" => {
            let micros = micros(value).map_err(|error| wrong(error.to_string()))?;
            question.as_of = Some(Timestamp::from_unix(micros.div_euclid(1_000_000)));
        }
        "known_at" => {
            question.known = match value.parse().map_err(|error| wrong(format!("{error}")))? {
                Until::Position(position) => Known::Position(position.get()),
                Until::Moment(micros) => Known::Recorded(micros),
            };
        }
        _ => return Err(format!("there is no parameter {name}")),
    }
    Ok(())
}

fn only(listing: &Listing) -> Vec<(Keeps, Cell<'static>)> {
    listing.only.iter().map(|(column, is)| (Keeps::Is(column), Cell::from(*is))).collect()
}

fn value_of(table: &Table, filter: &Filter, value: &str) -> Result<Cell<'static>, String> {
    let column = match filter.keeps {
        Keeps::Is(column) | Keeps::UpTo(column) | Keeps::From(column) => column,
        Keeps::Stands => {
            let badge = Badge::ALL.into_iter().find(|badge| badge.as_str() == value);
            let known = || Badge::ALL.map(Badge::as_str).join(", ");
            let badge = badge.ok_or_else(|| format!("is none of {}", known()))?;
            return Ok(Cell::Number(badge.urgency().into()));
        }
        Keeps::Says(_) => return words(value).map(Cell::from),
    };
    match table.column(column).map(|column| column.holds) {
        Some(Holds::Truth) => match value {
            "true" => Ok(Cell::from(true)),
            "false" => Ok(Cell::from(false)),
            _ => Err("takes true or false".to_owned()),
        },
        Some(Holds::Number | Holds::Cents) => {
            value.parse().map(Cell::Number).map_err(|_| "takes a number".to_owned())
        }
        Some(Holds::Moment) => micros(value)
            .map(|micros| Cell::Number(micros.div_euclid(1_000_000)))
            .map_err(|error| error.to_string()),
        Some(Holds::Text | Holds::Names) | None => TextForm::of_column(column).read(value).map(Cell::from),
    }
}
