//! `GET /v1/subscriptions/<list>`: the rows of a list as they are, then every change of them.
//!
//! Changes are numbered and written down with the rows, so whoever was away hears of each that they missed, once and in
//! order; whoever was away too long begins anew.

use super::asked::Asked;
use super::listings::{self, Keeps, Listing};
use super::sse::{self, Gone, Speaker};
use super::{Shared, bad, cursor, list, problem, troubled};
use crate::http::Who;
use crate::http::path::{ApiPath, PathValue};
use crate::http::query::Parameters;
use crate::views::{Frame, Question, Trouble};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use covertrail_projections::{Cell, Journal, Query, Rows, ViewsError, row_as_json};
use serde_json::{Value, json};
use std::sync::Arc;

/// How many changes are read at once.
const PAGE: usize = 256;
/// How many rows are said at once.
const ROWS: usize = 256;

/// The list that a path names, if there is one whose changes are written down.
pub(super) struct Followed(Option<&'static Listing>);

impl PathValue for Followed {
    fn read(text: &str) -> Result<Self, String> {
        let listing = listings::named(if text == "board" { "work-orders" } else { text });
        Ok(Self(listing.filter(|listing| !matches!(listing.table.rows, Rows::OfBoard { .. }))))
    }
}

/// The names of the parameters of all lists: each refuses those that are another's.
pub(super) fn parameters() -> impl Iterator<Item = &'static str> {
    let filters = listings::ALL.iter().flat_map(|listing| listing.filters).map(|filter| filter.name);
    filters.chain(["after", "limit", "min_position", "as_of", "known_at"])
}

/// `GET /v1/subscriptions/<list>?after=…` with the list's own filters.
pub(super) async fn subscribe(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    ApiPath(Followed(listing)): ApiPath<Followed>,
    headers: HeaderMap,
    Parameters(pairs): Parameters,
) -> Response {
    let Some(listing) = listing else {
        return problem(StatusCode::NOT_FOUND, "there is no such subscription");
    };
    let asked = match Asked::of(listing, &pairs) {
        Ok(asked) if asked.question == Question::NOW => asked,
        Ok(_) => return bad("a subscription begins now"),
        Err(why) => return bad(&why),
    };
    let epoch = match shared.models.read(|reader| reader.epoch()).await {
        Ok(epoch) => epoch,
        Err(trouble) => return troubled(&trouble),
    };
    let resumes = sse::resumes_from(&headers, asked.after.as_ref());
    let told = Told { shared: Arc::clone(&shared), who, listing, asked: Arc::new(asked), epoch };
    sse::answer(&shared.models, sse::while_token_is_known(), |speaker| told.tell(speaker, resumes))
}

struct Told {
    shared: Arc<Shared>,
    who: Who,
    listing: &'static Listing,
    asked: Arc<Asked>,
    epoch: String,
}

/// The listener has to begin anew.
struct Reset;

impl Told {
    async fn tell(self, speaker: Speaker, resumes: Option<String>) -> Result<(), Gone> {
        speaker.say(":\n\n".to_owned()).await?;
        let after = match &resumes {
            Some(id) => self.place(id),
            None => self.snapshot(&speaker).await?,
        };
        let told = match after {
            Some(after) => self.follow(&speaker, after).await?,
            None => Reset,
        };
        let Reset = told;
        speaker.say(sse::event("reset", None, "{}")).await
    }

    /// A change's number, if it is one of this file.
    fn place(&self, id: &str) -> Option<u64> {
        let (epoch, sequence) = id.split_once('-')?;
        (epoch == self.epoch).then(|| sequence.parse().ok()).flatten()
    }

    /// Says all rows, a page at a time, and answers with the last change that all of them have in them. What changes
    /// meanwhile is told again as a change: nobody's slow reading holds the file up.
    async fn snapshot(&self, speaker: &Speaker) -> Result<Option<u64>, Gone> {
        let (mut first, mut place) = (None, None);
        loop {
            let turn = self.shared.costly.page(&self.who.name).await.ok_or(Gone)?;
            let (listing, asked) = (self.listing, Arc::clone(&self.asked));
            let read = self.shared.models.read(move |reader| {
                // before the rows: what they have in them beyond it is no harm
                let newest = reader.newest_change()?;
                let of_list = list::query(listing, &asked, None);
                let after = place.and_then(|place: String| cursor::read(listing.table, &of_list, &place));
                let query = Query { limit: ROWS, after, ..of_list };
                let (mut said, mut count, mut last) = (String::new(), 0_usize, None);
                reader.each(listing.table, &query, |row| {
                    said.push_str(&sse::event("row", None, &row_as_json(listing.table, &row)));
                    count = count.saturating_add(1);
                    if count == ROWS {
                        last = Some(cursor::of(listing.table, &query, &row));
                    }
                    true
                })?;
                Ok::<_, ViewsError>((newest, said, last))
            });
            let (newest, said, last) = read.await.map_err(|_| Gone)?;
            drop(turn);
            let newest = *first.get_or_insert(newest);
            speaker.say(said).await?;
            if last.is_none() {
                speaker.say(sse::event("ready", Some(&self.id(newest)), "{}")).await?;
                return Ok(Some(newest));
            }
            place = last;
        }
    }

