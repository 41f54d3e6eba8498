//! How each event changes the state. Edges only: whether an event may happen is [`decide`](State::decide)'s.

use super::certificate::{Certificate, Opinion, Verdict, View};
use super::event::{Event, Noticed};
use super::evidence::{Change, Evidence, Grant, Report};
use super::next::Step;
use super::state::{Assignment, Basis, Blocked, Coverage, Fate, Path, Post, Settlement, State, Work};
use super::terms::{Round, Terms, Wage};
use crate::id::{CertificateId, PolicyId, WorkOrderId, WorkerId};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

impl State {
    /// The state after the event. An event that does not fit the state leaves it as it is.
    #[must_use]
    pub fn evolve(self, event: &Event) -> Self {
        match self {
            Self::Unheard => match event {
                Event::Assigned { work_order, worker, terms, .. } => Self::Tracked(Box::new(
                    Coverage::begin(work_order.clone(), worker.clone(), terms.clone()),
                )),
                _ => Self::Unheard,
            },
            Self::Tracked(mut coverage) => {
                coverage.apply(event);
                if !coverage.blocked.is_empty() {
                    coverage.forget_blocks_that_are_past();
                }
                Self::Tracked(coverage)
            }
        }
    }

    /// The state after all of the events.
    #[must_use]
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        events.into_iter().fold(Self::default(), Self::evolve)
    }
}

impl Coverage {
    fn begin(work_order: WorkOrderId, worker: WorkerId, terms: Terms) -> Self {
        Self {
            work_order,
            worker,
            terms,
            round: Round::FIRST,
            work: Work::Scheduled,
            path: Path::Assigned,
            grants: Vec::new(),
            assignments: Vec::new(),
            certificates: Vec::new(),
            documents: Vec::new(),
            blocked: Vec::new(),
            waiver: None,
            past_quotes: Vec::new(),
            past_sessions: Vec::new(),
            former: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Assigned { .. } => {}
            Event::ContractorCreated { .. }
            | Event::JobCreated { .. }
            | Event::Quoted { .. }
            | Event::QuoteDeclined { .. }
            | Event::PolicyMatched { .. }
            | Event::ApplicationOpened { .. }
            | Event::ApplicationCompleted {}
            | Event::ApplicationIneligible { .. }
            | Event::AssignmentDeclined { .. } => self.walk(|path| path.along(event)),
            Event::ApplicationExpired { .. } => {
                self.walk(|path| path.along(event));
                self.round = self.round.next();
            }
            Event::CoverageAssigned { round, assignment, post, policy, cover } => {
                let fate = self.fate_of_new(*round);
                let (id, post) = (assignment.clone(), post.clone());
                self.assignments.push(Assignment { id, post, policy: policy.clone(), cover: *cover, fate });
                if *round == self.round {
                    self.walk(|path| path.along(event));
                }
            }
            Event::AssignmentCanceled { assignment } => {
                if let Some(known) = self.assignments.iter_mut().find(|known| known.id == *assignment) {
                    known.fate = Fate::Canceled;
                }
            }
            Event::CoverageActivated { evidence, policy, cover, at } => {
                self.report(evidence, policy.as_ref(), *at, Change::Activated(*cover));
            }
            Event::CoverageExpired { evidence, on, noticed: Noticed::ByVendor(at) } => {
                self.report(evidence, None, *at, Change::Expired { on: *on });
            }
            Event::CoverageExpired { evidence, on, noticed: Noticed::ByClock } => {
                self.note_end(evidence, *on)
            }
            Event::CoverageCanceled { evidence, effective, at } => {
                self.report(evidence, None, *at, Change::Canceled { effective: *effective });
            }
            Event::CoverageReinstated { evidence, from, at } => {
                self.report(evidence, None, *at, Change::Reinstated { from: *from });
            }
            Event::CertificateSubmitted { document } => self.documents.push(document.clone()),
            Event::CertificateUploaded { document, certificate } => {
                self.documents.retain(|waiting| waiting != document);
                self.certificate(certificate).document = Some(document.clone());
            }
            Event::CertificateValidated { certificate, cover, at } => {
                self.opine(certificate, *at, View::Vendor(Verdict::Validated(*cover)));
            }
            Event::CertificateFlagged { certificate, rules, cover, at } => {
                let verdict = Verdict::Flagged { rules: rules.clone(), cover: *cover };
                self.opine(certificate, *at, View::Vendor(verdict));
            }
            Event::CertificateDenied { certificate, reason, at } => {
                self.opine(certificate, *at, View::Vendor(Verdict::Denied { reason: reason.clone() }));
            }
            Event::CertificateReviewed { certificate, by, decision, reason, at } => {
                let (by, decision, reason) = (by.clone(), decision.clone(), reason.clone());
                self.opine(certificate, *at, View::Person { by, decision, reason });
            }
            Event::Waived { waiver, .. } => self.waiver = Some(waiver.clone()),
            Event::WorkStarted { at } => {
                if self.work == Work::Scheduled {
                    self.work = Work::Started { at: *at };
                }
            }
            Event::WorkCompleted { at, pay } => {
                if let Work::Started { at: started } = self.work {
                    let pay = pay.map_or(Settlement::Open, |pay| self.settlement(pay));
                    self.work = Work::Completed { started, at: *at, pay };
                }
            }
            Event::PaySettled { pay } => self.settle(self.settlement(*pay)),
            Event::InvoiceRecorded { invoice, pay } => {
                self.settle(Settlement::Invoiced { pay: *pay, invoice: invoice.clone() });
            }
            Event::Rescheduled { window, .. } => self.reschedule(*window),
            Event::Reassigned { worker, terms, .. } => self.reassign(worker, terms),
            Event::WorkCanceled { at } => {
                self.release_assignments();
                self.work = match self.work {
                    Work::Scheduled => Work::Withdrawn { at: *at },
                    Work::Started { at: started } => Work::Stopped { started, at: *at },
                    Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => return,
                };
            }
            Event::StepBlocked { step, reason } => {
                self.blocked.push(Blocked { step: *step, reason: reason.clone() });
            }
            Event::StepRetried { step, .. } => self.retry(*step),
        }
    }

