//! The vendor's answers on the way to an assignment.

use super::Choice;
use crate::cover::Lines;
use crate::coverage::{Command, Cover, Fate, Post, Quote, Round, Step};
use crate::id::{AssignmentId, ContractorId, JobId, QuoteId, SessionId};
use crate::testkit::samples;
use alloc::format;
use alloc::vec::Vec;

impl Choice<'_> {
    pub(super) fn contractor(&self) -> Command {
        let worker = self.coverage().map_or_else(samples::worker, |coverage| coverage.worker.clone());
        let own = ContractorId::of_model(&format!("cn_{worker}"));
        let contractor = self.one_of(1, own, &[samples::other_contractor()]);
        Command::RecordContractor { round: self.round(), contractor }
    }

    pub(super) fn job(&self) -> Command {
        let round = self.round();
        Command::RecordJob { round, job: JobId::of_model(&format!("jb_{}", round.get())) }
    }

    pub(super) fn delay(&self) -> Command {
        Command::DelayCover { round: self.round(), from: self.moment(1) }
    }

    pub(super) fn quote(&self) -> Command {
        let round = self.round();
        let id = QuoteId::of_model(&format!("qt_{}", round.get()));
        Command::RecordQuote { round, quote: Quote { id, cover: self.cover() } }
    }

    pub(super) fn quote_declined(&self) -> Command {
        Command::RecordQuoteDeclined { round: self.round(), reason: self.reason() }
    }

    pub(super) fn policy_on_file(&self) -> Command {
        let policy = self.one_of(1, Some(self.policy_id()), &[None]);
        Command::RecordPolicyOnFile { round: self.round(), policy }
    }

    pub(super) fn application(&self) -> Command {
        let round = self.round();
        let session = SessionId::of_model(&format!("ias_{}", round.get()));
        let url = format!("https://apply.example/{session}");
        Command::RecordApplication { round, session, url }
    }

    pub(super) fn application_completed(&self) -> Command {
        Command::RecordApplicationCompleted { quote: self.known_quote() }
    }

    pub(super) fn application_expired(&self) -> Command {
        Command::RecordApplicationExpired { session: self.known_session() }
    }

    pub(super) fn application_ineligible(&self) -> Command {
        Command::RecordApplicationIneligible { session: self.known_session(), reason: self.reason() }
    }

    pub(super) fn assignment(&self) -> Command {
        let round = self.round_to_assign();
        let one = format!("an_{}", round.get());
        let assignment = AssignmentId::of_model(&self.one_of(1, one.clone(), &[format!("{one}b")]));
        let policy = self.any_of(2, None, &[Some(self.policy_id())]);
        Command::RecordAssignment { round, assignment, post: self.post(round), policy, cover: self.cover() }
    }

    pub(super) fn assignment_declined(&self) -> Command {
        Command::RecordAssignmentDeclined { round: self.round(), reason: self.reason() }
    }

    pub(super) fn assignment_canceled(&self) -> Command {
        let made = self.coverage().map_or(&[][..], |coverage| &coverage.assignments);
        let unwanted = made.iter().find(|made| made.fate == Fate::ToCancel).or(made.first());
        let unwanted = unwanted.map_or_else(samples::assignment, |made| made.id.clone());
        let others: Vec<_> = made.iter().map(|made| made.id.clone()).collect();
        Command::RecordAssignmentCanceled { assignment: self.one_of(0, unwanted, &others) }
    }

    /// The required lines, or one of the two that are ever required.
    pub(super) fn lines(&self, slot: usize) -> Lines {
        let required = self.coverage().map_or_else(samples::lines, |coverage| coverage.terms.required);
        let halves: Vec<Lines> = samples::lines().iter().map(|line| [line].into_iter().collect()).collect();
        self.one_of(slot, required, &halves)
    }

    pub(super) fn cover(&self) -> Cover {
        Cover { lines: self.lines(3), window: self.window(2) }
    }

    pub(super) fn known_quote(&self) -> QuoteId {
        let Some(coverage) = self.coverage() else { return samples::quote_id() };
        let mut past: Vec<_> = coverage.past_quotes.iter().map(|past| past.quote.id.clone()).collect();
        past.push(samples::other_quote_id());
        let own = coverage.path.quote().map_or_else(samples::other_quote_id, |quote| quote.id.clone());
        self.one_of(0, own, &past)
    }

    /// The round under way, unless only one before it has an answer on the way.
    fn round_to_assign(&self) -> Round {
        let awaits_older = self.state.next_action().is_none_or(|action| action.step() != Step::Assignment);
        let older = self.coverage().and_then(|coverage| coverage.unanswered.first().copied());
        older.filter(|_| awaits_older && self.pick(0) == 0).unwrap_or_else(|| self.round())
    }

    fn known_session(&self) -> SessionId {
        let Some(coverage) = self.coverage() else { return samples::session() };
        let own = coverage.path.session().cloned().unwrap_or_else(samples::session);
        self.one_of(0, own, &coverage.past_sessions)
    }

    /// The contractor and job of that round: the call was made for them.
    fn post(&self, round: Round) -> Post {
        let Some(coverage) = self.coverage() else { return samples::post() };
        let past = coverage.past_quotes.iter().find(|past| past.round == round).map(|past| &past.post);
        past.or(coverage.path.post()).cloned().unwrap_or_else(samples::post)
    }
}
