//! How each event changes the state. Edges only: whether an event may happen is [`decide`](State::decide)'s.

mod cover;
mod path;
mod work;

use super::action::Step;
use super::assignment::Fate;
use super::attempt::{Blocked, Failure};
use super::certificate::{Verdict, View};
use super::event::{Event, Noticed};
use super::evidence::{Change, Evidence};
use super::path::Path;
use super::state::{Coverage, State};
use super::terms::{Round, Terms};
use super::work::{Settlement, Work};
use crate::id::{AssignmentId, DocumentId, WorkOrderId, WorkerId};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

impl State {
    /// The state after the event. An event that does not fit the state leaves it as it is.
    #[must_use]
    pub fn evolve(self, event: &Event) -> Self {
        match self {
            Self::Unheard => {
                if let Event::Assigned { work_order, worker, terms, .. } = event {
                    Self::Tracked(Box::new(Coverage::begin(work_order, worker, terms)))
                } else {
                    Self::Unheard
                }
            }
            Self::Tracked(mut coverage) => {
                coverage.apply(event);
                coverage.forget_blocks_that_are_past();
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
    fn begin(work_order: &WorkOrderId, worker: &WorkerId, terms: &Terms) -> Self {
        Self {
            work_order: work_order.clone(),
            worker: worker.clone(),
            terms: terms.clone(),
            round: Round::FIRST,
            work: Work::Scheduled,
            path: Path::Assigned,
            grants: Vec::new(),
            assignments: Vec::new(),
            unanswered: Vec::new(),
            certificates: Vec::new(),
            documents: Vec::new(),
            blocked: Vec::new(),
            waiver: None,
            past_quotes: Vec::new(),
            past_sessions: Vec::new(),
            former: Vec::new(),
            reassigned: false,
            not_before: None,
            unknown_status: None,
            exempt: None,
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Assigned { .. } => {}
            Event::ContractorCreated { contractor } => {
                self.walk(|path| path.along(event));
                self.former.retain(|former| former != contractor);
            }
            Event::JobCreated { .. }
            | Event::Quoted { .. }
            | Event::QuoteDeclined { .. }
            | Event::PolicyMatched { .. }
            | Event::ApplicationOpened { .. }
            | Event::ApplicationCompleted {}
            | Event::ApplicationIneligible { .. } => self.walk(|path| path.along(event)),
            Event::CoverDelayed { from } => {
                self.leave_round();
                self.not_before = Some(*from);
            }
            Event::AssignmentDeclined { round, .. } => {
                self.unanswered.retain(|unanswered| Some(*unanswered) != *round);
                if round.is_none_or(|round| round == self.round) {
                    self.walk(|path| path.along(event));
                }
            }
            Event::ApplicationExpired { .. } => {
                self.walk(|path| path.along(event));
                self.leave_round();
            }
            Event::CoverageAssigned { round, assignment, post, policy, cover } => {
                self.assign(*round, assignment, post, policy.as_ref(), *cover);
                if *round == self.round {
                    self.walk(|path| path.along(event));
                }
            }
            Event::AssignmentCanceled { assignment } => self.unassign(assignment),
            Event::CoverageActivated { evidence, policy, cover, at } => {
                self.report(evidence, policy.as_ref(), *at, Change::Activated(*cover));
            }
            Event::CoverageExpired { evidence, on, noticed: Noticed::ByVendor(at) } => {
                self.report(evidence, None, *at, Change::Expired { on: *on });
            }
            Event::CoverageExpired { evidence, on, noticed: Noticed::ByClock } => {
                self.note_end(evidence, *on);
            }
            Event::CoverageCanceled { evidence, effective, at } => {
                self.report(evidence, None, *at, Change::Canceled { effective: *effective });
            }
            Event::CoverageReinstated { evidence, from, at } => {
                self.report(evidence, None, *at, Change::Reinstated { from: *from });
            }
            Event::CertificateSubmitted { document } => self.hand_in(document),
            Event::CertificateUploaded { document, certificate } => self.upload(document, certificate),
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
            Event::WorkStarted { at } => self.start(*at),
            Event::WorkCompleted { at, pay } => self.complete_work(*at, *pay),
            Event::PaySettled { pay } => self.settle(self.settlement(*pay)),
            Event::InvoiceRecorded { invoice, pay } => {
                self.settle(Settlement::Invoiced { pay: *pay, invoice: invoice.clone() });
            }
            Event::Rescheduled { window, .. } => self.reschedule(*window),
            Event::Reassigned { worker, terms, .. } => self.reassign(worker, terms),
            Event::WorkCanceled { at } => self.stop(*at),
            Event::StatusChanged { unknown, .. } => self.unknown_status.clone_from(unknown),
            Event::CoverNotNeeded { reason, .. } => self.exempt_from_cover(reason),
            Event::CoverNeeded { .. } => self.need_cover(),
            Event::StepBlocked { step, document, failure, reason } => {
                self.wait_at(*step, document.as_ref(), *failure, reason);
            }
            Event::StepRetried { step, key, .. } => self.retry(*step, *key),
        }
    }

    /// An older line does not say which document: it was the one to be uploaded first.
    fn wait_at(&mut self, step: Step, document: Option<&DocumentId>, failure: Failure, reason: &str) {
        let first = self.documents.first().filter(|_| step == Step::Certificate);
        let (document, reason) = (document.or(first).cloned(), reason.into());
        self.blocked.push(Blocked { step, document, failure, reason });
    }

    fn unblock(&mut self, step: Step) {
        self.blocked.retain(|blocked| blocked.step != step);
    }

    /// A step that is no longer due waits for nobody.
    fn forget_blocks_that_are_past(&mut self) {
        if self.blocked.is_empty() {
            return;
        }
        let blocked = mem::take(&mut self.blocked);
        self.blocked = blocked
            .into_iter()
            .filter(|blocked| self.is_due(blocked.step, blocked.document.as_ref()))
            .collect();
    }

    /// What is to become of an assignment once it is no longer wanted: the vendor cancels only what has not
    /// begun, and need not be asked for what it has canceled already.
    fn fate_of_unwanted(&self, assignment: &AssignmentId) -> Fate {
        match self.work {
            Work::Scheduled | Work::Withdrawn { .. } if self.is_canceled(assignment) => Fate::Canceled,
            Work::Scheduled | Work::Withdrawn { .. } => Fate::ToCancel,
            Work::Started { .. } | Work::Completed { .. } | Work::Stopped { .. } => Fate::Kept,
        }
    }

    /// Whether the last that the vendor reported of the assignment is that it canceled it.
    fn is_canceled(&self, assignment: &AssignmentId) -> bool {
        let mut reported = self.grants.iter().filter_map(|grant| match &grant.evidence {
            Evidence::Assignment(id) if id == assignment => grant.reports.last(),
            Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_) => None,
        });
        reported.any(|last| matches!(last.change, Change::Canceled { .. }))
    }

    fn release_assignments(&mut self) {
        let mut assignments = mem::take(&mut self.assignments);
        for assignment in assignments.iter_mut().filter(|assignment| assignment.fate == Fate::Current) {
            assignment.fate = self.fate_of_unwanted(&assignment.id);
        }
        self.assignments = assignments;
    }
}
