//! Whom a report is about, and what it may be taken to say.

use super::{Broken, holds};
use crate::coverage::{Basis, Command, Coverage, Event, Evidence, Path, Reported, State};
use crate::id::PolicyId;
use crate::testkit::history::History;
use alloc::format;
use alloc::vec::Vec;

/// Once another worker has the work, a policy or a certificate of nobody by name counts only where it is known to be
/// the present worker's.
pub fn nobodys_reports_count_for_nobody_after_a_reassignment(history: &History) -> Result<(), Broken> {
    let mut before = State::default();
    let mut reassigned = false;
    for moment in history.moments() {
        let known = before.coverage().is_none_or(|coverage| is_known(coverage, &moment.command));
        holds("nobody's reports count for nobody after a reassignment", known || !reassigned, || {
            format!("{:?} counts in {before:?}", moment.command)
        })?;
        reassigned |= moment.events.iter().any(|event| matches!(event, Event::Reassigned { .. }));
        before = moment.after.clone();
    }
    Ok(())
}

/// Whether the report says whom it is about, or the state does.
fn is_known(coverage: &Coverage, command: &Command) -> bool {
    if let Command::RecordPolicy { policy, quote: None, contractor: None, .. } = command {
        knows_policy(coverage, policy)
    } else if let Command::RecordVerdict { certificate, contractor: None, .. } = command {
        coverage.certificates.iter().any(|known| known.id == *certificate)
    } else {
        true
    }
}

fn knows_policy(coverage: &Coverage, policy: &PolicyId) -> bool {
    let on_file = match &coverage.path {
        Path::Applied { basis, .. } | Path::Unassignable { basis, .. } | Path::Bound { basis, .. } => {
            *basis == Basis::PolicyOnFile(Some(policy.clone()))
        }
        Path::Assigned
        | Path::Enrolled { .. }
        | Path::Scoped(_)
        | Path::Declined { .. }
        | Path::Quoted { .. }
        | Path::Applying { .. }
        | Path::Ineligible { .. } => false,
    };
    let own = coverage.path.contractor();
    let mut assigned = coverage.assignments.iter().filter(|made| Some(&made.post.contractor) == own);
    on_file
        || assigned.any(|made| made.policy.as_ref() == Some(policy))
        || coverage.grants.iter().any(|grant| grant.evidence == Evidence::Policy(policy.clone()))
}

/// Dates that a policy's report leaves out are those of a quote or an assignment that the vendor made, never those
/// that the work was given since.
pub fn dates_left_out_are_the_vendors_own(history: &History) -> Result<(), Broken> {
    let mut made = Vec::new();
    for moment in history.moments() {
        for event in &moment.events {
            if let Event::Quoted { quote } = event {
                made.push(quote.cover.window);
            } else if let Event::CoverageAssigned { cover, .. } = event {
                made.push(cover.window);
            } else if let Event::CoverageActivated { cover, .. } = event {
                let told = !leaves_out_dates(&moment.command) || made.contains(&cover.window);
                holds("dates left out are the vendor's own", told, || {
                    format!("{:?} came to {cover:?}", moment.command)
                })?;
            }
        }
    }
    Ok(())
}

fn leaves_out_dates(command: &Command) -> bool {
    matches!(command, Command::RecordPolicy { change: Reported::Active { window: None, .. }, .. })
}