    async fn follow(&self, speaker: &Speaker, mut after: u64) -> Result<Reset, Gone> {
        loop {
            let mut coming = self.shared.models.hub().changes();
            loop {
                let read = self.shared.models.read(move |reader| reader.changes_after(after, PAGE)).await;
                let entries = match read {
                    Ok(Journal::Entries(entries)) => entries,
                    Ok(Journal::Gone) => return Ok(Reset),
                    Err(
                        Trouble::Ending
                        | Trouble::Gone
                        | Trouble::Log(_)
                        | Trouble::Malformed { .. }
                        | Trouble::Views(_),
                    ) => {
                        return Err(Gone);
                    }
                };
                if entries.is_empty() {
                    break;
                }
                let frames: Vec<Frame> = entries.into_iter().map(Frame::from).collect();
                if self.say(speaker, frames.iter(), &mut after).await?.is_some() {
                    return Ok(Reset);
                }
            }
            loop {
                let come = speaker.hear(&mut coming).await?;
                if self
                    .say(speaker, come.all.iter().flat_map(|frames| frames.iter()), &mut after)
                    .await?
                    .is_some()
                {
                    return Ok(Reset);
                }
                if come.and_more {
                    break;
                }
            }
        }
    }

    /// Says those changes that are wanted and were not told yet.
    async fn say(
        &self,
        speaker: &Speaker,
        frames: impl Iterator<Item = &Frame>,
        after: &mut u64,
    ) -> Result<Option<Reset>, Gone> {
        let mut said = String::new();
        for Frame { entry, rows, told } in frames {
            let is_ours = entry.table == self.listing.table.name;
            let Some(subject) = &entry.subject else {
                if is_ours {
                    return Ok(Some(Reset));
                }
                *after = entry.sequence.max(*after);
                continue;
            };
            if entry.sequence <= *after {
                continue;
            }
            *after = entry.sequence;
            if is_ours {
                let data = || {
                    let rows: Vec<&Value> = rows.iter().filter(|row| self.keeps(row)).collect();
                    json!({ self.listing.table.subject(): subject, "rows": rows }).to_string()
                };
                let filtered;
                let data = if self.asked.wheres.is_empty() {
                    told.get_or_init(data)
                } else {
                    filtered = data();
                    &filtered
                };
                said.push_str(&sse::event("change", Some(&self.id(entry.sequence)), data));
            }
        }
        speaker.say(said).await.map(|()| None)
    }

    fn id(&self, sequence: u64) -> String {
        format!("{}-{sequence}", self.epoch)
    }

    /// Whether a row is one of those that were asked for: the same rules as the list's query.
    fn keeps(&self, row: &Value) -> bool {
        let number = |column: &str| {
            row.get(column).and_then(|value| value.as_i64().or(value.as_bool().map(i64::from)))
        };
        self.asked.wheres.iter().all(|(keeps, value)| match (keeps, value) {
            (Keeps::Is(column), Cell::Number(value)) => number(column) == Some(*value),
            (Keeps::Is(column), Cell::Text(text)) => row.get(column).and_then(Value::as_str) == Some(text),
            (Keeps::Stands, Cell::Number(value)) => number("urgency") == Some(*value),
            (Keeps::UpTo(column), Cell::Number(value)) => {
                number(column).is_some_and(|number| number <= *value)
            }
            (Keeps::From(column), Cell::Number(value)) => {
                number(column).is_some_and(|number| number >= *value)
            }
            (Keeps::Says(columns), Cell::Text(text)) => columns.iter().any(|column| {
                let said = row.get(column).and_then(Value::as_str).unwrap_or_default();
                said.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
            }),
            (Keeps::Is(_), Cell::Nothing)
            | (Keeps::Stands | Keeps::UpTo(_) | Keeps::From(_), Cell::Nothing | Cell::Text(_))
            | (Keeps::Says(_), Cell::Nothing | Cell::Number(_)) => false,
        })
    }
}
