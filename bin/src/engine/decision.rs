//! What commands lead to, by the ledger as it stands.

use super::execute::Executed;
use super::ledger::Ledger;
use covertrail_domain::coverage::{Command, Event, Rejection, State};
use covertrail_domain::id::WorkOrderId;
use std::borrow::Cow;

/// What commands lead to, and the revision that this rests on.
pub(super) struct Decision {
    pub(super) next_revision: u64,
    pub(super) events: Vec<Event>,
    /// What each command came to, or why it was refused.
    pub(super) answers: Vec<Result<Executed, Rejection>>,
}

impl Ledger {
    /// What commands lead to, each in the state that those before it leave.
    pub(super) fn decide(&self, work_order: &WorkOrderId, commands: &[Command]) -> Decision {
        let unheard = State::default();
        let mut state = Cow::Borrowed(self.state(work_order).unwrap_or(&unheard));
        let mut decision = Decision {
            next_revision: self.next_revision(work_order),
            events: Vec::new(),
            answers: Vec::new(),
        };
        for (index, command) in commands.iter().enumerate() {
            let events = match state.decide(command) {
                Ok(events) => events,
                Err(rejection) => {
                    decision.answers.push(Err(rejection));
                    continue;
                }
            };
            decision.answers.push(Ok(if events.is_empty() {
                Executed::HeldAlready
            } else {
                Executed::Happened
            }));
            if index.saturating_add(1) < commands.len() && !events.is_empty() {
                state = Cow::Owned(events.iter().fold(state.into_owned(), State::evolve));
            }
            decision.events.extend(events);
        }
        decision
    }
}