    /// Moves along the path; quotes and sessions left behind are remembered.
    fn walk(&mut self, step: impl FnOnce(Path) -> Path) {
        let session = self.path.session().cloned();
        let quote = self.path.quote().map(|quote| quote.id.clone());
        self.path = step(mem::replace(&mut self.path, Path::Assigned));
        self.past_sessions.extend(session.filter(|session| self.path.session() != Some(session)));
        self.past_quotes.extend(quote.filter(|id| self.path.quote().is_none_or(|quote| quote.id != *id)));
    }

    /// Begins a new round at the step after the job; before the job there is nothing to begin anew.
    fn begin_round(&mut self) {
        if let Some(post) = self.path.post().cloned() {
            self.walk(|_| Path::Scoped(post));
            self.round = self.round.next();
        }
    }

    /// Does something to what cover rests on, and begins a new round where cover is lost by it.
    fn unless_lost(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.is_in_force();
        change(self);
        if before && !self.is_in_force() {
            match self.path {
                Path::Applied { .. } | Path::Unassignable { .. } | Path::Bound { .. } => self.begin_round(),
                Path::Assigned
                | Path::Enrolled { .. }
                | Path::Scoped(_)
                | Path::Declined { .. }
                | Path::Quoted { .. }
                | Path::Applying { .. }
                | Path::Ineligible { .. } => {}
            }
        }
    }

    fn report(&mut self, evidence: &Evidence, policy: Option<&PolicyId>, at: Timestamp, change: Change) {
        self.unless_lost(|coverage| {
            let grant = coverage.grant(evidence);
            if grant.policy.is_none() {
                grant.policy = policy.cloned();
            }
            grant.insert(Report { at, change });
        });
    }

    fn note_end(&mut self, evidence: &Evidence, on: Timestamp) {
        self.unless_lost(|coverage| match evidence {
            Evidence::Certificate(id) => coverage.certificate(id).noted_end = Some(on),
            Evidence::Policy(_) | Evidence::Assignment(_) => coverage.grant(evidence).noted_end = Some(on),
        });
    }

    fn opine(&mut self, certificate: &CertificateId, at: Timestamp, view: View) {
        self.unless_lost(|coverage| coverage.certificate(certificate).insert(Opinion { at, view }));
    }

