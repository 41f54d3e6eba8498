//! Given what happened, when something is asked, then this comes of it.

#![expect(clippy::return_self_not_must_use, reason = "a story ends with its last check")]
#![expect(clippy::needless_pass_by_value, reason = "a story reads better without borrows")]
#![expect(clippy::missing_panics_doc, reason = "that a failed check panics is said of the whole")]

use crate::cover::Line;
use crate::coverage::{Badge, Command, Coverage, Event, Rejection, Stage, State, Step};
use crate::time::{Timestamp, Window};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug, Write as _};

/// A work order with a history, about which things can be asked and checked. A check that fails panics with
/// the whole story, a line for each part of it.
#[derive(Clone)]
pub struct Scenario {
    told: String,
    state: State,
}

/// A command that was asked of a [`Scenario`]: what came of it is to be said next.
#[must_use = "a scenario says what is to come of a command"]
pub struct Asked {
    before: Scenario,
    outcome: Result<Vec<Event>, Rejection>,
}

impl Scenario {
    /// What has happened so far.
    pub fn given(events: impl IntoIterator<Item = Event>) -> Self {
        let nothing = Self { told: String::new(), state: State::default() };
        events.into_iter().fold(nothing, |scenario, event| scenario.follow("given", &event))
    }

    /// What is asked.
    pub fn when(mut self, command: Command) -> Asked {
        let outcome = self.state.decide(&command);
        self.tell("when", &command);
        Asked { before: self, outcome }
    }

    /// A command that happens or holds already, as a part of the story.
    #[track_caller]
    pub fn having(self, command: Command) -> Self {
        let Asked { before, outcome } = self.when(command);
        let refused = outcome.as_ref().err().cloned();
        before.check("accepted", None, refused);
        outcome.unwrap_or_default().iter().fold(before, |scenario, event| scenario.follow("given", event))
    }

    /// Its stage is this.
    #[track_caller]
    pub fn stage(self, expected: Stage) -> Self {
        self.check("stage", Some(expected), self.state.stage());
        self
    }

    /// Its badge at that moment is this.
    #[track_caller]
    pub fn badge(self, at: Timestamp, expected: Badge) -> Self {
        self.check("badge", expected, self.state.standing(at).badge);
        self
    }

    /// The sentence about it at that moment has these words.
    #[track_caller]
    pub fn reason(self, at: Timestamp, words: &str) -> Self {
        let reason = self.state.standing(at).reason;
        assert!(reason.contains(words), "{}", self.failure("reason", words, &reason));
        self
    }

    /// The step that is due at 1099Policy is this, or none.
    #[track_caller]
    pub fn next_step(self, expected: impl Into<Option<Step>>) -> Self {
        self.check("next step", expected.into(), self.state.next_action().map(|action| action.step()));
        self
    }

    /// The idempotency key of the call that is due is this.
    #[track_caller]
    pub fn next_key(self, expected: &str) -> Self {
        let key = self.state.next_action().map(|action| action.idempotency_key());
        self.check("next key", Some(expected), key.as_deref());
        self
    }

    /// The clock is to look at it again then, or never.
    #[track_caller]
    pub fn deadline(self, expected: impl Into<Option<Timestamp>>) -> Self {
        self.check("deadline", expected.into(), self.state.deadline());
        self
    }

    /// What is not covered of the line is this.
    #[track_caller]
    pub fn gaps(self, line: Line, expected: &[Window]) -> Self {
        let gaps = self.state.coverage().map(Coverage::gaps).unwrap_or_default();
        let of_line = gaps.into_iter().find(|(other, _)| *other == line).map(|(_, gaps)| gaps);
        self.check("gaps", expected, of_line.unwrap_or_default().as_slice());
        self
    }

    /// The state that the story leads to, for checks of another kind.
    pub fn state(&self) -> &State {
        &self.state
    }

    fn follow(mut self, what: &str, event: &Event) -> Self {
        self.tell(what, event);
        self.state = self.state.evolve(event);
        self
    }

    fn tell(&mut self, what: &str, part: &impl Debug) {
        self.told.push_str(&line(what, part));
    }

    #[track_caller]
    fn check<T: PartialEq + Debug>(&self, what: &str, expected: T, got: T) {
        assert!(expected == got, "{}", self.failure(what, &expected, &got));
    }

    fn failure(&self, what: &str, expected: impl Debug, got: impl Debug) -> String {
        let mut story = self.told.clone();
        story.insert_str(0, "not what was expected\n");
        story.push_str(&line("expected", &format_args!("{what} {expected:?}")));
        story.push_str(&line("got", &format_args!("{what} {got:?}")));
        story
    }
}

impl Asked {
    /// These events happen, in this order.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = Event>) -> Scenario {
        self.comes_to(Ok(expected.into_iter().collect()))
    }

    /// It holds already.
    #[track_caller]
    pub fn then_nothing(self) -> Scenario {
        self.comes_to(Ok(Vec::new()))
    }

    /// It is refused for this reason, and nothing changes.
    #[track_caller]
    pub fn then_rejected(self, expected: Rejection) -> Scenario {
        self.comes_to(Err(expected))
    }

    #[track_caller]
    fn comes_to(self, expected: Result<Vec<Event>, Rejection>) -> Scenario {
        self.before.check("outcome", &expected, &self.outcome);
        let events = self.outcome.unwrap_or_default();
        events.iter().fold(self.before, |scenario, event| scenario.follow("then", event))
    }
}

impl Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told)
    }
}

fn line(what: &str, part: &impl Debug) -> String {
    let mut line = String::new();
    // writing to a string does not fail
    let _ = writeln!(line, "{what:>8} {part:?}");
    line
}
