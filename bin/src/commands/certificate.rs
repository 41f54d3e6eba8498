//! `covertrail certificate`: a contractor's own certificate, handed in and judged.

use super::Failure;
use super::ask::{Ask, with_json};
use super::until::seconds;
use clap::{Args, Subcommand};
use covertrail_domain::id::{CertificateId, WorkOrderId};
use covertrail_files::Links;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Hand in a contractor's own certificate of insurance, approve or deny one
#[derive(Debug, Args)]
#[command(after_help = "\
The running `serve` is asked, in the name of the person whose token COVERTRAIL_TOKEN holds.\n\n\
Examples:\n  covertrail certificate submit 12345 coi.pdf\n  \
covertrail certificate approve 12345 ci_8fK2 --reason \"the holder is our parent company\"\n  \
covertrail certificate approve 12345 ci_8fK2 --reason \"read by hand\" --lines general --from 2026-01-01 --to 2027-01-01\n  \
covertrail certificate deny 12345 ci_8fK2 --reason \"expired\"")]
pub(crate) struct Certificate {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Hand in a PDF of at most 15 MB for a work order; 1099Policy checks it
    Submit {
        /// Which work order, by WorkMarket's id
        #[arg(value_parser = WorkOrderId::parse)]
        work_order: WorkOrderId,
        /// The certificate
        file: PathBuf,
        #[command(flatten)]
        ask: Ask,
    },
    /// Approve a certificate that was flagged, or one whose check gave no answer
    Approve {
        #[command(flatten)]
        judged: Judged,
        /// The lines that it covers, by commas, where 1099Policy did not read them
        #[arg(long, value_delimiter = ',', requires_all = ["from", "to"])]
        lines: Option<Vec<String>>,
        /// The day or moment its cover begins, where 1099Policy did not read it
        #[arg(long, value_parser = seconds, requires_all = ["lines", "to"])]
        from: Option<i64>,
        /// The day or moment its cover ends, where 1099Policy did not read it
        #[arg(long, value_parser = seconds, requires_all = ["lines", "from"])]
        to: Option<i64>,
    },
    /// Deny a certificate
    Deny {
        #[command(flatten)]
        judged: Judged,
    },
}

#[derive(Debug, Args)]
struct Judged {
    /// Which work order, by WorkMarket's id
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: WorkOrderId,
    /// Which certificate, by 1099Policy's id; `covertrail status WORK_ORDER` shows it
    #[arg(value_parser = CertificateId::parse)]
    certificate: CertificateId,
    /// Why, for whoever audits it
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    ask: Ask,
}

impl Certificate {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Submit { work_order, file, ask } => {
                let form = Form::new().part("certificate", part(&file)?);
                ask.post(&work_order, "certificates", |request| request.multipart(form)).await
            }
            What::Approve { judged, lines, from, to } => {
                let review = json!({
                    "certificate": judged.certificate.as_str(), "decision": "approve", "reason": judged.reason,
                    "lines": lines, "start": from, "end": to,
                });
                judged
                    .ask
                    .post(&judged.work_order, "review", |request| with_json(request, review.to_string()))
                    .await
            }
            What::Deny { judged } => {
                let certificate = judged.certificate.as_str();
                let review =
                    json!({ "certificate": certificate, "decision": "deny", "reason": judged.reason });
                judged
                    .ask
                    .post(&judged.work_order, "review", |request| with_json(request, review.to_string()))
                    .await
            }
        }
    }
}

/// The largest file that is sent (64 MiB): the server says what is too large for 1099Policy.
const MOST_BYTES: u64 = 64 << 20;

/// The file as it is; the server says what is wrong with it. Its name is not sent: it may be a person's.
fn part(file: &Path) -> Result<Part, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Failed(format!("{}: {why}", file.display()));
    let bytes = covertrail_files::read(file, Links::Follow, MOST_BYTES)
        .map_err(|error| Failure::Failed(error.to_string()))?;
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let part = Part::bytes(bytes).file_name(format!("certificate.{extension}"));
    part.mime_str("application/pdf").map_err(|error| failed(&error))
}
