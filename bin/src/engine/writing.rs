//! Whether the event log takes what is written to it. A full disk is the operator's to mend, so that is said once
//! and in words that help; until then nothing is acknowledged, and so nothing is lost.

use super::Engine;
use covertrail_adapters::store::AppendError;
use std::error::Error;
use tokio::sync::watch;

/// What there is to tell of a log that cannot be written to; nothing while it can.
pub(super) type Trouble = watch::Sender<Option<String>>;

impl Engine {
    /// Waits until the log cannot be written to; answers what to tell of it.
    pub async fn unwritable(&self) -> String {
        let mut trouble = self.trouble.subscribe();
        let told = trouble.wait_for(Option::is_some).await;
        told.ok().and_then(|told| told.clone()).unwrap_or_default()
    }

    /// The log did not take an append.
    pub(crate) fn not_written(&self, error: &AppendError) {
        let (AppendError::Unavailable(cause) | AppendError::OutcomeUnknown(cause)) = error else { return };
        let to_do = if self.is_shared { "see to its server" } else { "make room if its disk is full" };
        let told = format!(
            "the event log {} cannot be written to ({}): {to_do}. Nothing that was acknowledged \
             is lost; webhooks are answered 503, which has the vendors send them again, and all goes on by itself",
            self.log,
            with_causes(cause)
        );
        let is_new =
            |trouble: &mut Option<String>| trouble.is_none() && trouble.replace(told.clone()).is_none();
        if self.trouble.send_if_modified(is_new) {
            tracing::error!("{told}");
        }
    }

    /// The log took an append.
    pub(crate) fn written(&self) {
        let was_not = self.trouble.borrow().is_some();
        if was_not && self.trouble.send_if_modified(|trouble| trouble.take().is_some()) {
            tracing::info!(log = self.log, "the event log can be written to again");
        }
    }
}

/// An error with everything that led to it.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_told = cause.to_string();
        if !told.contains(&cause_told) {
            told = format!("{told}: {cause_told}");
        }
        source = cause.source();
    }
    told
}
