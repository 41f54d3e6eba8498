//! The guide's work order as far as each step of the way, as events to begin a [`Scenario`](super::Scenario)
//! with.

use super::samples::{
    assignment, contractor, cover, hour, job, policy, post, quote, session, terms, work_order, worker,
};
use crate::coverage::{Event, Evidence, Round, Terms};
use alloc::vec::Vec;

/// A worker was assigned, three days before the work.
pub fn assigned() -> Vec<Event> {
    assigned_on(terms())
}

/// A worker was assigned on other terms than the guide's.
pub fn assigned_on(terms: Terms) -> Vec<Event> {
    Vec::from([Event::Assigned { work_order: work_order(), worker: worker(), terms, at: hour(-72) }])
}

/// The contractor is created.
pub fn enrolled() -> Vec<Event> {
    then(assigned(), Event::ContractorCreated { contractor: contractor() })
}

/// The job is created too.
pub fn scoped() -> Vec<Event> {
    then(enrolled(), Event::JobCreated { job: job() })
}

/// Cover is offered.
pub fn quoted() -> Vec<Event> {
    then(scoped(), Event::Quoted { quote: quote() })
}

/// The contractor can apply.
pub fn applying() -> Vec<Event> {
    then(
        quoted(),
        Event::ApplicationOpened { session: session(), url: "https://apply.example/2Rk7Vt".into() },
    )
}

/// The contractor has applied.
pub fn applied() -> Vec<Event> {
    then(applying(), Event::ApplicationCompleted {})
}

/// The work began on time, so the assignment is due.
pub fn started() -> Vec<Event> {
    then(applied(), Event::WorkStarted { at: hour(0) })
}

/// The assignment is made; no binding fact has come yet.
pub fn bound() -> Vec<Event> {
    let (round, assignment, post) = (Round::FIRST, assignment(), post());
    then(started(), Event::CoverageAssigned { round, assignment, post, policy: None, cover: cover() })
}

/// The policy is in force for all of the work.
pub fn insured() -> Vec<Event> {
    let evidence = Evidence::Policy(policy());
    then(bound(), Event::CoverageActivated { evidence, policy: None, cover: cover(), at: hour(-1) })
}

/// The same story with one more event.
pub fn then(mut story: Vec<Event>, event: Event) -> Vec<Event> {
    story.push(event);
    story
}
