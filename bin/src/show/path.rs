//! How far the way to cover has come, with the vendor's ids.

use super::fact::{Fact, fact, text};
use super::words;
use covertrail_domain::coverage::{Basis, Path};

/// Where the path is, and what the vendor made on it.
pub(super) fn path(path: &Path) -> Vec<Fact> {
    let mut facts = vec![fact("at", at(path)), fact("contractor", path.contractor().map(text))];
    facts.push(fact("job", path.post().map(|post| text(&post.job))));
    facts.push(fact("quote", path.quote().map(words::quote)));
    match path {
        Path::Assigned | Path::Enrolled { .. } | Path::Scoped(_) | Path::Quoted { .. } => {}
        Path::Declined { post: _, reason } => facts.push(fact("why", reason.as_str())),
        Path::Applying { post: _, quote: _, session, url } => {
            facts.extend([fact("session", text(session)), fact("application link", url.as_str())]);
        }
        Path::Ineligible { post: _, quote: _, session, reason } => {
            facts.extend([fact("session", text(session)), fact("why", reason.as_str())]);
        }
        Path::Applied { post: _, basis: on } => facts.extend(basis(on)),
        Path::Unassignable { post: _, basis: on, reason } => {
            facts.extend(basis(on));
            facts.push(fact("why", reason.as_str()));
        }
        Path::Bound { post: _, basis: on, assignment } => {
            facts.extend(basis(on));
            facts.push(fact("assignment", text(assignment)));
        }
    }
    facts
}

/// The name of the place, as the rules have it.
const fn at(path: &Path) -> &'static str {
    match path {
        Path::Assigned => "assigned",
        Path::Enrolled { .. } => "enrolled",
        Path::Scoped(_) => "scoped",
        Path::Declined { .. } => "declined",
        Path::Quoted { .. } => "quoted",
        Path::Applying { .. } => "applying",
        Path::Ineligible { .. } => "ineligible",
        Path::Applied { .. } => "applied",
        Path::Unassignable { .. } => "unassignable",
        Path::Bound { .. } => "bound",
    }
}

/// Why an assignment can be made. The quote of an application is told already.
fn basis(basis: &Basis) -> Vec<Fact> {
    match basis {
        Basis::Application(_) => vec![fact("basis", "application")],
        Basis::PolicyOnFile(policy) => {
            vec![fact("basis", "policy on file"), fact("policy", policy.as_ref().map(text))]
        }
    }
}
