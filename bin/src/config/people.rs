//! `[people]`, and what holds for everybody who has a token: one name is one person with one role.

use super::access::{Role, Token};
use covertrail_domain::id::PersonId;
use serde::Deserialize;

/// Rules for what people do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeopleRules {
    /// Whether nobody may approve a certificate that they handed in themselves.
    pub four_eyes: bool,
}

impl PeopleRules {
    /// What it means, for whoever runs this.
    pub const fn meaning(self) -> &'static str {
        if self.four_eyes {
            "people.four_eyes = true: nobody approves a certificate that they handed in themselves"
        } else {
            "people.four_eyes = false: one person may hand in a certificate and approve it"
        }
    }
}

/// Somebody who has a token.
pub(super) struct Holder<'a> {
    /// Where it is configured.
    pub(super) place: &'static str,
    pub(super) name: &'a PersonId,
    pub(super) role: Role,
}

impl<'a> Holder<'a> {
    /// Somebody of `[[access]]`.
    pub(super) fn in_file(token: &'a Token) -> Self {
        Self { place: "[[access]]", name: &token.name, role: token.role }
    }
}

/// A line for each pair of names of which nobody could say later who it was, or what they might do.
pub(super) fn ambiguous_names(holders: &[Holder<'_>]) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, holder) in holders.iter().enumerate() {
        for other in holders.iter().take(number) {
            let (name, place) = (holder.name, holder.place);
            let (other_name, other_place) = (other.name, other.place);
            if name == other_name && holder.role != other.role {
                problems.push(format!(
                    "{name} is a {} in {place} and a {} in {other_place}: give a name one role",
                    holder.role.as_str(),
                    other.role.as_str()
                ));
            } else if name != other_name && folded(name) == folded(other_name) {
                problems.push(format!(
                    "{name} in {place} and {other_name} in {other_place} differ in capitals only: write a name one way"
                ));
            }
        }
    }
    problems
}

/// Names that differ in capitals alone are taken for the same person.
pub(crate) fn folded(name: &PersonId) -> String {
    name.as_str().to_lowercase()
}
