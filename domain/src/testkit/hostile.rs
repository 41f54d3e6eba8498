//! A history's reports as a bad network delivers them.

use super::history::History;
use crate::coverage::{Command, State};
use alloc::vec::Vec;
use proptest::prelude::*;

/// What arrives, in the order in which it does.
#[derive(Debug, Clone)]
pub struct Arrivals(pub Vec<Command>);

/// The history with the vendor's webhooks about applications, policies, assignments and certificates early or
/// late, in another order, and some of them twice. Everything else stays as it was.
pub fn hostile(history: &History) -> impl Strategy<Value = Arrivals> + use<> {
    let told: Vec<Command> = history.moments().iter().map(|moment| moment.command.clone()).collect();
    let (mut reports, rest): (Vec<_>, Vec<_>) = told.into_iter().partition(is_report);
    reports.extend(reports.clone());
    let places = rest.len().saturating_add(1);
    let many = reports.len();
    let kept = prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3), many);
    (Just(rest), Just(reports).prop_shuffle(), kept).prop_map(move |(rest, reports, kept)| {
        let mut arrivals: Vec<(usize, Command)> = (1_usize..).zip(rest).collect();
        for (report, (place, luck)) in reports.into_iter().zip(kept) {
            let known = arrivals.iter().any(|(_, other)| *other == report);
            if !known || luck > 0 {
                arrivals.push((place.index(places), report));
            }
        }
        // stable: what was asked at a place comes before what is reported there
        arrivals.sort_by_key(|(place, _)| *place);
        Arrivals(arrivals.into_iter().map(|(_, command)| command).collect())
    })
}

impl Arrivals {
    /// What they come to. What comes too early is kept and tried again whenever something happened.
    pub fn delivered_to(&self, state: State) -> State {
        let mut waiting: Vec<&Command> = Vec::new();
        let mut state = state;
        for command in &self.0 {
            waiting.push(command);
            let mut something_new = true;
            while something_new {
                something_new = false;
                let early = core::mem::take(&mut waiting);
                for command in early {
                    match state.decide(command) {
                        Ok(events) => {
                            something_new |= !events.is_empty();
                            state = events.iter().fold(state, State::evolve);
                        }
                        Err(refused) if refused.is_premature() => waiting.push(command),
                        Err(_) => {}
                    }
                }
            }
        }
        state
    }
}

/// Whether it is a webhook of the vendor's.
pub(super) fn is_report(command: &Command) -> bool {
    match command {
        Command::RecordApplicationCompleted { .. }
        | Command::RecordApplicationExpired { .. }
        | Command::RecordApplicationIneligible { .. }
        | Command::RecordPolicy { .. }
        | Command::RecordAssignmentCover { .. }
        | Command::RecordVerdict { .. } => true,
        Command::Assign { .. }
        | Command::RecordContractor { .. }
        | Command::RecordJob { .. }
        | Command::DelayCover { .. }
        | Command::RecordQuote { .. }
        | Command::RecordQuoteDeclined { .. }
        | Command::RecordPolicyOnFile { .. }
        | Command::RecordApplication { .. }
        | Command::StartWork { .. }
        | Command::RecordAssignment { .. }
        | Command::RecordAssignmentDeclined { .. }
        | Command::RecordAssignmentCanceled { .. }
        | Command::Expire { .. }
        | Command::SubmitCertificate { .. }
        | Command::RecordCertificateUploaded { .. }
        | Command::Review { .. }
        | Command::Waive { .. }
        | Command::Complete { .. }
        | Command::RecordInvoice { .. }
        | Command::Reschedule { .. }
        | Command::Reassign { .. }
        | Command::CancelWork { .. }
        | Command::RecordStatus { .. }
        | Command::RecordNoCoverNeeded { .. }
        | Command::RecordCoverNeeded { .. }
        | Command::Block { .. }
        | Command::Retry { .. } => false,
    }
}
