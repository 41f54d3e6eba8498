//! The rules: what each command leads to, in whatever state it comes.
//!
//! Three answers: it happens (events), it holds already (no events), it is refused (a [`Rejection`]).

use super::certificate::{Decision, Opinion, Verdict, View};
use super::command::{Command, Reported, Ruling};
use super::event::{Event, Noticed};
use super::evidence::{Change, Evidence, Report};
use super::next::Step;
use super::rejection::Rejection;
use super::state::{Basis, Coverage, Fate, Path, Post, Quote, Settlement, State, Waiver, Work};
use super::terms::{Cover, Round, Terms};
use crate::cover::Lines;
use crate::id::{
    AssignmentId, CertificateId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId, QuoteId,
    SessionId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::string::String;
use alloc::vec::Vec;

type Decided = Result<Vec<Event>, Rejection>;

fn happens(event: Event) -> Decided {
    Ok(Vec::from([event]))
}

fn holds_already() -> Decided {
    Ok(Vec::new())
}

impl State {
    /// What the command leads to.
    pub fn decide(&self, command: &Command) -> Decided {
        match (self, command) {
            (Self::Unheard, Command::Assign { terms, .. }) if terms.required.is_empty() => {
                Err(Rejection::NothingRequired)
            }
            (Self::Unheard, Command::Assign { work_order, worker, terms, at }) => happens(Event::Assigned {
                work_order: work_order.clone(),
                worker: worker.clone(),
                terms: terms.clone(),
                at: *at,
            }),
            (Self::Unheard, _) => Err(Rejection::NotAssigned),
            (Self::Tracked(coverage), command) => coverage.decide(command),
        }
    }
}

impl Coverage {
    fn decide(&self, command: &Command) -> Decided {
        if matches!(self.work, Work::Withdrawn { .. }) {
            return self.withdrawn(command);
        }
        match command {
            Command::Assign { .. } => holds_already(),
            Command::RecordContractor { round, contractor } => self.contractor_created(*round, contractor),
            Command::RecordJob { round, job } => self.job_created(*round, job),
            Command::RecordQuote { round, quote } => self.quoted(*round, quote),
            Command::RecordQuoteDeclined { round, reason } => self.quote_declined(*round, reason),
            Command::RecordPolicyOnFile { round, policy } => self.policy_matched(*round, policy.as_ref()),
            Command::RecordApplication { round, session, url } => {
                self.application_opened(*round, session, url)
            }
            Command::RecordApplicationCompleted { quote } => self.application_completed(quote),
            Command::RecordApplicationExpired { session } => self.application_expired(session),
            Command::RecordApplicationIneligible { session, reason } => {
                self.application_ineligible(session, reason)
            }
            Command::StartWork { at } => self.start_work(*at),
            Command::RecordAssignment { round, assignment, post, policy, cover } => {
                self.coverage_assigned(*round, assignment, post, policy.as_ref(), *cover)
            }
            Command::RecordAssignmentDeclined { round, reason } => self.assignment_declined(*round, reason),
            Command::RecordAssignmentCanceled { assignment } => self.assignment_canceled(assignment),
            Command::RecordPolicy { policy, quote, contractor, change, at } => {
                self.policy_reported(policy, quote.as_ref(), contractor.as_ref(), *change, *at)
            }
            Command::RecordAssignmentCover { assignment, policy, change, at } => {
                self.assignment_reported(assignment, policy.as_ref(), *change, *at)
            }
            Command::Expire { at } => Ok(self.expire(*at)),
            Command::SubmitCertificate { document } => self.submit_certificate(document),
            Command::RecordCertificateUploaded { document, certificate } => {
                self.certificate_uploaded(document, certificate)
            }
            Command::RecordVerdict { certificate, verdict, at } => {
                self.certificate_judged(certificate, verdict, *at)
            }
            Command::Review { certificate, by, decision, reason, at } => {
                self.review(certificate, by, *decision, reason, *at)
            }
            Command::Waive { by, reason, until, at } => self.waive(by, reason, *until, *at),
            Command::Complete { at, pay } => self.complete(*at, *pay),
            Command::RecordInvoice { invoice, pay } => self.invoice_recorded(invoice, *pay),
            Command::Reschedule { window, at } => self.reschedule_to(*window, *at),
            Command::Reassign { worker, terms, at } => self.reassign_to(worker, terms, *at),
            Command::CancelWork { at } => self.cancel_work(*at),
            Command::Block { step, reason } => self.block(*step, reason),
            Command::Retry { by } => Ok(self.retry_by(by)),
        }
    }

    /// A work order canceled before it began needs nothing more than its assignment canceled too, including one
    /// whose answer was on the way.
    fn withdrawn(&self, command: &Command) -> Decided {
        match command {
            Command::Assign { .. } | Command::CancelWork { .. } | Command::Expire { .. } => holds_already(),
            Command::RecordAssignment { assignment, .. } if self.knows_assignment(assignment) => {
                holds_already()
            }
            Command::RecordAssignment { round, assignment, post, policy, cover }
                if matches!(self.path, Path::Applied { .. }) =>
            {
                self.coverage_assigned(*round, assignment, post, policy.as_ref(), *cover)
            }
            Command::RecordAssignmentDeclined { round, reason } => self.assignment_declined(*round, reason),
            Command::RecordAssignmentCanceled { assignment } => self.assignment_canceled(assignment),
            Command::Block { step, reason } => self.block(*step, reason),
            Command::Retry { by } => Ok(self.retry_by(by)),
            _ => Err(Rejection::WorkIsOver),
        }
    }

    fn in_round(&self, asked: Round, event: impl FnOnce() -> Event) -> Decided {
        if asked == self.round { happens(event()) } else { self.replaced(asked) }
    }

    fn replaced(&self, asked: Round) -> Decided {
        Err(Rejection::RoundIsOver { asked, current: self.round })
    }

    fn contractor_created(&self, round: Round, contractor: &ContractorId) -> Decided {
        match self.path.contractor() {
            None => self.in_round(round, || Event::ContractorCreated { contractor: contractor.clone() }),
            Some(known) if known == contractor => holds_already(),
            Some(_) => Err(Rejection::AnotherContractor(contractor.clone())),
        }
    }

    fn job_created(&self, round: Round, job: &JobId) -> Decided {
        match (&self.path, self.path.post()) {
            (Path::Enrolled { .. }, _) => self.in_round(round, || Event::JobCreated { job: job.clone() }),
            (_, Some(post)) if post.job == *job => holds_already(),
            _ => Err(Rejection::OutOfTurn(Step::Job)),
        }
    }

    fn quoted(&self, round: Round, quote: &Quote) -> Decided {
        match &self.path {
            Path::Scoped(_) => self.in_round(round, || Event::Quoted { quote: quote.clone() }),
            path if path.quote().is_some_and(|known| known.id == quote.id) => holds_already(),
            _ => self.replaced(round),
        }
    }

    fn quote_declined(&self, round: Round, reason: &str) -> Decided {
        match &self.path {
            Path::Scoped(_) => self.in_round(round, || Event::QuoteDeclined { reason: reason.into() }),
            Path::Declined { .. } => holds_already(),
            _ => self.replaced(round),
        }
    }

    fn policy_matched(&self, round: Round, policy: Option<&PolicyId>) -> Decided {
        match &self.path {
            Path::Scoped(_) => self.in_round(round, || Event::PolicyMatched { policy: policy.cloned() }),
            Path::Applied { basis, .. } | Path::Unassignable { basis, .. } | Path::Bound { basis, .. } => {
                match basis {
                    Basis::PolicyOnFile(_) => holds_already(),
                    Basis::Application(_) => self.replaced(round),
                }
            }
            _ => self.replaced(round),
        }
    }

    fn application_opened(&self, round: Round, session: &SessionId, url: &str) -> Decided {
        if self.past_sessions.contains(session) {
            return holds_already();
        }
        match &self.path {
            Path::Quoted { .. } => self
                .in_round(round, || Event::ApplicationOpened { session: session.clone(), url: url.into() }),
            Path::Applying { session: known, .. } | Path::Ineligible { session: known, .. }
                if known == session =>
            {
                holds_already()
            }
            // the application was completed before the answer that opened it came back
            Path::Applied { .. } | Path::Bound { .. } if round == self.round => holds_already(),
            _ => self.replaced(round),
        }
    }

    fn application_completed(&self, quote: &QuoteId) -> Decided {
        if self.past_quotes.contains(quote) {
            return self.replaced(Round::FIRST);
        }
        if self.path.quote().is_none_or(|known| known.id != *quote) {
            return Err(Rejection::UnknownQuote(quote.clone()));
        }
        if self.awaits_application() { happens(Event::ApplicationCompleted {}) } else { holds_already() }
    }

    fn awaits_application(&self) -> bool {
        matches!(self.path, Path::Quoted { .. } | Path::Applying { .. } | Path::Ineligible { .. })
    }

    fn application_expired(&self, session: &SessionId) -> Decided {
        match &self.path {
            Path::Applying { session: known, .. } if known == session => {
                happens(Event::ApplicationExpired { session: session.clone() })
            }
            Path::Ineligible { session: known, .. } if known == session => holds_already(),
            _ if self.past_sessions.contains(session) => holds_already(),
            _ => Err(Rejection::UnknownSession(session.clone())),
        }
    }

    fn application_ineligible(&self, session: &SessionId, reason: &str) -> Decided {
        match &self.path {
            Path::Applying { session: known, .. } if known == session => {
                happens(Event::ApplicationIneligible { session: session.clone(), reason: reason.into() })
            }
            Path::Ineligible { session: known, .. } if known == session => holds_already(),
            _ if self.past_sessions.contains(session) => holds_already(),
            _ => Err(Rejection::UnknownSession(session.clone())),
        }
    }

    fn start_work(&self, at: Timestamp) -> Decided {
        match self.work {
            Work::Scheduled => happens(Event::WorkStarted { at }),
            Work::Started { .. } | Work::Completed { .. } | Work::Stopped { .. } => holds_already(),
            Work::Withdrawn { .. } => Err(Rejection::WorkIsOver),
        }
    }

    fn knows_assignment(&self, assignment: &AssignmentId) -> bool {
        self.assignments.iter().any(|known| known.id == *assignment)
    }

    /// The answer to a round that is over is recorded all the same, so that what was made is canceled.
    fn coverage_assigned(
        &self,
        round: Round,
        assignment: &AssignmentId,
        post: &Post,
        policy: Option<&PolicyId>,
        cover: Cover,
    ) -> Decided {
        if self.knows_assignment(assignment) {
            return holds_already();
        }
        if round > self.round || (round == self.round && !matches!(self.path, Path::Applied { .. })) {
            return Err(Rejection::OutOfTurn(Step::Assignment));
        }
        let (assignment, post, policy) = (assignment.clone(), post.clone(), policy.cloned());
        happens(Event::CoverageAssigned { round, assignment, post, policy, cover })
    }

    fn assignment_declined(&self, round: Round, reason: &str) -> Decided {
        match &self.path {
            Path::Applied { .. } => {
                self.in_round(round, || Event::AssignmentDeclined { reason: reason.into() })
            }
            Path::Unassignable { .. } => holds_already(),
            _ => self.replaced(round),
        }
    }

    fn assignment_canceled(&self, assignment: &AssignmentId) -> Decided {
        match self.assignments.iter().find(|known| known.id == *assignment).map(|known| known.fate) {
            None => Err(Rejection::UnknownAssignment(assignment.clone())),
            Some(Fate::ToCancel) => happens(Event::AssignmentCanceled { assignment: assignment.clone() }),
            Some(Fate::Current | Fate::Kept | Fate::Canceled) => holds_already(),
        }
    }

    fn policy_reported(
        &self,
        policy: &PolicyId,
        quote: Option<&QuoteId>,
        contractor: Option<&ContractorId>,
        change: Reported,
        at: Timestamp,
    ) -> Decided {
        if let Some(told) = contractor {
            match self.path.contractor() {
                Some(own) if own == told => {}
                None if !self.former.contains(told) => {
                    return Err(Rejection::UnknownContractor(told.clone()));
                }
                None | Some(_) => return Err(Rejection::AnotherContractor(told.clone())),
            }
        }
        let own_quote = self.path.quote().filter(|own| quote.is_none_or(|told| *told == own.id));
        let quoted = own_quote.map_or_else(|| self.wanted_cover(), |own| own.cover);
        let evidence = Evidence::Policy(policy.clone());
        let mut events = Vec::new();
        // only somebody who applied on our quote can have a policy from it
        if matches!(change, Reported::Active { .. })
            && quote.is_some()
            && own_quote.is_some()
            && self.awaits_application()
        {
            events.push(Event::ApplicationCompleted {});
        }
        events.extend(self.reported(evidence, None, change, quoted, at));
        Ok(events)
    }

    fn assignment_reported(
        &self,
        assignment: &AssignmentId,
        policy: Option<&PolicyId>,
        change: Reported,
        at: Timestamp,
    ) -> Decided {
        let Some(known) = self.assignments.iter().find(|known| known.id == *assignment) else {
            return Err(Rejection::UnknownAssignment(assignment.clone()));
        };
        if self.path.contractor().is_none_or(|own| *own != known.post.contractor) {
            return Err(Rejection::AnotherContractor(known.post.contractor.clone()));
        }
        let policy = policy.or(known.policy.as_ref()).cloned();
        let evidence = Evidence::Assignment(assignment.clone());
        Ok(self.reported(evidence, policy, change, known.cover, at).into_iter().collect())
    }

    /// The event of a report, unless that report is known.
    fn reported(
        &self,
        evidence: Evidence,
        policy: Option<PolicyId>,
        change: Reported,
        expected: Cover,
        at: Timestamp,
    ) -> Option<Event> {
        let known = |change| {
            let report = Report { at, change };
            self.grants.iter().any(|grant| grant.evidence == evidence && grant.reports.contains(&report))
        };
        match change {
            Reported::Active { lines, window } => {
                let lines = lines.filter(|lines| *lines != Lines::NONE).unwrap_or(expected.lines);
                let cover = Cover { lines, window: window.unwrap_or(expected.window) };
                (!known(Change::Activated(cover))).then_some(Event::CoverageActivated {
                    evidence,
                    policy,
                    cover,
                    at,
                })
            }
            Reported::Expired { on } => (!known(Change::Expired { on })).then_some(Event::CoverageExpired {
                evidence,
                on,
                noticed: Noticed::ByVendor(at),
            }),
            Reported::Canceled { effective } => (!known(Change::Canceled { effective }))
                .then_some(Event::CoverageCanceled { evidence, effective, at }),
            Reported::Reinstated { from } => (!known(Change::Reinstated { from }))
                .then_some(Event::CoverageReinstated { evidence, from, at }),
        }
    }

    fn wanted_cover(&self) -> Cover {
        Cover { lines: self.terms.required, window: self.terms.window }
    }

    fn expire(&self, at: Timestamp) -> Vec<Event> {
        if !self.is_open() {
            return Vec::new();
        }
        let over = self.holdings().filter_map(|(evidence, holding)| {
            let on = holding.end().filter(|end| *end <= at && !holding.ended)?;
            Some(Event::CoverageExpired { evidence, on, noticed: Noticed::ByClock })
        });
        over.collect()
    }

    fn submit_certificate(&self, document: &DocumentId) -> Decided {
        let uploaded = self.certificates.iter().any(|known| known.document.as_ref() == Some(document));
        if uploaded || self.documents.contains(document) {
            holds_already()
        } else if self.is_open() {
            happens(Event::CertificateSubmitted { document: document.clone() })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    fn certificate_uploaded(&self, document: &DocumentId, certificate: &CertificateId) -> Decided {
        if self.documents.contains(document) {
            let (document, certificate) = (document.clone(), certificate.clone());
            happens(Event::CertificateUploaded { document, certificate })
        } else if self.certificates.iter().any(|known| known.document.as_ref() == Some(document)) {
            holds_already()
        } else {
            Err(Rejection::UnknownDocument(document.clone()))
        }
    }

    fn has_opinion(&self, certificate: &CertificateId, opinion: &Opinion) -> bool {
        self.certificates.iter().any(|known| known.id == *certificate && known.opinions.contains(opinion))
    }

    fn certificate_judged(&self, certificate: &CertificateId, verdict: &Verdict, at: Timestamp) -> Decided {
        if self.has_opinion(certificate, &Opinion { at, view: View::Vendor(verdict.clone()) }) {
            return holds_already();
        }
        let certificate = certificate.clone();
        happens(match verdict.clone() {
            Verdict::Validated(cover) => Event::CertificateValidated { certificate, cover, at },
            Verdict::Flagged { rules, cover } => Event::CertificateFlagged { certificate, rules, cover, at },
            Verdict::Denied { reason } => Event::CertificateDenied { certificate, reason, at },
        })
    }

    fn review(
        &self,
        id: &CertificateId,
        by: &PersonId,
        ruling: Ruling,
        reason: &str,
        at: Timestamp,
    ) -> Decided {
        let Some(certificate) = self.certificates.iter().find(|known| known.id == *id) else {
            return Err(Rejection::UnknownCertificate(id.clone()));
        };
        let decision = match ruling {
            Ruling::Deny => Decision::Denied,
            Ruling::Approve { cover } => cover
                .or_else(|| certificate.printed())
                .map(Decision::Approved)
                .ok_or_else(|| Rejection::CertificateDatesUnknown(id.clone()))?,
        };
        let (by, reason) = (by.clone(), String::from(reason));
        let view = View::Person { by: by.clone(), decision: decision.clone(), reason: reason.clone() };
        if certificate.opinions.contains(&Opinion { at, view }) {
            return holds_already();
        }
        happens(Event::CertificateReviewed { certificate: id.clone(), by, decision, reason, at })
    }

    fn waive(&self, by: &PersonId, reason: &str, until: Timestamp, at: Timestamp) -> Decided {
        if until <= at {
            return Err(Rejection::WaiverInThePast { until, at });
        }
        let waiver = Waiver { by: by.clone(), reason: reason.into(), until };
        if self.waiver.as_ref() == Some(&waiver) {
            holds_already()
        } else {
            happens(Event::Waived { waiver, at })
        }
    }

    fn complete(&self, at: Timestamp, pay: Option<Cents>) -> Decided {
        match &self.work {
            // no check-in was heard of: the work is taken to have begun as scheduled
            Work::Scheduled => {
                let started = self.terms.window.start().min(at);
                Ok(Vec::from([Event::WorkStarted { at: started }, Event::WorkCompleted { at, pay }]))
            }
            Work::Started { at: started } => happens(Event::WorkCompleted { at: at.max(*started), pay }),
            Work::Completed { pay: settled, .. } => {
                match (settled, pay) {
                    (_, None) => holds_already(),
                    (Settlement::Open, Some(pay)) => happens(Event::PaySettled { pay }),
                    (Settlement::AsAgreed(known) | Settlement::Differs(known), Some(pay)) => {
                        if *known == pay { holds_already() } else { happens(Event::PaySettled { pay }) }
                    }
                    (Settlement::Invoiced { pay: known, .. }, Some(pay)) => {
                        if *known == pay {
                            holds_already()
                        } else {
                            Err(Rejection::AlreadyInvoiced(*known))
                        }
                    }
                }
            }
            Work::Withdrawn { .. } | Work::Stopped { .. } => Err(Rejection::WorkIsOver),
        }
    }

    fn invoice_recorded(&self, invoice: &InvoiceId, pay: Cents) -> Decided {
        match &self.work {
            Work::Completed { pay: Settlement::Differs(known), .. } if *known == pay => {
                happens(Event::InvoiceRecorded { invoice: invoice.clone(), pay })
            }
            Work::Completed { pay: Settlement::Invoiced { invoice: known, .. }, .. } if known == invoice => {
                holds_already()
            }
            _ => Err(Rejection::OutOfTurn(Step::Invoice)),
        }
    }

    fn reschedule_to(&self, window: Window, at: Timestamp) -> Decided {
        if window == self.terms.window {
            holds_already()
        } else if self.is_open() {
            happens(Event::Rescheduled { window, at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    fn reassign_to(&self, worker: &WorkerId, terms: &Terms, at: Timestamp) -> Decided {
        if *worker == self.worker {
            holds_already()
        } else if terms.required.is_empty() {
            Err(Rejection::NothingRequired)
        } else if self.is_open() {
            happens(Event::Reassigned { worker: worker.clone(), terms: terms.clone(), at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    fn cancel_work(&self, at: Timestamp) -> Decided {
        match self.work {
            Work::Scheduled => happens(Event::WorkCanceled { at }),
            Work::Started { at: started } => happens(Event::WorkCanceled { at: at.max(started) }),
            Work::Withdrawn { .. } | Work::Stopped { .. } => holds_already(),
            Work::Completed { .. } => Err(Rejection::WorkIsOver),
        }
    }

    fn block(&self, step: Step, reason: &str) -> Decided {
        if self.blocked.iter().any(|blocked| blocked.step == step) {
            holds_already()
        } else if self.is_due(step) {
            happens(Event::StepBlocked { step, reason: reason.into() })
        } else {
            Err(Rejection::OutOfTurn(step))
        }
    }

    fn retry_by(&self, by: &PersonId) -> Vec<Event> {
        let refused = match self.path {
            Path::Declined { .. } | Path::Ineligible { .. } if self.is_open() => Some(Step::Quote),
            Path::Unassignable { .. } if self.is_open() => Some(Step::Assignment),
            _ => None,
        };
        let steps = self.blocked.iter().map(|blocked| blocked.step).chain(refused);
        steps.map(|step| Event::StepRetried { step, by: by.clone() }).collect()
    }
}
