//! The whole log in one pass, or what of it answers a question: the same fold for both.

use super::as_of::Question;
use super::{Trouble, delivery};
use crate::engine::{COVERAGE, DELIVERY};
use covertrail_adapters::schema::{self, Envelope};
use covertrail_adapters::store::{Batch, Category, EventStore, Position, ReadError, Recorded};
use covertrail_domain::coverage::Event;
use covertrail_projections::{AsOf, Checklist, Delivery, Part, Place, Rows, Story, Table};
use foldhash::{HashMap, HashMapExt as _, HashSet};
use std::sync::Arc;

/// How many events are asked for at once.
const PAGE: usize = 8192;

/// Folds the log up to a position, as far as these read models follow from it. `done` hears of how many more events were
/// folded, and `told` of each part of what the log comes to, as soon as it is known.
pub async fn fold(
    store: &Arc<dyn EventStore>,
    which: &[&'static Table],
    question: Question,
    upto: u64,
    done: impl Fn(usize) + Send + Sync + Clone + 'static,
    told: impl Fn(Part) + Send + Clone + 'static,
) -> Result<(), Trouble> {
    let any = |wanted: fn(Rows) -> bool| which.iter().any(|table| wanted(table.rows));
    let of_log = any(|rows| matches!(rows, Rows::OfLog(_)));
    let deliveries = (of_log || any(|rows| matches!(rows, Rows::OfDelivery(_)))).then(|| {
        let (store, done, told) = (Arc::clone(store), done.clone(), told.clone());
        tokio::spawn(async move {
            let (deliveries, seen) = deliveries(store, question, upto, done).await?;
            told(Part::Deliveries(deliveries));
            Ok::<_, Trouble>(seen)
        })
    });
    let mut checklist = Checklist::default();
    if of_log || any(|rows| matches!(rows, Rows::OfStory(_))) {
        let (stories, seen) = stories(store, question, upto, done).await?;
        told(Part::Stories(stories));
        checklist.merge(seen);
    }
    if let Some(deliveries) = deliveries {
        checklist.merge(deliveries.await.map_err(|_| Trouble::Ending)??);
    }
    told(Part::Checklist(checklist));
    Ok(())
}

async fn stories(
    store: &Arc<dyn EventStore>,
    question: Question,
    upto: u64,
    done: impl Fn(usize),
) -> Result<(Vec<Story>, Checklist), Trouble> {
    let mut stories = Stories::new(question);
    // each page is read while the one before it is folded
    let mut next = tokio::spawn(page(Arc::clone(store), COVERAGE, question, None));
    loop {
        let page = next.await.map_err(|_| Trouble::Ending)??;
        let Some(last) = page.last_position().filter(|_| !page.is_empty()) else { break };
        next = tokio::spawn(self::page(Arc::clone(store), COVERAGE, question, Some(last)));
        let folding = tokio::task::spawn_blocking(move || {
            let folded = stories.fold(&page, upto);
            (stories, folded, page.len())
        });
        let (back, folded, events) = folding.await.map_err(|_| Trouble::Ending)?;
        stories = back;
        folded?;
        done(events);
        if last.get() >= upto {
            break;
        }
    }
    Ok(stories.told())
}

async fn page(
    store: Arc<dyn EventStore>,
    category: &'static str,
    question: Question,
    after: Option<Position>,
) -> Result<Batch, ReadError> {
    let category = Category::parse(category).ok();
    if question.asks_when() || category.as_ref().is_some_and(|category| category.as_str() == DELIVERY) {
        store.read_all(after, category.as_ref(), PAGE).await
    } else {
        store.read_for_fold(after, category.as_ref(), PAGE).await
    }
}

async fn deliveries(
    store: Arc<dyn EventStore>,
    question: Question,
    upto: u64,
    done: impl Fn(usize) + Send + 'static,
) -> Result<(Vec<Delivery>, Checklist), Trouble> {
    let (mut found, mut checklist) = (HashMap::<Box<str>, Delivery>::new(), Checklist::default());
    let mut ended = Ended::default();
    let mut after = None;
    loop {
        let page = page(Arc::clone(&store), DELIVERY, question, after).await?;
        for recorded in &page {
            if recorded.position.get() > upto || ended.ends(question, &recorded) {
                continue;
            }
            match found.get_mut(recorded.stream) {
                Some(delivery) => delivery::tell(delivery, &recorded),
                None => {
                    if let Some(delivery) = delivery::received(&recorded, &mut checklist) {
                        found.insert(recorded.stream.into(), delivery);
                    }
                }
            }
        }
        done(page.len());
        match page.last_position() {
            Some(last) if last.get() < upto => after = Some(last),
            Some(_) | None => break,
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    Ok((found, checklist))
}

/// Streams of which what follows is beyond what was known.
#[derive(Default)]
struct Ended(HashSet<Box<str>>);

impl Ended {
    fn ends(&mut self, question: Question, recorded: &Recorded<'_>) -> bool {
        if !question.known.is_of_clock() {
            return !question.known.holds(recorded);
        }
        // clocks are set back now and then: a stream ends before its first event that was recorded later
        if self.0.contains(recorded.stream) {
            return true;
        }
        let ends = !question.known.holds(recorded);
        if ends {
            self.0.insert(recorded.stream.into());
        }
        ends
    }
}

/// Every work order, folded as far as the log was read.
struct Stories {
    question: Question,
    places: HashMap<Box<str>, usize>,
    told: Vec<Telling>,
    ended: Ended,
    checklist: Checklist,
}

enum Telling {
    Whole(Story),
    AsOf(Box<AsOf>),
}

impl Stories {
    fn new(question: Question) -> Self {
        let (places, told) = (HashMap::new(), Vec::new());
        Self { question, places, told, ended: Ended::default(), checklist: Checklist::default() }
    }

    fn fold(&mut self, page: &Batch, upto: u64) -> Result<(), Trouble> {
        page.iter().take_while(|recorded| recorded.position.get() <= upto).try_for_each(|recorded| {
            if self.ended.ends(self.question, &recorded) {
                return Ok(());
            }
            let event = decoded(&recorded)?;
            let place = self.place(recorded.stream);
            match self.told.get_mut(place) {
                Some(Telling::Whole(story)) => tell(story, &event, &recorded, &mut self.checklist),
                Some(Telling::AsOf(as_of)) => hear(as_of, &event, &recorded)?,
                None => {}
            }
            Ok(())
        })
    }

    /// Where a work order is told.
    fn place(&mut self, stream: &str) -> usize {
        if let Some(place) = self.places.get(stream) {
            return *place;
        }
        let place = self.told.len();
        self.places.insert(stream.into(), place);
        self.told.push(match self.question.as_of {
            Some(at) => Telling::AsOf(Box::new(AsOf::new(at))),
            None => Telling::Whole(Story::default()),
        });
        place
    }

    fn told(self) -> (Vec<Story>, Checklist) {
        let story = |telling| match telling {
            Telling::Whole(story) => story,
            Telling::AsOf(as_of) => as_of.into_story(),
        };
        let mut stories: Vec<Story> = self.told.into_iter().map(story).collect();
        stories.sort_unstable_by(|one, other| id(one).cmp(&id(other)));
        (stories, self.checklist)
    }
}

fn id(story: &Story) -> Option<&str> {
    story.state.coverage().map(|coverage| coverage.work_order.as_str())
}

pub(super) fn decoded(recorded: &Recorded<'_>) -> Result<Event, Trouble> {
    let position = recorded.position.get();
    schema::decode(recorded.kind, recorded.data).map_err(|source| Trouble::Malformed { position, source })
}

pub(super) fn tell(story: &mut Story, event: &Event, recorded: &Recorded<'_>, checklist: &mut Checklist) {
    let place = place(recorded);
    story.tell(event, place);
    checklist.see(story, event, place);
}

pub(super) fn hear(as_of: &mut AsOf, event: &Event, recorded: &Recorded<'_>) -> Result<(), Trouble> {
    let position = recorded.position.get();
    let envelope =
        Envelope::decode(recorded.metadata).map_err(|source| Trouble::Malformed { position, source })?;
    as_of.hear(event, envelope.occurred_at, place(recorded));
    Ok(())
}

/// Where an event stands.
pub(crate) fn place(recorded: &Recorded<'_>) -> Place {
    Place {
        position: recorded.position.get(),
        revision: recorded.revision,
        recorded: delivery::moment(recorded),
    }
}
