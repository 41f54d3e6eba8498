//! Four eyes: where the configuration asks for it, nobody approves a certificate that they handed in themselves.
//!
//! Who handed it in is read from the log, on every work order that knows the certificate: approving it for another work
//! order of the same contractor is approving it. Names that differ in capitals only are the same person, whichever of
//! their tokens they use.

use super::Shared;
use crate::config::folded;
use crate::engine::{COVERAGE, Engine};
use crate::views::{ReadModels, Trouble};
use covertrail_adapters::schema::{self, Actor, Envelope};
use covertrail_domain::coverage::{Command, Event, Ruling};
use covertrail_domain::id::{CertificateId, DocumentId, PersonId, WorkOrderId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is said, and recorded, where it is refused. It names nobody: the record says whose request it was.
pub(super) const REASON: &str =
    "who handed in a certificate does not approve it (four eyes): somebody else must";

/// The rule, with what it needs to know.
#[derive(Clone)]
pub(super) struct FourEyes {
    is_required: bool,
    engine: Arc<Engine>,
    models: Arc<ReadModels>,
}

impl FourEyes {
    pub(super) fn new(shared: &Shared) -> Self {
        Self {
            is_required: shared.people.four_eyes,
            engine: Arc::clone(&shared.engine),
            models: Arc::clone(&shared.models),
        }
    }

    /// Whether the rule refuses a person's command.
    pub(super) async fn refuses(&self, person: &PersonId, command: &Command) -> Result<bool, Trouble> {
        let Command::Review { certificate, decision: Ruling::Approve { .. }, .. } = command else {
            return Ok(false);
        };
        self.keeps_from_approving(person, certificate).await
    }

    /// Whether a person may not approve a certificate because they handed it in.
    pub(super) async fn keeps_from_approving(
        &self,
        person: &PersonId,
        certificate: &CertificateId,
    ) -> Result<bool, Trouble> {
        if !self.is_required {
            return Ok(false);
        }
        let sources = self.engine.sources_of(certificate);
        let documents: BTreeSet<&DocumentId> =
            sources.iter().filter_map(|(_, document)| document.as_ref()).collect();
        for (work_order, _) in &sources {
            if self.handed_in(person, work_order, &documents).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a person handed in one of these documents for a work order.
    async fn handed_in(
        &self,
        person: &PersonId,
        work_order: &WorkOrderId,
        documents: &BTreeSet<&DocumentId>,
    ) -> Result<bool, Trouble> {
        let mut theirs = false;
        let stream = format!("{COVERAGE}-{work_order}");
        let reading = self.models.events_of(&stream, |recorded| {
            let Ok(Event::CertificateSubmitted { document }) = schema::decode(recorded.kind, recorded.data)
            else {
                return;
            };
            let Ok(Envelope { actor: Actor::Person(name), .. }) = Envelope::decode(recorded.metadata) else {
                return;
            };
            theirs |= documents.contains(&document) && folded(&name) == folded(person);
        });
        reading.await?;
        Ok(theirs)
    }
}
