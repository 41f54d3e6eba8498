//! How a thing stands at 1099Policy, as the reports that would have told it: only what is not known yet.

use crate::engine::translate::judged;
use covertrail_adapters::policy::{
    Assignment, Certificate, CertificateStatus, PolicyOnFile, PolicyStatus, Verdict,
};
use covertrail_adapters::webhook::policy::Certificate as Judgement;
use covertrail_domain::coverage::{
    Change, Command, Cover, Coverage, Evidence, Grant, Report, Reported, State,
};
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::{Timestamp, Window};

/// For so many seconds after a cover ended by what was reported, the vendor's status may still be that of before.
const SETTLING: i64 = 300;

/// What the vendor's list of a contractor's policies has that the work order does not know.
pub(super) fn of_policies(
    state: &State,
    contractor: &ContractorId,
    policies: &[PolicyOnFile],
    asked_at: Timestamp,
) -> Vec<Command> {
    let coverage = state.coverage().filter(|coverage| coverage.path.contractor() == Some(contractor));
    let Some(coverage) = coverage else { return Vec::new() };
    let command = |policy: &PolicyOnFile| {
        Some(Command::RecordPolicy {
            policy: policy.id.clone(),
            quote: policy.quote.clone(),
            contractor: Some(contractor.clone()),
            change: change(coverage, policy, asked_at)?,
            at: asked_at,
        })
    };
    policies.iter().filter_map(command).collect()
}

fn change(coverage: &Coverage, policy: &PolicyOnFile, asked_at: Timestamp) -> Option<Reported> {
    let evidence = Evidence::Policy(policy.id.clone());
    let known = coverage.grants.iter().find(|grant| grant.evidence == evidence);
    // an end that was reported and is still to come is no news when it has come
    let standing = known.filter(|grant| end(grant).is_none() && !grant.holding(&coverage.grants).ended);
    match policy.status {
        PolicyStatus::Active => match known {
            None => concerns(coverage, policy)
                .then_some(Reported::Active { lines: policy.lines, window: policy.window }),
            Some(grant) => {
                let lasts = policy.window.is_none_or(|window| window.end() > asked_at);
                // nobody says since when, so it counts from when it was seen
                let reinstated = Reported::Reinstated { from: Some(asked_at) };
                let settled = asked_at.plus(-SETTLING);
                (lasts && end(grant).is_some_and(|end| end < settled)).then_some(reinstated)
            }
        },
        PolicyStatus::Canceled => {
            standing.map(|_| Reported::Canceled { effective: policy.canceled.unwrap_or(asked_at) })
        }
        PolicyStatus::Expired => standing.map(|_| {
            let end = policy.window.map_or(asked_at, Window::end);
            Reported::Expired { on: end.min(asked_at) }
        }),
        PolicyStatus::Other(_) => None,
    }
}

/// Whether a policy that was never heard of is for this work. One that does not say what it covers, and when, can only
/// be read by the quote that it was made from.
fn concerns(coverage: &Coverage, policy: &PolicyOnFile) -> bool {
    match policy.lines.zip(policy.window) {
        Some((lines, window)) => {
            window.intersection(coverage.terms.window).is_some()
                && coverage.terms.required.iter().any(|line| lines.contains(line))
        }
        None => coverage.path.quote().is_some_and(|own| Some(&own.id) == policy.quote.as_ref()),
    }
}

/// When both the end that was last reported and its telling had come, if an end was what was last reported.
fn end(grant: &Grant) -> Option<Timestamp> {
    grant.reports.last().and_then(|Report { at, change }| match *change {
        Change::Expired { on: end } | Change::Canceled { effective: end } => Some(end.max(*at)),
        Change::Activated(_) | Change::Reinstated { .. } => None,
    })
}

/// What an assignment's status says of its cover.
pub(super) fn of_assignment(assignment: Assignment, asked_at: Timestamp) -> Vec<Command> {
    let change = match assignment.verdict {
        Verdict::Active => Reported::Active { lines: assignment.lines, window: assignment.window },
        Verdict::Canceled => Reported::Canceled { effective: assignment.canceled.unwrap_or(asked_at) },
        Verdict::Pending | Verdict::NoPolicy { .. } | Verdict::Ineligible { .. } => return Vec::new(),
    };
    let (assignment, policy) = (assignment.id, assignment.policy);
    vec![Command::RecordAssignmentCover { assignment, policy, change, at: asked_at }]
}

/// What a certificate's status says of it.
pub(super) fn of_certificate(
    certificate: Certificate,
    contractor: Option<ContractorId>,
    asked_at: Timestamp,
) -> Vec<Command> {
    let judgement = match certificate.status {
        CertificateStatus::Pending | CertificateStatus::Other(_) => return Vec::new(),
        CertificateStatus::Approved => Judgement::Approved,
        CertificateStatus::Flagged => Judgement::Flagged,
        CertificateStatus::Denied => Judgement::Denied,
        CertificateStatus::Failed => Judgement::Unexamined,
    };
    let cover = certificate.lines.zip(certificate.window).map(|(lines, window)| Cover { lines, window });
    let verdict = judged(judgement, cover, &certificate.failed_rules);
    vec![Command::RecordVerdict { certificate: certificate.id, contractor, verdict, at: asked_at }]
}
