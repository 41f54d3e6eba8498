//! Commands that fit the state they are asked in, more often than not.

use super::ideas::{Choice, GO_ON, IDEAS, Idea, REPORTS};
use super::samples;
use crate::cover::Line;
use crate::coverage::{BindOn, Command, State, Terms, Wage};
use crate::money::Cents;
use proptest::prelude::*;

/// A command without its particulars, which are taken from the state that it is asked in: rounds and ids that
/// it knows, now and then another. So commands collide as they do in the world, and a history shrinks to one
/// that still makes sense.
#[derive(Debug, Clone)]
pub struct Draft {
    idea: Idea,
    picks: [u8; 4],
}

impl Draft {
    /// The command, as it is asked in that state.
    pub fn command(&self, state: &State) -> Command {
        (self.idea.make)(&Choice { state, picks: self.picks })
    }

    /// One of every command, each as it best fits its state.
    pub fn all() -> impl Iterator<Item = Self> {
        IDEAS.into_iter().map(|idea| Self { idea, picks: [0; 4] })
    }
}

/// Any command. Two in five go on with what the state waits for, so that histories get somewhere.
pub fn any_command() -> impl Strategy<Value = Draft> {
    let idea = prop_oneof![2 => Just(GO_ON), 2 => prop::sample::select(&IDEAS[..]), 1 => any_report_idea()];
    drafted(idea)
}

/// Any report of the vendor about a policy, an assignment or a certificate.
pub fn any_report() -> impl Strategy<Value = Draft> {
    drafted(any_report_idea())
}

/// Terms of the sample work order: one line or two, bound at either time, paid either way.
pub fn any_terms() -> impl Strategy<Value = Terms> {
    let bind_on = prop::sample::select(&[BindOn::InProgress, BindOn::Applied][..]);
    let wage = prop::sample::select(alloc::vec![
        Wage::FlatFee(samples::PAY),
        Wage::Hourly(Cents::new(4_850)),
        Wage::Unit(Cents::new(1_200)),
        Wage::Blended(Cents::new(4_850)),
    ]);
    (bind_on, wage, any::<bool>()).prop_map(|(bind_on, wage, one_line)| {
        let required = if one_line { [Line::General].into_iter().collect() } else { samples::lines() };
        Terms { wage, required, bind_on, ..samples::terms() }
    })
}

fn any_report_idea() -> impl Strategy<Value = Idea> {
    prop::sample::select(&REPORTS[..])
}

fn drafted(idea: impl Strategy<Value = Idea>) -> impl Strategy<Value = Draft> {
    (idea, prop::array::uniform4(0_u8..12)).prop_map(|(idea, picks)| Draft { idea, picks })
}
