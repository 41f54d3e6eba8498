//! Reconciliation: which objects at 1099Policy belong to which work order.

use super::columns;
use super::cover::named;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use covertrail_domain::coverage::{Coverage, Settlement, Work};
use covertrail_domain::time::Timestamp;
use std::collections::BTreeSet;

/// One row for each object at 1099Policy.
pub const OBJECTS: Table = Table {
    name: "objects",
    version: 1,
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
    let (current, past) = (current(coverage), past(coverage));
    let past = past.difference(&current).map(|reference| (reference, false));
    let all = current.iter().map(|reference| (reference, true)).chain(past);
    all.map(|((kind, id), is_current)| {
        vec![coverage.work_order.as_str().into(), (*kind).into(), (*id).into(), is_current.into()]
    })
    .collect()
}

/// A sort of object, and its id.
type Found<'a> = BTreeSet<(&'static str, &'a str)>;

fn current(coverage: &Coverage) -> Found<'_> {
    let path = &coverage.path;
    let mut found = Found::new();
    found.extend(path.contractor().map(|id| ("contractor", id.as_str())));
    found.extend(path.post().map(|post| ("job", post.job.as_str())));
    found.extend(path.quote().map(|quote| ("quote", quote.id.as_str())));
    found.extend(path.session().map(|id| ("session", id.as_str())));
    found.extend(coverage.grants.iter().map(|grant| named(&grant.evidence)));
    found
        .extend(coverage.grants.iter().filter_map(|grant| Some(("policy", grant.policy.as_ref()?.as_str()))));
    found.extend(coverage.certificates.iter().map(|certificate| ("certificate", certificate.id.as_str())));
    if let Work::Completed { pay: Settlement::Invoiced { invoice, .. }, .. } = &coverage.work {
        found.insert(("invoice", invoice.as_str()));
    }
    found
}

fn past(coverage: &Coverage) -> Found<'_> {
    let mut found = Found::new();
    for past in &coverage.past_quotes {
        found.insert(("contractor", past.post.contractor.as_str()));
        found.insert(("job", past.post.job.as_str()));
        found.insert(("quote", past.quote.id.as_str()));
    }
    for assignment in &coverage.assignments {
        found.insert(("contractor", assignment.post.contractor.as_str()));
        found.insert(("job", assignment.post.job.as_str()));
        found.insert(("assignment", assignment.id.as_str()));
    }
    found.extend(coverage.past_sessions.iter().map(|id| ("session", id.as_str())));
    found.extend(coverage.former.iter().map(|id| ("contractor", id.as_str())));
    found
}
