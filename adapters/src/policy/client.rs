//! The calls that Covertrail makes for an effect, one method each. What it only reads is in `reads.rs`.

use super::answer;
use super::assignment::{self, AssignmentAnswer};
use super::contractor;
use super::error::Error;
use super::multipart;
use super::quote::{self, QuoteAnswer};
use super::request::{
    NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession,
};
use super::session::{self, SessionAnswer};
use super::wire::Wire;
use crate::http::fields::Malformed;
use crate::http::{Content, Failure, Http, Misconfigured, Settings};
use covertrail_domain::id::{CertificateId, ContractorId, InvoiceId, JobId};
use serde_json::json;

/// A connection to 1099Policy, cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: Http,
    wire: Wire,
}

impl Client {
    /// A client for these settings that writes the guide's form; nothing is sent yet.
    pub fn new(settings: &Settings) -> Result<Self, Misconfigured> {
        Http::new(settings).map(|http| Self { http, wire: Wire::Guide })
    }

    /// The same client, writing this form. What it reads is the same.
    #[must_use]
    pub fn speaking(self, wire: Wire) -> Self {
        Self { http: wire.over(self.http), wire }
    }

    /// Makes a worker known as a contractor, or finds the one with the same address, who is the worker too; the key
    /// is `workmarket-worker-<WORKER_ID>` (guide 4.1).
    ///
    /// Refused with `duplicate_email` when it is not beyond doubt who has the address.
    pub async fn create_contractor(&self, key: &str, new: &NewContractor<'_>) -> Result<ContractorId, Error> {
        let content = Content::json(&new.written(self.wire));
        let body = match self.http.post(&["contractors"], key, content).await {
            Ok(body) => body,
            Err(Failure::Refused(refusal)) if refusal.code == "duplicate_email" => {
                return self.contractor_with_email(new).await;
            }
            Err(failure) => return Err(of_person(failure, new)),
        };
        answer::created(&body, ContractorId::parse).map_err(|malformed| Error::unread_outcome(&malformed))
    }

    /// The vendor has no other way to ask than a URL with the address in it; nothing here logs or shows one.
    async fn contractor_with_email(&self, new: &NewContractor<'_>) -> Result<ContractorId, Error> {
        let listed = self.http.get(&["contractors"], &[("email", new.email), ("limit", "100")]).await;
        let body = listed.map_err(|failure| of_person(failure, new))?;
        contractor::with_email_of(new, &body)
    }

    /// Describes the work to be insured (guide 4.2).
    pub async fn create_job(&self, key: &str, new: &NewJob<'_>) -> Result<JobId, Error> {
        let content = Content::json(&new.written(self.wire));
        self.write(&["jobs"], key, content, |body| answer::created(body, JobId::parse)).await
    }

    /// Asks for a price (guide 4.3).
    pub async fn create_quote(&self, key: &str, new: &NewQuote<'_>) -> Result<QuoteAnswer, Error> {
        let content = Content::json(&new.written(self.wire));
        let sent = self.write(&["quotes"], key, content, |body| quote::read(body, new)).await;
        or_outcome(sent, |code, message| quote::outcome_of(code, message, new))
    }

    /// Opens an insurance application for the contractor to fill in (guide 4.4).
    pub async fn open_session(&self, key: &str, new: &NewSession<'_>) -> Result<SessionAnswer, Error> {
        let content = Content::json(&new.written(self.wire));
        let sent = self.write(&["apply", "sessions"], key, content, session::answer).await;
        or_outcome(sent, |code, _| SessionAnswer::of_refusal(code))
    }

    /// Ties cover to the work order's period (guide 4.5). Only [`super::Verdict::Active`] is cover.
    pub async fn create_assignment(
        &self,
        key: &str,
        new: &NewAssignment<'_>,
    ) -> Result<AssignmentAnswer, Error> {
        let content = Content::json(&new.written(self.wire));
        self.write(&["assignments"], key, content, |body| assignment::answer(body, new)).await
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
        let content = multipart::content(new, self.wire);
        self.write(&["files", "certificates"], key, content, |body| {
            answer::created(body, CertificateId::parse)
        })
        .await
    }

    /// Records what a job was paid in the end (guide 4.7).
    pub async fn record_invoice(&self, key: &str, new: &NewInvoice<'_>) -> Result<InvoiceId, Error> {
        let content = Content::json(&new.written());
        self.write(&["invoices"], key, content, |body| answer::created(body, InvoiceId::parse)).await
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

/// A refusal that is an ordinary outcome becomes one.
pub(super) fn or_outcome<T>(
    sent: Result<T, Error>,
    outcome: impl FnOnce(&str, &str) -> Option<T>,
) -> Result<T, Error> {
    sent.or_else(|error| match &error {
        Error::Refused { code, message } => outcome(code, message).ok_or(error),
        Error::Unavailable { .. } | Error::UnknownOutcome { .. } => Err(error),
    })
}

fn of_person(failure: Failure, new: &NewContractor<'_>) -> Error {
    Error::from_failure(failure, &[new.email, new.first_name, new.last_name])
}
