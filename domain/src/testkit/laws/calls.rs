//! What is to be called at the vendor, and under which keys.

use super::{Broken, holds};
use crate::coverage::{Action, Call, Command, State, Terms};
use crate::testkit::history::History;
use crate::testkit::samples;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

/// What waits for a person would be due if it did not.
pub fn blocked_steps_are_due(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    for blocked in &coverage.blocked {
        // unblocked one at a time, by the same rule that would refuse to block what is not due
        let mut free = coverage.clone();
        free.blocked.clear();
        let free = State::Tracked(free.into());
        let again = free.decide(&Command::Block { step: blocked.step, reason: blocked.reason.clone() });
        holds("blocked steps are due", again.is_ok_and(|events| !events.is_empty()), || {
            format!("{} is blocked, and not due in {state:?}", blocked.step)
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
