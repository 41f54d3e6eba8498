//! `covertrail retry`: what is blocked is tried again.

use super::Failure;
use super::ask::{Ask, with_json};
use clap::Args;
use covertrail_domain::id::WorkOrderId;
use serde_json::json;

/// Have a work order's blocked steps tried again, once what blocked them is mended
#[derive(Debug, Args)]
#[command(after_help = "\
The running `serve` is asked, in the name of the person whose token COVERTRAIL_TOKEN holds. `covertrail status` \
shows what is blocked and why.\n\n\
Example:\n  covertrail retry 12345 --reason \"the category is mapped now\"")]
pub(crate) struct Retry {
    /// Which work order, by WorkMarket's id
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: WorkOrderId,
    /// Why, for whoever audits it
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    ask: Ask,
}

impl Retry {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let again = json!({ "reason": self.reason });
        self.ask.post(&self.work_order, "retry", |request| with_json(request, again.to_string())).await
    }
}
