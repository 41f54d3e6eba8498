//! Catching up with 1099Policy: what its webhooks did not bring here, for whatever reason, is asked for at the start and
//! every now and then.
//!
//! First the list of what happened ([`events`]), which says everything; then how things stand that somebody waits for
//! ([`objects`]), for what no list says any more. Both go the way of every delivery and answer: asking once too often
//! adds nothing.

mod events;
mod objects;
mod reports;
#[cfg(test)]
mod tests;

use super::{Engine, ExecuteError};
use covertrail_adapters::policy;
use covertrail_adapters::store::{AppendError, BadName, ReadError};
use std::sync::Arc;
use std::time::Duration;

/// Between two looks at whether the log has been read.
const PAUSE: Duration = Duration::from_millis(50);
/// How long events that are kept are given to be worked through before how things stand is asked.
const HEARD: Duration = Duration::from_secs(2);
/// When it is tried again after the vendor could not be asked.
const SOON: Duration = Duration::from_mins(1);

/// Why the vendor could not be asked to the end, or what it told not be kept. It is asked again.
#[derive(Debug, thiserror::Error)]
enum Behind {
    #[error(transparent)]
    Policy(#[from] policy::Error),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error(transparent)]
    Unnamable(#[from] BadName),
}

impl Engine {
    /// Catches up again and again.
    pub(super) async fn catch_up_always(self: Arc<Self>) {
        while !self.is_caught_up() {
            tokio::time::sleep(PAUSE).await;
        }
        let mut mark = None;
        loop {
            let events = self.catch_up_with_events(&mut mark).await;
            if matches!(events, Ok(1..)) {
                // what they say is recorded meanwhile, and then no news any more
                tokio::time::sleep(HEARD).await;
            }
            let events = told(events, "events that no webhook brought");
            let objects = told(self.catch_up_with_objects().await, "changes that no event told");
            let soon = if events && objects { self.catch_up } else { SOON };
            tokio::time::sleep(soon.min(self.catch_up)).await;
        }
    }
}

/// Whether it was done, as far as the vendor lets it be.
fn told(caught_up: Result<usize, Behind>, with: &str) -> bool {
    match caught_up {
        Ok(0) => {
            tracing::debug!(found = 0, with, "caught up with 1099policy");
            true
        }
        Ok(found) => {
            tracing::info!(found, with, "caught up with 1099policy");
            true
        }
        Err(error) => {
            tracing::warn!(%error, with, "1099policy could not be caught up with");
            matches!(error, Behind::Policy(policy::Error::Refused { .. }))
        }
    }
}
