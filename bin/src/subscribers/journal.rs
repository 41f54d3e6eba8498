//! A subscriber's stream: what its follower writes, and where several nodes tell it, what theirs do.

use super::record::{Record, Standing};
use crate::clock;
use crate::engine::passed_over;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{
    AppendError, BadName, EventStore, Expected, NewEvent, ReadError, Recorded, StreamName,
};
use covertrail_domain::id::PersonId;
use std::sync::Arc;
use std::time::Duration;

const PAGE: usize = 512;
/// How often an append is repeated whose outcome is not known, and the pause before.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(50);

/// Why a subscriber's stream cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub(super) enum JournalError {
    /// The log cannot be read now.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log cannot take it now.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Another node has written since; that is taken in now, and what was to be written may be wrong.
    #[error("another node has told this subscriber meanwhile")]
    Moved,
    /// What is stored cannot be understood.
    #[error("what is stored of a subscriber cannot be read")]
    Malformed(#[from] serde_json::Error),
}

pub(super) struct Journal {
    store: Arc<dyn EventStore>,
    stream: StreamName,
    next_revision: u64,
    standing: Standing,
    passed_over: u64,
}

/// What a line says, if it can be read and can be true. What is wrong is told without what stands in it.
fn readable(recorded: &Recorded<'_>) -> Result<Record, String> {
    let record = Record::decode(recorded.kind, recorded.data).map_err(|error| {
        format!("it is not of its form (line {} column {})", error.line(), error.column())
    })?;
    record
        .check(recorded.position.get(), recorded.recorded_at)
        .map_err(|impossible| impossible.to_string())?;
    Ok(record)
}

impl Journal {
    pub(super) fn new(store: Arc<dyn EventStore>, name: &str) -> Result<Self, BadName> {
        let stream = OwnCategory::Subscriber.stream(name)?;
        Ok(Self { store, stream, next_revision: 0, standing: Standing::default(), passed_over: 0 })
    }

    pub(super) const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Takes in what is stored and was not taken in yet; answers whether there was any.
    pub(super) async fn load(&mut self) -> Result<bool, JournalError> {
        let before = self.next_revision;
        loop {
            let page = self.store.read_stream(&self.stream, self.next_revision, PAGE).await?;
            for recorded in &page {
                match readable(&recorded) {
                    Ok(record) => self.standing.evolve(record),
                    Err(why) => self.pass_over(&recorded, &why),
                }
                self.next_revision = recorded.revision.saturating_add(1);
            }
            if page.is_empty() {
                return Ok(self.next_revision > before);
            }
        }
    }

    /// One bad line changes nothing: the last good one counts.
    fn pass_over(&mut self, recorded: &Recorded<'_>, why: &str) {
        passed_over(recorded, why);
        self.passed_over = self.passed_over.saturating_add(1);
    }

    /// How many lines were wrong and passed over.
    pub(super) const fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Stores what happened; when it returns that is durable. Where another node has written since, what it wrote is
    /// taken in; only what a person asks for is stored all the same.
    pub(super) async fn append(&mut self, record: Record, by: Option<PersonId>) -> Result<(), JournalError> {
        let mut attempt = 0_u32;
        loop {
            let expected = self.next_revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            let event = self.event(&record, by.clone())?;
            attempt = attempt.saturating_add(1);
            match self.store.append(&self.stream, expected, vec![event]).await {
                Ok(appended) => {
                    self.next_revision = appended.last_revision.saturating_add(1);
                    self.standing.evolve(record);
                    return Ok(());
                }
                Err(AppendError::Conflict { .. }) if attempt < ATTEMPTS => {
                    self.load().await?;
                    if !matches!(record, Record::ReplayAsked(_)) {
                        return Err(JournalError::Moved);
                    }
                }
                Err(AppendError::OutcomeUnknown(_)) if attempt < ATTEMPTS => {
                    tokio::time::sleep(PAUSE.saturating_mul(attempt)).await;
                }
                Err(
                    error @ (AppendError::Conflict { .. }
                    | AppendError::OutcomeUnknown(_)
                    | AppendError::Unavailable(_)
                    | AppendError::TooLarge { .. }
                    | AppendError::Malformed(_)),
                ) => return Err(error.into()),
            }
        }
    }

    fn event(&self, record: &Record, by: Option<PersonId>) -> Result<NewEvent, serde_json::Error> {
        let (kind, data) = record.encode()?;
        let recorded_at = clock::now_micros();
        // the same at the same place in the stream is the same event
        let said = String::from_utf8_lossy(&data);
        let command = format!("{}/{}/{kind}/{said}", self.stream, self.next_revision);
        let envelope = Envelope {
            source: if by.is_some() { Source::Command } else { Source::Clock },
            actor: by.map_or(Actor::Covertrail, Actor::Person),
            correlation: self.stream.as_str().to_owned(),
            causation: self.stream.as_str().to_owned(),
            occurred_at: clock::now(),
            recorded_at,
            reason: None,
        };
        Ok(NewEvent {
            id: schema::event_id(&command, 0),
            kind: kind.to_owned(),
            data,
            metadata: envelope.encode(),
            recorded_at,
        })
    }
}
