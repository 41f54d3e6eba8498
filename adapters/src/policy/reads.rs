//! What Covertrail reads at 1099Policy: how things stand there, and what happened.

use super::answer;
use super::assignment::{self, Assignment};
use super::client::{Client, or_outcome};
use super::error::Error;
use super::event::{self, PastEvent};
use super::record::{self, Certificate, PolicyOnFile};
use super::session::{self, SessionState};
use crate::http::fields::Malformed;
use covertrail_domain::id::{AssignmentId, CertificateId, ContractorId, PolicyId, QuoteId, SessionId};

/// As many of a list as the vendor gives at once.
const MOST: (&str, &str) = ("limit", "100");

impl Client {
    /// Asks for one contractor, to learn whether the vendor is there and takes our key.
    pub async fn check(&self) -> Result<(), Error> {
        self.read(&["contractors"], &[("limit", "1")], |body| answer::list(body).map(drop)).await
    }

    /// What happened before the event of this id, or most lately, newest first: about 20 events, none once there are
    /// no more.
    pub async fn events(&self, before: Option<&str>) -> Result<Vec<PastEvent>, Error> {
        let query: Vec<_> = [MOST].into_iter().chain(before.map(|id| ("starting_after", id))).collect();
        self.read(&["events"], &query, event::page).await
    }

    /// A policy as it stands.
    pub async fn policy(&self, id: &PolicyId) -> Result<PolicyOnFile, Error> {
        self.read(&["policies", id.as_str()], &[], record::policy).await
    }

    /// The policies of a contractor, newest first.
    pub async fn policies_of(&self, contractor: &ContractorId) -> Result<Vec<PolicyOnFile>, Error> {
        let path = ["contractors", contractor.as_str(), "policies"];
        self.read(&path, &[MOST], record::policies).await
    }

    /// The policies that were applied for with a quote, newest first.
    pub async fn policies_from(&self, quote: &QuoteId) -> Result<Vec<PolicyOnFile>, Error> {
        self.read(&["policies"], &[("quote", quote.as_str()), MOST], record::policies).await
    }

    /// How far an insurance application has come.
    pub async fn session(&self, id: &SessionId) -> Result<SessionState, Error> {
        let read = self.read(&["apply", "sessions", id.as_str()], &[], session::state).await;
        or_outcome(read, |code, _| SessionState::of_refusal(code))
    }

    /// An assignment as it stands.
    pub async fn assignment(&self, id: &AssignmentId) -> Result<Assignment, Error> {
        self.read(&["assignments", id.as_str()], &[], assignment::read).await
    }

    /// What has become of a certificate.
    pub async fn certificate(&self, id: &CertificateId) -> Result<Certificate, Error> {
        self.read(&["files", "certificates", id.as_str()], &[], record::certificate).await
    }

    async fn read<T>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        read: impl FnOnce(&[u8]) -> Result<T, Malformed>,
    ) -> Result<T, Error> {
        let body = self.http.get(path, query).await.map_err(|failure| Error::from_failure(failure, &[]))?;
        read(&body).map_err(|malformed| Error::unread(&malformed))
    }
}
