//! Vendor id ↔ work order: how a webhook that names only the vendor's ids finds its work orders.

use covertrail_domain::coverage::{Event, Evidence};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ContractorId, InvoiceId, JobId, PolicyId, QuoteId, SessionId, WorkOrderId,
};
use std::collections::HashMap;

/// An object at 1099Policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// The insured person, who may do many work orders.
    Contractor(ContractorId),
    /// A job.
    Job(JobId),
    /// A quote.
    Quote(QuoteId),
    /// An application session.
    Session(SessionId),
    /// A policy, on which many work orders may stand.
    Policy(PolicyId),
    /// An assignment.
    Assignment(AssignmentId),
    /// A certificate.
    Certificate(CertificateId),
    /// An invoice.
    Invoice(InvoiceId),
}

impl From<&Evidence> for Reference {
    fn from(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Policy(id) => Self::Policy(id.clone()),
            Evidence::Assignment(id) => Self::Assignment(id.clone()),
            Evidence::Certificate(id) => Self::Certificate(id.clone()),
        }
    }
}

/// Which work orders each object at 1099Policy belongs to.
#[derive(Debug, Default)]
pub struct Directory {
    work_orders: HashMap<Reference, Vec<WorkOrderId>>,
}

impl Directory {
    /// The work orders that an object belongs to, in the order in which they came to it.
    pub fn work_orders(&self, reference: &Reference) -> &[WorkOrderId] {
        self.work_orders.get(reference).map_or(&[], Vec::as_slice)
    }

    /// Takes in one event of a work order; answers with the objects that it named for the first time there.
    pub fn fold(&mut self, work_order: &WorkOrderId, event: &Event) -> Vec<Reference> {
        let mut named = named_by(event);
        named.retain(|reference| {
            let known = self.work_orders.entry(reference.clone()).or_default();
            let is_new = !known.contains(work_order);
            if is_new {
                known.push(work_order.clone());
            }
            is_new
        });
        named
    }
}

/// The objects at 1099Policy that an event names.
fn named_by(event: &Event) -> Vec<Reference> {
    match event {
        Event::ContractorCreated { contractor } => vec![Reference::Contractor(contractor.clone())],
        Event::JobCreated { job } => vec![Reference::Job(job.clone())],
        Event::Quoted { quote } => vec![Reference::Quote(quote.id.clone())],
        Event::PolicyMatched { policy } => policy.iter().cloned().map(Reference::Policy).collect(),
        Event::ApplicationOpened { session, .. }
        | Event::ApplicationExpired { session }
        | Event::ApplicationIneligible { session, .. } => vec![Reference::Session(session.clone())],
        Event::CoverageAssigned { assignment, policy, .. } => {
            let policy = policy.iter().cloned().map(Reference::Policy);
            policy.chain([Reference::Assignment(assignment.clone())]).collect()
        }
        Event::AssignmentCanceled { assignment } => vec![Reference::Assignment(assignment.clone())],
        Event::CoverageActivated { evidence, policy, .. } => {
            policy.iter().cloned().map(Reference::Policy).chain([Reference::from(evidence)]).collect()
        }
        Event::CoverageExpired { evidence, .. }
        | Event::CoverageCanceled { evidence, .. }
        | Event::CoverageReinstated { evidence, .. } => vec![Reference::from(evidence)],
        Event::CertificateUploaded { certificate, .. }
        | Event::CertificateValidated { certificate, .. }
        | Event::CertificateFlagged { certificate, .. }
        | Event::CertificateDenied { certificate, .. }
        | Event::CertificateReviewed { certificate, .. } => vec![Reference::Certificate(certificate.clone())],
        Event::InvoiceRecorded { invoice, .. } => vec![Reference::Invoice(invoice.clone())],
        Event::Assigned { .. }
        | Event::QuoteDeclined { .. }
        | Event::ApplicationCompleted {}
        | Event::WorkStarted { .. }
        | Event::AssignmentDeclined { .. }
        | Event::CertificateSubmitted { .. }
        | Event::Waived { .. }
        | Event::WorkCompleted { .. }
        | Event::PaySettled { .. }
        | Event::Rescheduled { .. }
        | Event::Reassigned { .. }
        | Event::WorkCanceled { .. }
        | Event::CoverDelayed { .. }
        | Event::StatusChanged { .. }
        | Event::CoverNotNeeded { .. }
        | Event::CoverNeeded { .. }
        | Event::StepBlocked { .. }
        | Event::StepRetried { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_leads_to_every_work_order_that_stands_on_it() {
        let mut directory = Directory::default();
        let policy = PolicyId::parse("pl_1").unwrap();
        let matched = Event::PolicyMatched { policy: Some(policy.clone()) };
        let orders = ["1", "2"].map(|id| WorkOrderId::parse(id).unwrap());
        for order in &orders {
            assert_eq!(directory.fold(order, &matched), [Reference::Policy(policy.clone())]);
            assert_eq!(directory.fold(order, &matched), [], "the second naming is nothing new");
        }
        assert_eq!(directory.work_orders(&Reference::Policy(policy)), orders);
    }

    #[test]
    fn what_nobody_named_leads_nowhere() {
        let directory = Directory::default();
        assert_eq!(directory.work_orders(&Reference::Quote(QuoteId::parse("qt_1").unwrap())), []);
    }
}