    fn grant(&mut self, evidence: &Evidence) -> &mut Grant {
        let place = self.grants.iter().position(|grant| grant.evidence == *evidence).unwrap_or_else(|| {
            let policy = self.assignments.iter().find_map(|assignment| match evidence {
                Evidence::Assignment(id) if *id == assignment.id => assignment.policy.clone(),
                Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_) => None,
            });
            self.grants.push(Grant::new(evidence.clone(), policy));
            self.grants.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
        &mut self.grants[place]
    }

    fn certificate(&mut self, id: &CertificateId) -> &mut Certificate {
        let place = self.certificates.iter().position(|known| known.id == *id).unwrap_or_else(|| {
            self.certificates.push(Certificate::new(id.clone()));
            self.certificates.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
        &mut self.certificates[place]
    }

    /// What is to become of an assignment once it is no longer wanted: the vendor cancels only what has not begun.
    fn fate_of_unwanted(&self) -> Fate {
        match self.work {
            Work::Scheduled | Work::Withdrawn { .. } => Fate::ToCancel,
            Work::Started { .. } | Work::Completed { .. } | Work::Stopped { .. } => Fate::Kept,
        }
    }

    fn fate_of_new(&mut self, round: Round) -> Fate {
        let wanted = match self.work {
            Work::Scheduled | Work::Started { .. } | Work::Completed { .. } => round == self.round,
            Work::Withdrawn { .. } | Work::Stopped { .. } => false,
        };
        if !wanted {
            return self.fate_of_unwanted();
        }
        self.release_assignments();
        Fate::Current
    }

    fn release_assignments(&mut self) {
        let fate = self.fate_of_unwanted();
        for assignment in self.assignments.iter_mut().filter(|assignment| assignment.fate == Fate::Current) {
            assignment.fate = fate;
        }
    }

    fn settlement(&self, pay: Cents) -> Settlement {
        match self.terms.wage {
            Wage::FlatFee(agreed) if agreed == pay => Settlement::AsAgreed(pay),
            Wage::FlatFee(_) | Wage::Hourly(_) => Settlement::Differs(pay),
        }
    }

    fn settle(&mut self, settlement: Settlement) {
        if let Work::Completed { pay, .. } = &mut self.work {
            *pay = settlement;
        }
    }

    fn reschedule(&mut self, window: Window) {
        self.terms.window = window;
        let still_fits = match &self.path {
            Path::Assigned | Path::Enrolled { .. } | Path::Scoped(_) => true,
            Path::Declined { .. } => false,
            Path::Bound { assignment, .. } => {
                let mut made = self.assignments.iter().filter(|made| made.id == *assignment);
                made.any(|made| made.cover.window.encloses(window))
            }
            Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. }
            | Path::Applied { .. }
            | Path::Unassignable { .. } => {
                self.path.quote().is_some_and(|quote| quote.cover.window.encloses(window))
            }
        };
        if !still_fits {
            self.release_assignments();
            self.begin_round();
        }
    }

    fn reassign(&mut self, worker: &WorkerId, terms: &Terms) {
        self.release_assignments();
        let contractor = self.path.contractor().cloned();
        self.former.extend(contractor.filter(|contractor| !self.former.contains(contractor)));
        self.walk(|_| Path::Assigned);
        self.worker = worker.clone();
        self.terms = terms.clone();
        self.round = self.round.next();
        self.work = Work::Scheduled;
        self.grants.clear();
        self.certificates.clear();
        self.documents.clear();
        self.waiver = None;
    }

    fn retry(&mut self, step: Step) {
        self.blocked.retain(|blocked| blocked.step != step);
        match (&self.path, step) {
            (Path::Declined { .. } | Path::Ineligible { .. }, Step::Quote) => self.begin_round(),
            (Path::Unassignable { .. }, Step::Assignment) => {
                self.walk(Path::bound_again);
                self.round = self.round.next();
            }
            _ => {}
        }
    }

    fn forget_blocks_that_are_past(&mut self) {
        let blocked = mem::take(&mut self.blocked);
        self.blocked = blocked.into_iter().filter(|blocked| self.is_due(blocked.step)).collect();
    }
}

impl Path {
    fn session(&self) -> Option<&crate::id::SessionId> {
        match self {
            Self::Applying { session, .. } | Self::Ineligible { session, .. } => Some(session),
            Self::Assigned
            | Self::Enrolled { .. }
            | Self::Scoped(_)
            | Self::Declined { .. }
            | Self::Quoted { .. }
            | Self::Applied { .. }
            | Self::Unassignable { .. }
            | Self::Bound { .. } => None,
        }
    }

    /// Where an event of the path leads; one arm per edge.
    fn along(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Assigned, Event::ContractorCreated { contractor }) => {
                Self::Enrolled { contractor: contractor.clone() }
            }
            (Self::Enrolled { contractor }, Event::JobCreated { job }) => {
                Self::Scoped(Post { contractor, job: job.clone() })
            }
            (Self::Scoped(post), Event::Quoted { quote }) => Self::Quoted { post, quote: quote.clone() },
            (Self::Scoped(post), Event::QuoteDeclined { reason }) => {
                Self::Declined { post, reason: reason.clone() }
            }
            (Self::Scoped(post), Event::PolicyMatched { policy }) => {
                Self::Applied { post, basis: Basis::PolicyOnFile(policy.clone()) }
            }
            (Self::Quoted { post, quote }, Event::ApplicationOpened { session, url }) => {
                Self::Applying { post, quote, session: session.clone(), url: url.clone() }
            }
            (
                Self::Quoted { post, quote }
                | Self::Applying { post, quote, .. }
                | Self::Ineligible { post, quote, .. },
                Event::ApplicationCompleted {},
            ) => Self::Applied { post, basis: Basis::Application(quote) },
            (Self::Applying { post, quote, .. }, Event::ApplicationExpired { .. }) => {
                Self::Quoted { post, quote }
            }
            (Self::Applying { post, quote, .. }, Event::ApplicationIneligible { session, reason }) => {
                Self::Ineligible { post, quote, session: session.clone(), reason: reason.clone() }
            }
            (Self::Applied { post, basis }, Event::AssignmentDeclined { reason }) => {
                Self::Unassignable { post, basis, reason: reason.clone() }
            }
            (Self::Applied { post, basis }, Event::CoverageAssigned { assignment, .. }) => {
                Self::Bound { post, basis, assignment: assignment.clone() }
            }
            (path, _) => path,
        }
    }

    fn bound_again(self) -> Self {
        match self {
            Self::Unassignable { post, basis, .. } => Self::Applied { post, basis },
            path => path,
        }
    }
}
