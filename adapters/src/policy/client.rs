//! The calls that Covertrail makes, one method each.

use super::answer::{self, AssignmentAnswer, QuoteAnswer, Session, SessionState};
use super::error::Error;
use super::multipart;
use super::record::{self, Certificate, PolicyOnFile};
use super::request::{
    NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession,
};
use crate::http::fields::Malformed;
use crate::http::{Content, Http, Misconfigured, Settings};
use covertrail_domain::id::{CertificateId, ContractorId, InvoiceId, JobId, SessionId};
use serde_json::json;

/// A connection to 1099Policy, cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
}

impl Client {
    /// A client for these settings; nothing is sent yet.
    pub fn new(settings: &Settings) -> Result<Self, Misconfigured> {
        Http::new(settings).map(|http| Self { http })
    }

    /// Asks for one contractor, to learn whether the vendor is there and takes our key.
    pub async fn check(&self) -> Result<(), Error> {
        self.read(&["contractors"], &[("limit", "1")], |body| answer::list(body).map(drop)).await
    }

    /// Makes a worker known as a contractor; the key is `workmarket-worker-<WORKER_ID>` (guide 4.1).
    ///
    /// Refused with `duplicate_email` when another contractor has the address.
    pub async fn create_contractor(&self, key: &str, new: &NewContractor<'_>) -> Result<ContractorId, Error> {
        let personal = [new.email, new.first_name, new.last_name];
        let content = Content::json(&new.body());
        let sent = self.http.post(&["contractors"], key, content).await;
        let body = sent.map_err(|failure| Error::from_failure(failure, &personal))?;
        answer::created(&body, ContractorId::parse).map_err(|malformed| Error::unread_outcome(&malformed))
    }

    /// Describes the work to be insured (guide 4.2).
    pub async fn create_job(&self, key: &str, new: &NewJob<'_>) -> Result<JobId, Error> {
        let content = Content::json(&new.body());
        self.write(&["jobs"], key, content, |body| answer::created(body, JobId::parse)).await
    }

    /// Asks for a price (guide 4.3).
    pub async fn create_quote(&self, key: &str, new: &NewQuote<'_>) -> Result<QuoteAnswer, Error> {
        let content = Content::json(&new.body());
        let sent = self.write(&["quotes"], key, content, |body| answer::quote(body, new)).await;
        match sent {
            Err(Error::Refused { code, .. }) if answer::is_policy_on_file(&code) => {
                Ok(QuoteAnswer::PolicyOnFile)
            }
            Ok(_) | Err(_) => sent,
        }
    }

    /// The policies of a contractor, newest first.
    pub async fn policies_of(&self, contractor: &ContractorId) -> Result<Vec<PolicyOnFile>, Error> {
        let path = ["contractors", contractor.as_str(), "policies"];
        self.read(&path, &[("limit", "100")], record::policies).await
    }

    /// Opens an insurance application for the contractor to fill in (guide 4.4).
    pub async fn open_session(&self, key: &str, new: &NewSession<'_>) -> Result<Session, Error> {
        let content = Content::json(&new.body());
        self.write(&["apply", "sessions"], key, content, answer::session).await
    }

    /// How far an insurance application has come.
    pub async fn session(&self, id: &SessionId) -> Result<SessionState, Error> {
        self.read(&["apply", "sessions", id.as_str()], &[], answer::session_state).await
    }

    /// Ties cover to the work order's period (guide 4.5). Only [`super::Verdict::Active`] is cover.
    pub async fn create_assignment(
        &self,
        key: &str,
        new: &NewAssignment<'_>,
    ) -> Result<AssignmentAnswer, Error> {
        let content = Content::json(&new.body());
        self.write(&["assignments"], key, content, |body| answer::assignment(body, new)).await
    }

    /// Cancels a job's assignment, which the vendor allows until it has started.
    pub async fn cancel_assignment(&self, key: &str, job: &JobId, reason: &str) -> Result<(), Error> {
        let content = Content::json(&json!({ "job_id": job.as_str(), "reason": reason }));
        self.write(&["assignments", "cancel"], key, content, |_| Ok(())).await
    }

    /// Hands in a contractor's own certificate, to be checked there (guide 4.6).
    pub async fn upload_certificate(
        &self,
        key: &str,
        new: &NewCertificate<'_>,
    ) -> Result<CertificateId, Error> {
        let content = multipart::content(new);
        self.write(&["files", "certificates"], key, content, |body| {
            answer::created(body, CertificateId::parse)
        })
        .await
    }

    /// What has become of a certificate.
    pub async fn certificate(&self, id: &CertificateId) -> Result<Certificate, Error> {
        self.read(&["files", "certificates", id.as_str()], &[], record::certificate).await
    }

    /// Records what a job was paid in the end (guide 4.7).
    pub async fn record_invoice(&self, key: &str, new: &NewInvoice<'_>) -> Result<InvoiceId, Error> {
        let content = Content::json(&new.body());
        self.write(&["invoices"], key, content, |body| answer::created(body, InvoiceId::parse)).await
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

    async fn write<T>(
        &self,
        path: &[&str],
        key: &str,
        content: Content,
        read: impl FnOnce(&[u8]) -> Result<T, Malformed>,
    ) -> Result<T, Error> {
        let sent = self.http.post(path, key, content).await;
        let body = sent.map_err(|failure| Error::from_failure(failure, &[]))?;
        read(&body).map_err(|malformed| Error::unread_outcome(&malformed))
    }
}
