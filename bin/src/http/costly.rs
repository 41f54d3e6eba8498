//! Questions that cost much, such as how things stood at another moment: each person has one worked on at a time and a
//! few that wait, and a few are worked on in all. Nobody's questions hold up anybody else's for longer than one of them.

use super::problem;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use covertrail_adapters::front::Limit;
use covertrail_domain::id::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many pages are read at once for streams that catch up.
const PAGES_AT_ONCE: usize = 2;

/// When a person with too many questions may ask again, in seconds.
const RETRY_AFTER_SECONDS: u16 = 5;

/// The queue of costly questions.
#[derive(Debug)]
pub struct CostlyQuestions {
    places: Arc<Semaphore>,
    /// Pages of the past that are read at once, for those who follow events from a past position.
    pages: Arc<Semaphore>,
    /// How many questions one person may have, the one that is worked on included.
    per_person: u64,
    people: Mutex<HashMap<PersonId, Arc<OnePerson>>>,
    limit: Arc<Limit>,
}

/// One person's questions. There are as many of these as people in the configuration.
#[derive(Debug)]
struct OnePerson {
    turn: Arc<Semaphore>,
    /// A page for one of their streams is read at a time.
    page: Arc<Semaphore>,
    asked: Limit,
}

/// A page of the past that is read; dropping it lets the next one be read.
#[derive(Debug)]
pub(super) struct PageTurn {
    _turns: [OwnedSemaphorePermit; 2],
}

/// A costly question that is worked on; dropping it lets the next one begin.
#[derive(Debug)]
pub(super) struct CostlyPlace {
    _place: OwnedSemaphorePermit,
    turn: PersonTurn,
}

/// A person's turn; dropping it lets their next question begin.
#[derive(Debug)]
pub(super) struct PersonTurn {
    _turn: OwnedSemaphorePermit,
    _counted: CountedQuestion,
}

impl CostlyPlace {
    /// The work is done and the answer is on its way: another person's question may begin, and none of the same person.
    pub(super) fn leave(self) -> PersonTurn {
        self.turn
    }
}

/// A person has as many costly questions as they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyQuestions;

#[derive(Debug)]
struct CountedQuestion {
    person: Arc<OnePerson>,
    limit: Arc<Limit>,
}

impl CostlyQuestions {
    /// No questions yet: so many are worked on at once, and so many of each person wait.
    pub fn new(at_once: usize, waiting_per_person: u64) -> Self {
        let maximum = u64::try_from(at_once).unwrap_or(u64::MAX);
        Self {
            places: Arc::new(Semaphore::new(at_once.min(Semaphore::MAX_PERMITS))),
            pages: Arc::new(Semaphore::new(PAGES_AT_ONCE)),
            per_person: waiting_per_person.saturating_add(1),
            people: Mutex::default(),
            limit: Arc::new(Limit::new("costly_questions", "server.costly_questions_waiting", maximum)),
        }
    }

    /// Its limit, for metrics: questions that are worked on or wait, of those that are worked on at once.
    pub fn limit(&self) -> &Arc<Limit> {
        &self.limit
    }

    /// Waits for this person's turn. Those of one person come one after the other, so that the place that becomes free
    /// goes to each person in turn.
    pub(super) async fn enter(&self, person: &PersonId) -> Result<CostlyPlace, TooManyQuestions> {
        let counted = self.count(person)?;
        let turn = Arc::clone(&counted.person.turn).acquire_owned().await.map_err(|_| TooManyQuestions)?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| TooManyQuestions)?;
        Ok(CostlyPlace { _place: place, turn: PersonTurn { _turn: turn, _counted: counted } })
    }

    /// Waits until a page of the past may be read for one of this person's streams. However many streams one person
    /// lets catch up, webhooks and other people's streams go on. Nothing where the program ends.
    pub(super) async fn page(&self, person: &PersonId) -> Option<PageTurn> {
        let pages =
            Arc::clone(&self.people().entry(person.clone()).or_insert_with(|| self.nobody_yet()).page);
        let own = pages.acquire_owned().await.ok()?;
        let page = Arc::clone(&self.pages).acquire_owned().await.ok()?;
        Some(PageTurn { _turns: [own, page] })
    }

    fn people(&self) -> MutexGuard<'_, HashMap<PersonId, Arc<OnePerson>>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person who has asked nothing.
    fn nobody_yet(&self) -> Arc<OnePerson> {
        let asked = Limit::new("questions_of_a_person", "server.costly_questions_waiting", self.per_person);
        let [turn, page] = [(); 2].map(|()| Arc::new(Semaphore::new(1)));
        Arc::new(OnePerson { turn, page, asked })
    }

    fn count(&self, person: &PersonId) -> Result<CountedQuestion, TooManyQuestions> {
        let mut people = self.people();
        let known = people.entry(person.clone()).or_insert_with(|| self.nobody_yet());
        if known.asked.current() >= self.per_person {
            self.limit.turn_away();
            return Err(TooManyQuestions);
        }
        known.asked.add(1);
        self.limit.add(1);
        Ok(CountedQuestion { person: Arc::clone(known), limit: Arc::clone(&self.limit) })
    }
}

