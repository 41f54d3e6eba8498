//! What work orders of one contractor share: a policy or a certificate is the contractor's, so a fact about it
//! reaches each of their work orders that rests on it or could, whichever of the two was known first.

#[cfg(test)]
mod tests;

use covertrail_domain::coverage::{
    Change, Command, Coverage, Decision, Evidence, Grant, Opinion, Reported, Ruling, Verdict, View,
};
use covertrail_domain::id::CertificateId;
use covertrail_domain::time::Window;

/// What one work order knows of its contractor's policies and certificates that another of the same contractor
/// rests on, or could: of that which meets its schedule, everything.
pub(super) fn facts(known: &Coverage, wanting: &Coverage) -> Vec<Command> {
    let policies = known.grants.iter().filter(|grant| concerns(grant, wanting));
    let mut facts: Vec<Command> = policies.flat_map(|grant| reports(grant, wanting)).collect();
    for certificate in &known.certificates {
        let rests_on = wanting.certificates.iter().any(|own| own.id == certificate.id);
        // any that was ever said: which was the last one, no two work orders need agree on yet
        if rests_on || certificate.covers().any(|cover| meets(wanting, cover.window)) {
            let contractor = wanting.path.contractor().cloned();
            let opinions = certificate.opinions.iter();
            facts.extend(opinions.map(|opinion| repeated(&certificate.id, contractor.as_ref(), opinion)));
        }
    }
    facts
}

/// Whether a fact for that time is one that the work order could rest on.
pub(super) fn meets(wanting: &Coverage, window: Window) -> bool {
    window.intersection(wanting.terms.window).is_some()
}

fn concerns(grant: &Grant, wanting: &Coverage) -> bool {
    let Evidence::Policy(policy) = &grant.evidence else { return false };
    let rests_on = wanting
        .grants
        .iter()
        .any(|own| own.evidence == grant.evidence || own.policy.as_ref() == Some(policy));
    rests_on
        || grant.reports.iter().any(|report| match report.change {
            Change::Activated(cover) => meets(wanting, cover.window),
            Change::Expired { .. } | Change::Canceled { .. } | Change::Reinstated { .. } => false,
        })
}

fn reports(grant: &Grant, wanting: &Coverage) -> Vec<Command> {
    let Evidence::Policy(policy) = &grant.evidence else { return Vec::new() };
    let command = |report: &covertrail_domain::coverage::Report| Command::RecordPolicy {
        policy: policy.clone(),
        quote: None,
        contractor: wanting.path.contractor().cloned(),
        change: match report.change {
            Change::Activated(cover) => {
                Reported::Active { lines: Some(cover.lines), window: Some(cover.window) }
            }
            Change::Expired { on } => Reported::Expired { on },
            Change::Canceled { effective } => Reported::Canceled { effective },
            Change::Reinstated { from } => Reported::Reinstated { from },
        },
        at: report.at,
    };
    grant.reports.iter().map(command).collect()
}

fn repeated(
    certificate: &CertificateId,
    contractor: Option<&covertrail_domain::id::ContractorId>,
    opinion: &Opinion,
) -> Command {
    let (certificate, at) = (certificate.clone(), opinion.at);
    match &opinion.view {
        View::Vendor(verdict) => {
            let verdict: Verdict = verdict.clone();
            Command::RecordVerdict { certificate, contractor: contractor.cloned(), verdict, at }
        }
        View::Person { by, decision, reason } => {
            let decision = match decision {
                Decision::Approved(cover) => Ruling::Approve { cover: Some(*cover) },
                Decision::Denied => Ruling::Deny,
            };
            Command::Review { certificate, by: by.clone(), decision, reason: reason.clone(), at }
        }
    }
}
