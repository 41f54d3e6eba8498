//! Reconciliation: which objects at 1099Policy belong to which work order.

use super::columns;
use super::cover::named;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use covertrail_domain::coverage::{Coverage, Fate, Settlement, Work};
use covertrail_domain::time::Timestamp;

/// One row for each object at 1099Policy.
pub const OBJECTS: Table = Table {
    name: "objects",
    version: 2,
    means: "Which objects at 1099Policy belong to which work order.",
    columns: columns! {
        kind: Text = "What sort of object it is.",
        id: Text = "1099Policy's id of it.",
        is_current: Truth = "Whether the work order stands on it now, or did once.",
    },
    key: &["kind", "id"],
    indexed: &["id"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let current = sorted(current(coverage));
    let past = sorted(past(coverage)).into_iter().filter(|found| current.binary_search(found).is_err());
    let all = current.iter().map(|found| (*found, true)).chain(past.map(|found| (found, false)));
    all.map(|((kind, id), is_current)| {
        vec![coverage.work_order.as_str().into(), kind.into(), id.into(), is_current.into()]
    })
    .collect()
}

/// Sorts of objects, and their ids.
type Found<'a> = Vec<(&'static str, &'a str)>;

fn sorted(mut found: Found<'_>) -> Found<'_> {
    found.sort_unstable();
    found.dedup();
    found
}

fn current(coverage: &Coverage) -> Found<'_> {
    let path = &coverage.path;
    let mut found = Found::new();
    found.extend(path.contractor().map(|id| ("contractor", id.as_str())));
    found.extend(path.post().map(|post| ("job", post.job.as_str())));
    found.extend(path.quote().map(|quote| ("quote", quote.id.as_str())));
    found.extend(path.session().map(|id| ("session", id.as_str())));
    let granted = coverage.grants.iter().map(|grant| named(&grant.evidence));
    found.extend(granted.filter(|(kind, _)| *kind != "assignment"));
    let standing = coverage.assignments.iter().filter(|assignment| assignment.fate == Fate::Current);
    found.extend(standing.map(|assignment| ("assignment", assignment.id.as_str())));
    found
        .extend(coverage.grants.iter().filter_map(|grant| Some(("policy", grant.policy.as_ref()?.as_str()))));
    found.extend(coverage.certificates.iter().map(|certificate| ("certificate", certificate.id.as_str())));
    if let Work::Completed { pay: Settlement::Invoiced { invoice, .. }, .. } = &coverage.work {
        found.push(("invoice", invoice.as_str()));
    }
    found
}

fn past(coverage: &Coverage) -> Found<'_> {
    let mut found = Found::new();
    for past in &coverage.past_quotes {
        found.push(("contractor", past.post.contractor.as_str()));
        found.push(("job", past.post.job.as_str()));
        found.push(("quote", past.quote.id.as_str()));
    }
    found.extend(coverage.grants.iter().map(|grant| named(&grant.evidence)));
    for assignment in &coverage.assignments {
        found.push(("contractor", assignment.post.contractor.as_str()));
        found.push(("job", assignment.post.job.as_str()));
        found.push(("assignment", assignment.id.as_str()));
    }
    found.extend(coverage.past_sessions.iter().map(|id| ("session", id.as_str())));
    found.extend(coverage.former.iter().map(|id| ("contractor", id.as_str())));
    found
}