impl Drop for CountedQuestion {
    fn drop(&mut self) {
        self.person.asked.subtract(1);
        self.limit.subtract(1);
    }
}

impl From<TooManyQuestions> for Response {
    fn from(_: TooManyQuestions) -> Self {
        let why = "you have as many questions about other moments and downloads as one person may; wait for an answer";
        let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, why);
        answer.headers_mut().insert("retry-after", HeaderValue::from(RETRY_AFTER_SECONDS));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;

    fn person(name: &str) -> PersonId {
        PersonId::parse(name).unwrap()
    }

    /// Polls once what is expected to be ready, or not.
    async fn now<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        let mut future = Some(future);
        std::future::poll_fn(move |context| {
            let polled = future.take().map(|future| future.poll(context));
            Poll::Ready(match polled {
                Some(Poll::Ready(value)) => Some(value),
                Some(Poll::Pending) | None => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn a_person_has_one_question_worked_on_and_few_that_wait_and_others_do_not_wait_for_them() {
        let questions = CostlyQuestions::new(2, 1);
        let (ana, ben) = (person("ana"), person("ben"));
        let first = questions.enter(&ana).await.unwrap();
        let mut second = Box::pin(questions.enter(&ana));
        assert!(now(second.as_mut()).await.is_none());
        assert_eq!(questions.enter(&ana).await.unwrap_err(), TooManyQuestions);
        let other = questions.enter(&ben).await.unwrap();
        drop(first);
        assert!(now(second.as_mut()).await.is_some_and(|place| place.is_ok()));
        drop((second, other));
        assert_eq!(questions.limit.current(), 0);
    }

    #[tokio::test]
    async fn places_go_to_each_person_in_turn() {
        let questions = CostlyQuestions::new(1, 3);
        let (ana, ben) = (person("ana"), person("ben"));
        let first = questions.enter(&ana).await.unwrap();
        let mut again = Box::pin(questions.enter(&ana));
        assert!(now(again.as_mut()).await.is_none());
        let mut other = Box::pin(questions.enter(&ben));
        assert!(now(other.as_mut()).await.is_none());
        drop(first);
        let place = now(other.as_mut()).await;
        assert!(place.is_some(), "ben is next, though ana asked again before him");
        assert!(now(again.as_mut()).await.is_none());
        drop(place);
        assert!(now(again.as_mut()).await.is_some());
    }

    #[tokio::test]
    async fn a_slow_download_holds_up_its_own_person_only() {
        let questions = CostlyQuestions::new(1, 1);
        let (ana, ben) = (person("ana"), person("ben"));
        let downloading = questions.enter(&ana).await.unwrap().leave();
        let mut again = Box::pin(questions.enter(&ana));
        assert!(now(again.as_mut()).await.is_none());
        assert!(now(Box::pin(questions.enter(&ben)).as_mut()).await.is_some_and(|place| place.is_ok()));
        drop(downloading);
        assert!(now(again.as_mut()).await.is_some_and(|place| place.is_ok()));
    }

    #[tokio::test]
    async fn a_question_that_is_given_up_while_it_waits_is_not_counted() {
        let questions = CostlyQuestions::new(1, 1);
        let ana = person("ana");
        let first = questions.enter(&ana).await.unwrap();
        let mut waiting = Box::pin(questions.enter(&ana));
        assert!(now(waiting.as_mut()).await.is_none());
        drop(waiting);
        assert_eq!(questions.limit.current(), 1);
        drop(first);
    }

    #[tokio::test]
    async fn streams_of_one_person_catch_up_one_after_the_other_and_others_do_not_wait_for_them() {
        let questions = CostlyQuestions::new(1, 1);
        let (ana, ben) = (person("ana"), person("ben"));
        let first = questions.page(&ana).await;
        let mut more: Vec<_> = (0..100).map(|_| Box::pin(questions.page(&ana))).collect();
        for page in &mut more {
            assert!(now(page.as_mut()).await.is_none());
        }
        assert!(now(Box::pin(questions.page(&ben)).as_mut()).await.is_some_and(|page| page.is_some()));
        assert!(questions.enter(&ana).await.is_ok(), "a question does not wait for streams");
        drop(first);
        let next = now(more[0].as_mut()).await;
        assert!(next.as_ref().is_some_and(Option::is_some));
        assert!(now(more[1].as_mut()).await.is_none());
    }
}
