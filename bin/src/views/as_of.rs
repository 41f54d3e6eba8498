//! Questions about another moment: of the world, of what was known, or of both.

use super::fold::{decoded, hear, tell};
use super::{ReadModels, Trouble, rebuild};
use crate::clock;
use covertrail_adapters::store::{EventStore, Position, Recorded, StreamName};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{AsOf, Checklist, Checkpoint, Story, Table, Views};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many answers about all work orders are kept: whoever turns pages asks the same again.
const KEPT: usize = 4;

/// Which moment is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// By what was known.
    pub known: Known,
    /// How it was in the world at this moment; without it, as things stand by what was known.
    pub as_of: Option<Timestamp>,
    /// When the last that was known was recorded, where only a position says what that is.
    pub recorded: Option<Timestamp>,
}

/// What was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// All that is known now.
    Everything,
    /// What the log held up to a position.
    Position(u64),
    /// What was recorded up to a moment, in Unix microseconds.
    Recorded(i64),
}

impl Known {
    pub(super) fn holds(self, recorded: &Recorded<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Position(last) => recorded.position.get() <= last,
            Self::Recorded(last) => recorded.recorded_at <= last,
        }
    }

    pub(super) const fn is_of_clock(self) -> bool {
        matches!(self, Self::Recorded(_))
    }
}

impl Question {
    /// How things stand.
    pub const NOW: Self = Self { known: Known::Everything, as_of: None, recorded: None };

    /// Whether the answer depends on when something happened or was recorded.
    pub(super) const fn asks_when(self) -> bool {
        self.as_of.is_some() || self.known.is_of_clock()
    }

    /// The moment at which standings are judged: the one asked about, or the last at which it was known.
    pub fn judged_at(self) -> Timestamp {
        match (self.as_of, self.known) {
            (Some(at), _) => at,
            (None, Known::Recorded(micros)) => seconds(micros),
            (None, Known::Everything | Known::Position(_)) => self.recorded.unwrap_or_else(clock::now),
        }
    }
}

fn seconds(micros: i64) -> Timestamp {
    Timestamp::from_unix(micros.div_euclid(1_000_000))
}

/// A read model, as the answer to a question, with standings judged at a moment.
struct Answer {
    question: Question,
    of: &'static str,
    at: Timestamp,
    views: Arc<Mutex<Views>>,
}

/// Answers that were worked out of late.
#[derive(Default)]
pub(super) struct Answers {
    kept: Mutex<VecDeque<Answer>>,
    /// One is worked out at a time: each reads the whole log.
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl ReadModels {
    /// The question with the moment at which it is judged, which a position alone does not tell.
    pub async fn settled(&self, question: Question) -> Result<Question, Trouble> {
        let Known::Position(last) = question.known else { return Ok(question) };
        let before = last.checked_add(1).map(Position::new);
        let page = self.store.read_all_backward(before, 1).await?;
        let recorded = page.iter().next().map(|recorded| seconds(recorded.recorded_at));
        Ok(Question { recorded, ..question })
    }

    /// One work order as it was; nothing where it was not known, or not there yet.
    pub async fn story(
        &self,
        work_order: &WorkOrderId,
        question: Question,
    ) -> Result<Option<Story>, Trouble> {
        story(&self.store, work_order, question, &mut Checklist::default()).await
    }

    /// A read model as it was.
    pub async fn then(
        &self,
        table: &'static Table,
        question: Question,
    ) -> Result<Arc<Mutex<Views>>, Trouble> {
        let head = self.store.head().await?.map_or(0, Position::get);
        let question = self.settled(question).await?;
        let at = question.judged_at();
        let known = match question.known {
            Known::Everything => Known::Position(head),
            Known::Position(last) => Known::Position(last.min(head)),
            known @ Known::Recorded(_) => known,
        };
        let position = if let Known::Position(last) = known { last } else { head };
        let question = Question { known, ..question };
        let _alone = self.answers.one_at_a_time.lock().await;
        let kept = || self.answers.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |answer: &&Answer| (answer.question, answer.of, answer.at) == (question, table.name, at);
        if let Some(answer) = kept().iter().find(is_it) {
            return Ok(Arc::clone(&answer.views));
        }
        let views = Views::in_memory()?;
        let asked = (question, Checkpoint { position, at });
        // nobody else knows of it
        let (views, _) = rebuild(&self.store, views, vec![table], asked, |_| (), |_| ()).await?;
        let views = Arc::new(Mutex::new(views));
        let mut kept = kept();
        kept.push_front(Answer { question, of: table.name, at, views: Arc::clone(&views) });
        kept.truncate(KEPT);
        Ok(views)
    }
}

/// One work order's story, up to what the question asks for.
pub(super) async fn story(
    store: &Arc<dyn EventStore>,
    work_order: &WorkOrderId,
    question: Question,
    checklist: &mut Checklist,
) -> Result<Option<Story>, Trouble> {
    let mut as_of = question.as_of.map(AsOf::new);
    let mut whole = Story::default();
    each(store, &format!("coverage-{work_order}"), |recorded| {
        if !question.known.holds(recorded) {
            return Ok(false);
        }
        let event = decoded(recorded)?;
        match &mut as_of {
            Some(as_of) => hear(as_of, &event, recorded)?,
            None => tell(&mut whole, &event, recorded, checklist),
        }
        Ok(true)
    })
    .await?;
    let found = as_of.map_or(whole, AsOf::into_story);
    Ok(found.state.coverage().is_some().then_some(found))
}

/// The events of a stream, until `take` has enough.
pub(super) async fn each(
    store: &Arc<dyn EventStore>,
    stream: &str,
    mut take: impl FnMut(&Recorded<'_>) -> Result<bool, Trouble>,
) -> Result<(), Trouble> {
    let Ok(name) = StreamName::parse(stream) else { return Ok(()) };
    let mut from = 0;
    loop {
        let page = store.read_stream(&name, from, 512).await?;
        for recorded in &page {
            if !take(&recorded)? {
                return Ok(());
            }
        }
        match page.last_revision() {
            Some(last) => from = last.saturating_add(1),
            None => return Ok(()),
        }
    }
}
