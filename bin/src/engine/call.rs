//! One call to 1099Policy, and the command that its answer becomes.

mod error;
mod on_file;
#[cfg(test)]
mod tests;

use super::Engine;
use crate::clock;
use bytes::Bytes;
use covertrail_adapters::policy::{
    self, NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession,
    QuoteAnswer, Session, SessionAnswer, Verdict, WageType,
};
use covertrail_adapters::workmarket;
use covertrail_domain::coverage::{Action, Call, Command, Cover, Post, Quote, Reported, Round, Terms, Wage};
use covertrail_domain::id::{AssignmentId, ContractorId, DocumentId, JobId, QuoteId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use url::Url;

pub(super) use error::CallError;

/// The code of a quote whose beginning is not to come.
const DATE_PASSED: &str = "effective_date_invalid";

type Answer = Result<Vec<Command>, CallError>;

impl Engine {
    /// Makes the call and says what is to be recorded of its answer.
    pub(super) async fn call(&self, action: &Action) -> Answer {
        let (key, round, order) = (action.idempotency_key(), action.round, &action.work_order);
        match &action.call {
            Call::CreateContractor { worker } => self.create_contractor(&key, round, order, worker).await,
            Call::CreateJob { terms } => self.create_job(&key, round, order, terms).await,
            Call::CreateQuote { post, cover } => self.create_quote(&key, round, order, post, *cover).await,
            Call::OpenApplication { quote } => self.open_application(&key, round, order, quote).await,
            Call::CreateAssignment { post, cover } => {
                self.create_assignment(&key, round, order, post, *cover).await
            }
            Call::CancelAssignment { assignment, job, retries: _ } => {
                self.cancel_assignment(&key, assignment, job).await
            }
            Call::UploadCertificate { contractor, document } => {
                self.upload_certificate(&key, order, contractor, document).await
            }
            Call::RecordInvoice { post, pay, window } => self.record_invoice(&key, post, *pay, *window).await,
        }
    }

    /// A worker is enrolled once; the key alone says so for a day, the log for ever.
    async fn create_contractor(
        &self,
        key: &str,
        round: Round,
        work_order: &WorkOrderId,
        worker: &WorkerId,
    ) -> Answer {
        let known = self.ledger().contractor_of(worker).cloned();
        if let Some(contractor) = known {
            return Ok(vec![Command::RecordContractor { round, contractor }]);
        }
        let worker = self.workmarket.worker(worker, work_order).await?;
        let email = self.mapping.email(&worker);
        let new = NewContractor {
            worker: &worker.id,
            first_name: &worker.first_name,
            last_name: &worker.last_name,
            email: &email,
            country: worker.country.as_deref(),
            region: worker.region.as_deref(),
        };
        let contractor = self.policy.create_contractor(key, &new).await?;
        Ok(vec![Command::RecordContractor { round, contractor }])
    }

    async fn create_job(&self, key: &str, round: Round, work_order: &WorkOrderId, terms: &Terms) -> Answer {
        let unmapped = |unmapped: workmarket::Unmapped| CallError::Blocked(unmapped.to_string());
        let (wage, wage_type) = match terms.wage {
            Wage::FlatFee(cents) => (cents, WageType::FlatFee),
            Wage::Hourly(cents) => (cents, WageType::Hourly),
            Wage::Unit(cents) => (cents, WageType::Unit),
            Wage::Blended(cents) => (cents, WageType::Blended),
        };
        let new = NewJob {
            name: &terms.title,
            description: &terms.description,
            entity: self.mapping.entity(terms.client.as_ref()).map_err(unmapped)?,
            category_code: self.mapping.category_code(&terms.category).map_err(unmapped)?,
            wage,
            wage_type,
            region: terms.region.as_deref(),
            work_order,
        };
        let job = self.policy.create_job(key, &new).await?;
        Ok(vec![Command::RecordJob { round, job }])
    }

    async fn create_quote(
        &self,
        key: &str,
        round: Round,
        work_order: &WorkOrderId,
        post: &Post,
        cover: Cover,
    ) -> Answer {
        if let Some(from) = self.later_start(cover.window)? {
            return Ok(vec![Command::DelayCover { round, from }]);
        }
        let Cover { lines, window } = cover;
        let new = NewQuote { contractor: &post.contractor, job: &post.job, lines, window, work_order };
        let answer = self.policy.create_quote(key, &new).await;
        // its beginning may have passed on the way there
        if matches!(&answer, Err(policy::Error::Refused { code, .. }) if code == DATE_PASSED)
            && let Some(from) = self.later_start(window)?
        {
            return Ok(vec![Command::DelayCover { round, from }]);
        }
        match answer? {
            QuoteAnswer::Quoted { id, window, lines, .. } => {
                let quote = Quote { id, cover: Cover { lines, window } };
                Ok(vec![Command::RecordQuote { round, quote }])
            }
            QuoteAnswer::Declined { message } => {
                Ok(vec![Command::RecordQuoteDeclined { round, reason: message }])
            }
            QuoteAnswer::PolicyOnFile => self.policy_on_file(round, &post.contractor, cover).await,
            QuoteAnswer::StateFundOnly { message } => Err(CallError::Refused(format!(
                "only the state's own fund insures workers' compensation there, so that cover must be shown by a \
                 certificate; 1099policy refused: {message}"
            ))),
        }
    }

    /// Cover is never retroactive, so dates whose beginning is past cannot be asked for. Then the moment from which they
    /// can be is recorded first, and the call that is due after that has them: one key never goes out with two
    /// bodies. Dates are good while they begin at least half the lead from now, and are moved to the whole lead.
    fn later_start(&self, window: Window) -> Result<Option<Timestamp>, CallError> {
        let now = clock::now();
        if window.start() > now.plus(self.start_lead_seconds / 2) {
            return Ok(None);
        }
        let earliest = now.plus(self.start_lead_seconds.max(1));
        if earliest < window.end() {
            return Ok(Some(earliest));
        }
        Err(CallError::Blocked(format!(
            "the work was scheduled until {}, and cover cannot begin before {earliest}: reschedule it in WorkMarket",
            window.end()
        )))
    }

    async fn open_application(
        &self,
        key: &str,
        round: Round,
        work_order: &WorkOrderId,
        quote: &QuoteId,
    ) -> Answer {
        let page = |template: &str| {
            let address = template.replace("{work_order}", work_order.as_str());
            Url::parse(&address)
                .map_err(|error| CallError::Blocked(format!("{address} is no address: {error}")))
        };
        let (success_url, cancel_url) = (page(&self.success_url)?, page(&self.cancel_url)?);
        let new = NewSession { quote, success_url: &success_url, cancel_url: &cancel_url, work_order };
        let mut answer = self.policy.open_session(key, &new).await?;
        if answer == (SessionAnswer::Expired { session: None }) {
            // nothing names the one that is over, so that nothing can be recorded of it: a new one at once
            answer = self.policy.open_session(&format!("{key}-anew"), &new).await?;
        }
        let opened = |session: Session| Command::RecordApplication {
            round,
            session: session.id,
            url: session.url.to_string(),
        };
        Ok(match answer {
            SessionAnswer::Open(session) => vec![opened(session)],
            SessionAnswer::Expired { session: Some(session) } => {
                let over = Command::RecordApplicationExpired { session: session.id.clone() };
                vec![opened(session), over]
            }
            SessionAnswer::Expired { session: None } => {
                return Err(CallError::later("1099policy says of a new application that it is over"));
            }
            SessionAnswer::Complete => vec![Command::RecordApplicationCompleted { quote: quote.clone() }],
        })
    }

    async fn create_assignment(
        &self,
        key: &str,
        round: Round,
        work_order: &WorkOrderId,
        post: &Post,
        cover: Cover,
    ) -> Answer {
        let lines = cover.lines;
        let window = self.assignable(&post.contractor, cover).await?;
        let new = NewAssignment { contractor: &post.contractor, job: &post.job, window, lines, work_order };
        let answer = self.policy.create_assignment(key, &new).await?;
        let declined = match &answer.verdict {
            Verdict::Pending | Verdict::Active => None,
            Verdict::NoPolicy { message } | Verdict::Ineligible { message } => Some(message.as_str()),
            Verdict::Canceled => Some("the assignment is canceled"),
        };
        if let Some(reason) = declined {
            return Ok(vec![Command::RecordAssignmentDeclined { round, reason: reason.to_owned() }]);
        }
        let cover = Cover { lines: answer.lines, window: answer.window };
        let mut commands = vec![Command::RecordAssignment {
            round,
            assignment: answer.id.clone(),
            post: post.clone(),
            policy: answer.policy.clone(),
            cover,
        }];
        if answer.verdict == Verdict::Active {
            commands.push(Command::RecordAssignmentCover {
                assignment: answer.id,
                policy: answer.policy,
                change: Reported::Active { lines: Some(cover.lines), window: Some(cover.window) },
                at: answer.created.unwrap_or_else(clock::now),
            });
        }
        Ok(commands)
    }

    async fn cancel_assignment(&self, key: &str, assignment: &AssignmentId, job: &JobId) -> Answer {
        self.policy.cancel_assignment(key, job, "the work order changed in WorkMarket").await?;
        Ok(vec![Command::RecordAssignmentCanceled { assignment: assignment.clone() }])
    }

    async fn upload_certificate(
        &self,
        key: &str,
        work_order: &WorkOrderId,
        contractor: &ContractorId,
        document: &DocumentId,
    ) -> Answer {
        let bytes = self.documents.read(document).await.map_err(|error| match error {
            // it may lie in the folder of another node, which will find that this is still to be done
            error if self.is_shared => CallError::later(&error.to_string()),
            error => CallError::Blocked(error.to_string()),
        })?;
        let file_name = format!("{document}.pdf");
        let new = NewCertificate { contractor, work_order, file_name: &file_name, bytes: Bytes::from(bytes) };
        let certificate = self.policy.upload_certificate(key, &new).await?;
        Ok(vec![Command::RecordCertificateUploaded { document: document.clone(), certificate }])
    }

    async fn record_invoice(&self, key: &str, post: &Post, pay: Cents, window: Window) -> Answer {
        let (paid_from, paid_until): (Timestamp, Timestamp) = (window.start(), window.end());
        let new = NewInvoice {
            contractor: &post.contractor,
            job: &post.job,
            gross_pay: pay,
            paid_from,
            paid_until,
        };
        let invoice = self.policy.record_invoice(key, &new).await?;
        Ok(vec![Command::RecordInvoice { invoice, pay }])
    }
}
