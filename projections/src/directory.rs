//! Vendor id ↔ work order: how a webhook that names only the vendor's ids finds its work orders.

use covertrail_domain::coverage::{Event, Evidence};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ContractorId, InvoiceId, JobId, PolicyId, QuoteId, SessionId,
};
use foldhash::HashMap;
use std::collections::hash_map::Entry;
use std::slice;

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

/// Which work orders each object at 1099Policy belongs to. A work order is known here by a number that whoever
/// keeps the directory has given it: a directory of a million objects would else be mostly ids, many times over.
#[derive(Debug, Default)]
pub struct Directory {
    places: HashMap<Reference, Places>,
}

/// Most objects belong to one work order.
#[derive(Debug)]
enum Places {
    One(u32),
    Many(Vec<u32>),
}

impl Directory {
    /// The work orders that an object belongs to, in the order in which they came to it.
    pub fn work_orders(&self, reference: &Reference) -> &[u32] {
        match self.places.get(reference) {
            None => &[],
            Some(Places::One(work_order)) => slice::from_ref(work_order),
            Some(Places::Many(work_orders)) => work_orders,
        }
    }

    /// Takes in one event of a work order, and tells of the objects that it named for the first time there.
    pub fn fold(&mut self, work_order: u32, event: &Event, mut named: impl FnMut(&Reference)) {
        for reference in named_by(event).into_iter().flatten() {
            match self.places.entry(reference) {
                Entry::Vacant(place) => {
                    named(place.key());
                    place.insert(Places::One(work_order));
                }
                Entry::Occupied(mut place) => {
                    if place.get_mut().add(work_order) {
                        named(place.key());
                    }
                }
            }
        }
    }
}

impl Places {
    /// Whether it was not there yet.
    fn add(&mut self, work_order: u32) -> bool {
        match self {
            Self::One(known) if *known == work_order => false,
            Self::One(known) => {
                *self = Self::Many(vec![*known, work_order]);
                true
            }
            Self::Many(known) if known.contains(&work_order) => false,
            Self::Many(known) => {
                known.push(work_order);
                true
            }
        }
    }
}

/// The objects at 1099Policy that an event names.
fn named_by(event: &Event) -> [Option<Reference>; 2] {
    match event {
        Event::ContractorCreated { contractor } => [Some(Reference::Contractor(contractor.clone())), None],
        Event::JobCreated { job } => [Some(Reference::Job(job.clone())), None],
        Event::Quoted { quote } => [Some(Reference::Quote(quote.id.clone())), None],
        Event::PolicyMatched { policy } => [policy.clone().map(Reference::Policy), None],
        Event::ApplicationOpened { session, .. }
        | Event::ApplicationExpired { session }
        | Event::ApplicationIneligible { session, .. } => [Some(Reference::Session(session.clone())), None],
        Event::CoverageAssigned { assignment, policy, .. } => {
            [policy.clone().map(Reference::Policy), Some(Reference::Assignment(assignment.clone()))]
        }
        Event::AssignmentCanceled { assignment } => [Some(Reference::Assignment(assignment.clone())), None],
        Event::CoverageActivated { evidence, policy, .. } => {
            [policy.clone().map(Reference::Policy), Some(Reference::from(evidence))]
        }
        Event::CoverageExpired { evidence, .. }
        | Event::CoverageCanceled { evidence, .. }
        | Event::CoverageReinstated { evidence, .. } => [Some(Reference::from(evidence)), None],
        Event::CertificateUploaded { certificate, .. }
        | Event::CertificateValidated { certificate, .. }
        | Event::CertificateFlagged { certificate, .. }
        | Event::CertificateDenied { certificate, .. }
        | Event::CertificateReviewed { certificate, .. } => {
            [Some(Reference::Certificate(certificate.clone())), None]
        }
        Event::InvoiceRecorded { invoice, .. } => [Some(Reference::Invoice(invoice.clone())), None],
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
        | Event::StepRetried { .. } => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(directory: &mut Directory, work_order: u32, event: &Event) -> Vec<Reference> {
        let mut named = Vec::new();
        directory.fold(work_order, event, |reference| named.push(reference.clone()));
        named
    }

    #[test]
    fn a_policy_leads_to_every_work_order_that_stands_on_it() {
        let mut directory = Directory::default();
        let policy = PolicyId::parse("pl_1").unwrap();
        let matched = Event::PolicyMatched { policy: Some(policy.clone()) };
        for order in 0..3 {
            assert_eq!(named(&mut directory, order, &matched), [Reference::Policy(policy.clone())]);
            assert_eq!(named(&mut directory, order, &matched), [], "the second naming is nothing new");
        }
        assert_eq!(directory.work_orders(&Reference::Policy(policy)), [0, 1, 2]);
    }

    #[test]
    fn what_nobody_named_leads_nowhere() {
        let directory = Directory::default();
        assert_eq!(directory.work_orders(&Reference::Quote(QuoteId::parse("qt_1").unwrap())), []);
    }
}
