//! What is to be called at the vendor, and under which keys.

use super::{Broken, holds};
use crate::coverage::{Action, Call, Command, Event, Fate, State, Step, Terms};
use crate::testkit::history::History;
use crate::testkit::samples;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What waits for a person would be due if it did not.
pub fn blocked_steps_are_due(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    for blocked in &coverage.blocked {
        // unblocked one at a time, by the same rule that would refuse to block what is not due
        let mut free = coverage.clone();
        free.blocked.clear();
        let free = State::Tracked(free.into());
        let again = free.decide(&Command::Block {
            step: blocked.step,
            document: blocked.document.clone(),
            failure: blocked.failure,
            reason: blocked.reason.clone(),
        });
        holds("blocked steps are due", again.is_ok_and(|events| !events.is_empty()), || {
            format!("{} is blocked, and not due in {state:?}", blocked.step)
        })?;
    }
    Ok(())
}

/// A person who has a quote or an application tried again does not get the answer that the vendor has saved.
pub fn a_retry_asks_anew(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    let mut free = coverage.clone();
    free.blocked.clear();
    let anew = |action: &Action| matches!(action.step(), Step::Quote | Step::Application);
    let Some(asked) = State::Tracked(free.into()).next_action().filter(anew) else { return Ok(()) };
    if !coverage.blocked.iter().any(|blocked| blocked.step == asked.step()) {
        return Ok(());
    }
    let events = state.decide(&Command::Retry { by: samples::clerk() }).unwrap_or_default();
    let again = events.iter().fold(state.clone(), State::evolve).next_action();
    let changed = again.is_some_and(|again| again.idempotency_key() != asked.idempotency_key());
    holds("a retry asks anew", changed, || format!("{} in {state:?}", asked.idempotency_key()))
}

/// No assignment is made on a job by which another is still to be canceled: that would cancel both.
pub fn no_assignment_is_made_beside_one_to_be_canceled(state: &State) -> Result<(), Broken> {
    let Some((Call::CreateAssignment { post, .. }, coverage)) =
        state.next_action().map(|action| action.call).zip(state.coverage())
    else {
        return Ok(());
    };
    let unwanted =
        coverage.assignments.iter().find(|made| made.fate == Fate::ToCancel && made.post.job == post.job);
    holds("no assignment is made beside one to be canceled", unwanted.is_none(), || {
        format!("{unwanted:?} in {state:?}")
    })
}

/// A document that was handed in waits, is blocked or is with the vendor, until another worker has the work.
pub fn no_document_is_lost(history: &History) -> Result<(), Broken> {
    let handed_in = history.events().fold(Vec::new(), |mut handed_in, event| {
        if let Event::CertificateSubmitted { document } = event {
            handed_in.push(document);
        } else if matches!(event, Event::Reassigned { .. }) {
            handed_in.clear();
        }
        handed_in
    });
    let state = history.state();
    let Some(coverage) = state.coverage() else { return Ok(()) };
    for document in handed_in {
        let uploaded = coverage.certificates.iter().any(|known| known.document.as_ref() == Some(document));
        holds("no document is lost", uploaded || coverage.documents.contains(document), || {
            format!("{document} in {state:?}")
        })?;
    }
    Ok(())
}

/// A key names one call for good: the same call has the same key whenever it is due, and calls that differ,
/// in two rounds too, never share one.
pub fn a_key_names_one_call(history: &History) -> Result<(), Broken> {
    let mut known: BTreeMap<String, Action> = BTreeMap::new();
    for action in history.states().filter_map(|state| state.next_action()) {
        let key = action.idempotency_key();
        let Some(first) = known.get(&key) else {
            known.insert(key, action);
            continue;
        };
        let (earlier, later) = (sent(first), sent(&action));
        holds("a key names one call", earlier == later, || {
            format!("{key} is for {earlier:?}\n  and for {later:?}")
        })?;
        let is_by_round = match action.call {
            Call::CreateJob { .. }
            | Call::CreateQuote { .. }
            | Call::OpenApplication { .. }
            | Call::CreateAssignment { .. } => true,
            Call::CreateContractor { .. }
            | Call::CancelAssignment { .. }
            | Call::UploadCertificate { .. }
            | Call::RecordInvoice { .. } => false,
        };
        holds("the path's keys differ between rounds", !is_by_round || first.round == action.round, || {
            format!("{key} is in round {:?} and in {:?}", first.round, action.round)
        })?;
    }
    Ok(())
}

/// The call as the vendor sees it: a job is made from what was agreed but the dates, lines and time of
/// binding.
fn sent(action: &Action) -> Call {
    match &action.call {
        Call::CreateJob { terms } => {
            let Terms { window, required, bind_on, .. } = samples::terms();
            Call::CreateJob { terms: Terms { window, required, bind_on, ..terms.clone() } }
        }
        call @ (Call::CreateContractor { .. }
        | Call::CreateQuote { .. }
        | Call::OpenApplication { .. }
        | Call::CreateAssignment { .. }
        | Call::CancelAssignment { .. }
        | Call::UploadCertificate { .. }
        | Call::RecordInvoice { .. }) => call.clone(),
    }
}
