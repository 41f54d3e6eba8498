//! `covertrail waive`: an exception that a person answers for.

use super::Failure;
use super::ask::{Ask, with_json};
use super::until::seconds;
use clap::Args;
use covertrail_domain::id::WorkOrderId;
use serde_json::json;

/// Let a work order go on without cover until a moment; it is shown as waived, never as insured
#[derive(Debug, Args)]
#[command(after_help = "\
The running `serve` is asked, in the name of the person whose token COVERTRAIL_TOKEN holds.\n\n\
Example:\n  covertrail waive 12345 --until 2026-12-01 --reason \"the client accepts the risk in writing\"")]
pub(crate) struct Waive {
    /// Which work order, by WorkMarket's id
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: WorkOrderId,
    /// The day or moment at which it ends
    #[arg(long, value_parser = seconds, value_name = "TIME")]
    until: i64,
    /// Why, for whoever audits it
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    ask: Ask,
}

impl Waive {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let waiver = json!({ "reason": self.reason, "until": self.until }).to_string();
        self.ask.post(&self.work_order, "waive", |request| with_json(request, waiver)).await
    }
}
