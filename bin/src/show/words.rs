//! The facts of what both events and states are made of.

use super::fact::{Fact, fact, text};
use covertrail_domain::coverage::{
    BindOn, Decision, Failure, Post, Quote, Step, Terms, Verdict, Wage, Waiver,
};
use covertrail_domain::id::DocumentId;

/// All that was agreed; the description may be long and is told apart.
pub(super) fn terms(terms: &Terms) -> Vec<Fact> {
    vec![
        fact("title", terms.title.as_str()),
        fact("category", terms.category.as_str()),
        fact("client", terms.client.as_ref().map(text)),
        wage(terms.wage),
        fact("region", terms.region.as_deref()),
        fact("schedule", terms.window),
        fact("required lines", terms.required),
        fact(
            "bind on",
            match terms.bind_on {
                BindOn::InProgress => "in_progress",
                BindOn::Applied => "applied",
            },
        ),
    ]
}

/// What the work pays, by how it is counted.
fn wage(wage: Wage) -> Fact {
    match wage {
        Wage::FlatFee(pay) => fact("flat fee", pay),
        Wage::Hourly(pay) => fact("hourly wage", pay),
        Wage::Unit(pay) => fact("unit wage", pay),
        Wage::Blended(pay) => fact("blended hourly wage", pay),
    }
}

/// The contractor and the job.
pub(super) fn post(post: &Post) -> [Fact; 2] {
    [fact("contractor", text(&post.contractor)), fact("job", text(&post.job))]
}

/// A quote.
pub(super) fn quote(quote: &Quote) -> Vec<Fact> {
    vec![fact("id", text(&quote.id)), fact("cover", quote.cover)]
}

/// An exception.
pub(super) fn waiver(waiver: &Waiver) -> Vec<Fact> {
    vec![fact("by", text(&waiver.by)), fact("until", waiver.until), fact("why", waiver.reason.as_str())]
}

/// A step that waits for a person. That its outcome is open is told only of what the vendor did not refuse.
pub(super) fn blocked(
    step: Step,
    document: Option<&DocumentId>,
    failure: Failure,
    reason: &str,
) -> Vec<Fact> {
    let refused = match failure {
        Failure::Refused => Some(true),
        Failure::Unsettled => None,
    };
    vec![
        fact("step", text(step)),
        fact("document", document.map(text)),
        fact("refused", refused),
        fact("why", reason),
    ]
}

/// What the vendor thinks of a certificate.
pub(super) fn verdict(verdict: &Verdict) -> Vec<Fact> {
    match verdict {
        Verdict::Validated(on) => vec![fact("verdict", "validated"), fact("cover", *on)],
        Verdict::Flagged { rules, cover: on } => {
            vec![fact("verdict", "flagged"), fact("rules", rules.as_str()), fact("cover", *on)]
        }
        Verdict::Denied { reason } => vec![fact("verdict", "denied"), fact("why", reason.as_str())],
    }
}

/// What a reviewer decided.
pub(super) fn decision(decision: &Decision) -> Vec<Fact> {
    match decision {
        Decision::Approved(on) => vec![fact("decision", "approved"), fact("cover", *on)],
        Decision::Denied => vec![fact("decision", "denied")],
    }
}
