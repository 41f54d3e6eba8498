//! Every command there is, made from a state and a few small numbers. Nought is what fits the state best.

mod cover;
mod path;
mod work;

use super::samples::{hour, hours};
use crate::coverage::{Command, Coverage, Path, Round, State, Step, Work};
use crate::time::{Timestamp, Window};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A kind of command, by its name.
#[derive(Clone, Copy)]
pub(super) struct Idea {
    name: &'static str,
    pub(super) make: fn(&Choice<'_>) -> Command,
}

impl fmt::Debug for Idea {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The state that a command is made for, and the numbers that choose its particulars.
pub(super) struct Choice<'a> {
    pub(super) state: &'a State,
    pub(super) picks: [u8; 4],
}

macro_rules! ideas {
    ($(#[$doc:meta])* $table:ident = [$($name:ident)+]) => {
        $(#[$doc])*
        pub(super) const $table: [Idea; [$(stringify!($name)),+].len()] =
            [$(Idea { name: stringify!($name), make: |choice| choice.$name() }),+];
    };
}

ideas! {
    /// Every command.
    IDEAS = [
        assign contractor job delay quote quote_declined policy_on_file application application_completed
        application_expired application_ineligible start assignment assignment_declined assignment_canceled
        policy assignment_cover expire submit uploaded verdict review waive complete invoice reschedule
        reassign cancel status no_cover_needed cover_needed block retry
    ]
}

ideas! {
    /// What the vendor reports about policies, assignments and certificates.
    REPORTS = [policy assignment_cover verdict]
}

/// What the state waits for.
pub(super) const GO_ON: Idea = Idea { name: "go_on", make: |choice| choice.go_on() };

impl Choice<'_> {
    /// The good answer to the call that is due; where none is, what the world does next.
    fn go_on(&self) -> Command {
        let best = Self { state: self.state, picks: [0; 4] };
        let Some(coverage) = self.state.coverage() else { return best.assign() };
        match self.state.next_action().map(|action| action.step()) {
            Some(Step::Contractor) => best.contractor(),
            Some(Step::Job) => best.job(),
            Some(Step::Quote) => best.quote(),
            Some(Step::Application) => best.application(),
            Some(Step::Assignment) => best.assignment(),
            Some(Step::AssignmentCancellation) => best.assignment_canceled(),
            Some(Step::Certificate) => best.uploaded(),
            Some(Step::Invoice) => best.invoice(),
            None if !coverage.blocked.is_empty() => best.retry(),
            None => self.world(&best, coverage),
        }
    }

    fn world(&self, best: &Self, coverage: &Coverage) -> Command {
        match (&coverage.path, &coverage.work) {
            (Path::Declined { .. } | Path::Ineligible { .. } | Path::Unassignable { .. }, _) => best.retry(),
            (Path::Applying { .. }, _) => best.application_completed(),
            (_, Work::Scheduled | Work::Started { .. }) if !coverage.is_in_force() => best.policy(),
            (_, Work::Scheduled) => self.start(),
            (
                _,
                Work::Started { .. } | Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. },
            ) => self.complete(),
        }
    }

    fn coverage(&self) -> Option<&Coverage> {
        self.state.coverage()
    }

    fn pick(&self, slot: usize) -> usize {
        self.picks.get(slot).copied().map_or(0, usize::from)
    }

    /// One of them, half the time the first.
    fn one_of<T: Clone>(&self, slot: usize, first: T, others: &[T]) -> T {
        let other = self.pick(slot).checked_sub(6).map(|pick| pick.checked_rem(others.len()).unwrap_or(0));
        other.and_then(|other| others.get(other).cloned()).unwrap_or(first)
    }

    /// One of them, each as often as the others.
    fn any_of<T: Clone>(&self, slot: usize, first: T, others: &[T]) -> T {
        let place = self.pick(slot).checked_rem(others.len().saturating_add(1)).unwrap_or(0);
        place.checked_sub(1).and_then(|place| others.get(place).cloned()).unwrap_or(first)
    }

    /// The round under way, one whose assignment is not answered, or one before or to come.
    fn round(&self) -> Round {
        let Some(coverage) = self.coverage() else { return Round::FIRST };
        let mut others: Vec<Round> = coverage.unanswered.clone();
        others.extend([
            Round::FIRST,
            Round::new(coverage.round.get().saturating_sub(1).max(1)),
            coverage.round.next(),
        ]);
        self.one_of(0, coverage.round, &others)
    }

    /// A moment about the work, in hours that meet those of its windows.
    fn moment(&self, slot: usize) -> Timestamp {
        let hours = self.any_of(slot, -1, &[-50, -2, 0, 1, 6, 12, 20, 24, 30, 800]);
        hour(hours)
    }

    /// The schedule, or dates that overlap it.
    fn window(&self, slot: usize) -> Window {
        let schedule = self.coverage().map_or(hours(0, 24), |coverage| coverage.terms.window);
        self.one_of(
            slot,
            schedule,
            &[hours(0, 24), hours(6, 30), hours(2, 20), hours(-24, 12), hours(20, 60)],
        )
    }

    fn reason(&self) -> String {
        String::from(self.any_of(3, "because", &["for another reason"]))
    }
}
