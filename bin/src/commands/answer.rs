//! What `status` and `replay` answer from a fold: one work order's full picture, or a row for each.

use super::Failure;
use super::fold::Fold;
use crate::show::{Fact, Facts, Screen, fact, list, picture, summary};
use covertrail_adapters::store::Position;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;

/// The answer, as facts.
pub(super) enum Answer {
    One(Facts),
    All(Vec<Facts>),
}

impl Answer {
    /// Judges what was folded at a moment: one work order, or all of them, the worst first.
    pub(super) fn of(fold: &Fold, asked: Option<&WorkOrderId>, at: Timestamp) -> Result<Self, Failure> {
        let Some(work_order) = asked else {
            let mut rows: Vec<_> = fold
                .states()
                .map(|(id, state)| {
                    let standing = state.standing(at);
                    (standing.badge, id, summary(id, state, standing))
                })
                .collect();
            rows.sort_unstable_by(|(badge, id, _), (other, than, _)| (badge, id).cmp(&(other, than)));
            return Ok(Self::All(rows.into_iter().map(|(_, _, row)| row).collect()));
        };
        let found = fold.states().find(|(id, _)| *id == work_order.as_str());
        let (id, state) = found.ok_or_else(|| {
            Failure::NoSuchWorkOrder(format!(
                "as of {at} the log knows no work order {work_order}; `covertrail status` lists those that are known"
            ))
        })?;
        Ok(Self::One(picture(id, state, at)))
    }

    /// Something more about the one work order.
    pub(super) fn tell(&mut self, more: Fact) {
        if let Self::One(facts) = self {
            facts.0.push(more);
        }
    }

    /// For people.
    pub(super) fn text(&self, screen: Screen) -> String {
        match self {
            Self::One(facts) => screen.block(facts),
            Self::All(rows) if rows.is_empty() => "No work order is known.".to_owned(),
            Self::All(rows) => screen.rows(rows),
        }
    }

    /// For programs: what it rests on, then the answer, then what else there is to tell.
    pub(super) fn json(self, fold: &Fold, at: Timestamp, more: Vec<Fact>) -> String {
        let mut facts = vec![
            fact("as of", at),
            fact("events", fold.events()),
            fact("last position", fold.last().map(Position::get)),
            fact("sha256", fold.digest()),
        ];
        facts.push(match self {
            Self::One(picture) => fact("coverage", picture),
            Self::All(rows) => fact("work orders", list(rows)),
        });
        facts.extend(more);
        Facts(facts).to_json()
    }
}
