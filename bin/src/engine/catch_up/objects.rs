//! How those things stand at 1099Policy that an open work order waits for or stands on.

use super::{Behind, Engine, reports};
use crate::clock;
use crate::engine::{Cause, Executed};
use covertrail_adapters::policy::{self, SessionState};
use covertrail_adapters::schema::{Actor, Source};
use covertrail_domain::coverage::{CertificateStatus, Command, Coverage, Evidence, Fate, Path, Quote, State};
use covertrail_domain::id::{AssignmentId, CertificateId, ContractorId, QuoteId, SessionId, WorkOrderId};
use covertrail_domain::time::Timestamp;
use std::collections::BTreeMap;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// How far the contractor's application has come.
    Session(SessionId, QuoteId),
    /// Whether the assignment is in force.
    Assignment(AssignmentId),
    /// What became of the certificate.
    Certificate(CertificateId, Option<ContractorId>),
}

impl Engine {
    /// Asks, and records what is not known yet; answers how much that was.
    pub(super) async fn catch_up_with_objects(&self) -> Result<usize, Behind> {
        let mut found = 0_usize;
        // as of before anything was asked: whatever the vendor or a person says meanwhile counts over it
        let asked_at = clock::now();
        for (work_order, question) in self.open_questions() {
            if let Some(commands) = or_nothing(self.answer(&question, asked_at).await)? {
                found = found.saturating_add(self.learn(&work_order, &commands).await?);
            }
        }
        for (contractor, work_orders) in self.at_work() {
            let asked_at = clock::now();
            let Some(policies) = or_nothing(self.policy.policies_of(&contractor).await)? else { continue };
            for work_order in work_orders {
                let news = |state: &State| reports::of_policies(state, &contractor, &policies, asked_at);
                let commands = self.look(&work_order, news).unwrap_or_default();
                found = found.saturating_add(self.learn(&work_order, &commands).await?);
            }
        }
        Ok(found)
    }

    fn open_questions(&self) -> Vec<(WorkOrderId, Question)> {
        let ledger = self.ledger();
        let open = ledger.orders().filter_map(|(work_order, state)| Some((work_order, open(state)?)));
        open.flat_map(|(work_order, coverage)| {
            open_in(coverage).into_iter().map(|question| (work_order.clone(), question))
        })
        .collect()
    }

    /// The contractors of open work orders, with these.
    fn at_work(&self) -> BTreeMap<ContractorId, Vec<WorkOrderId>> {
        let mut contractors: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (work_order, state) in self.ledger().orders() {
            if let Some(contractor) = open(state).and_then(|coverage| coverage.path.contractor()) {
                contractors.entry(contractor.clone()).or_default().push(work_order.clone());
            }
        }
        contractors
    }

    async fn answer(&self, question: &Question, asked_at: Timestamp) -> Result<Vec<Command>, policy::Error> {
        Ok(match question {
            Question::Session(session, quote) => match self.policy.session(session).await? {
                SessionState::Open { .. } => Vec::new(),
                SessionState::Complete => vec![Command::RecordApplicationCompleted { quote: quote.clone() }],
                SessionState::Expired => vec![Command::RecordApplicationExpired { session: session.clone() }],
            },
            Question::Assignment(assignment) => {
                reports::of_assignment(self.policy.assignment(assignment).await?, asked_at)
            }
            Question::Certificate(certificate, contractor) => {
                let certificate = self.policy.certificate(certificate).await?;
                reports::of_certificate(certificate, contractor.clone(), asked_at)
            }
        })
    }

    /// What is refused does not concern the work order any more.
    async fn learn(&self, work_order: &WorkOrderId, commands: &[Command]) -> Result<usize, Behind> {
        if commands.is_empty() {
            return Ok(0);
        }
        let causation = format!("catch-up-{work_order}");
        let cause = Cause { actor: Actor::Policy, source: Source::Api, causation, reason: None };
        let answers = self.execute_all(work_order, commands, &cause).await?;
        Ok(answers.iter().filter(|answer| matches!(answer, Ok(Executed::Happened))).count())
    }
}

fn open(state: &State) -> Option<&Coverage> {
    state.coverage().filter(|coverage| coverage.is_open())
}

/// What a work order waits for an answer to.
pub(super) fn open_in(coverage: &Coverage) -> Vec<Question> {
    let session = match &coverage.path {
        Path::Applying { session, quote: Quote { id, .. }, .. } => {
            Some(Question::Session(session.clone(), id.clone()))
        }
        Path::Assigned
        | Path::Enrolled { .. }
        | Path::Scoped(_)
        | Path::Declined { .. }
        | Path::Quoted { .. }
        | Path::Ineligible { .. }
        | Path::Applied { .. }
        | Path::Unassignable { .. }
        | Path::Bound { .. } => None,
    };
    let unheard = |id: &AssignmentId| {
        let evidence = Evidence::Assignment(id.clone());
        coverage.grants.iter().all(|grant| grant.evidence != evidence)
    };
    let current = coverage.assignments.iter().filter(|made| made.fate == Fate::Current);
    let assignments = current.map(|made| &made.id).filter(|id| unheard(id)).cloned();
    // those that were not handed in here are asked about where they were
    let processing = coverage.certificates.iter().filter(|certificate| {
        certificate.document.is_some() && certificate.status() == CertificateStatus::Processing
    });
    let contractor = coverage.path.contractor();
    let certificates = processing.map(|one| Question::Certificate(one.id.clone(), contractor.cloned()));
    session.into_iter().chain(assignments.map(Question::Assignment)).chain(certificates).collect()
}

/// One thing that the vendor does not show is no reason not to ask about the others.
fn or_nothing<T>(read: Result<T, policy::Error>) -> Result<Option<T>, policy::Error> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ policy::Error::Refused { .. }) => {
            tracing::info!(%error, "1099policy does not tell how something stands");
            Ok(None)
        }
        Err(error @ (policy::Error::Unavailable { .. } | policy::Error::UnknownOutcome { .. })) => Err(error),
    }
}
