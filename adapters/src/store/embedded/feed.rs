use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::error::Refusal;
use super::page::{self, Detail, Page, Span};
use super::readers::Readers;
use crate::store::{Category, Feed, ReadError, Update};

/// The most events of one update.
const PAGE: usize = 1024;

/// How often a log that another process writes to is looked at.
const POLL: Duration = Duration::from_millis(100);

/// How a reader learns of new events.
#[derive(Clone)]
pub(super) enum Pulse {
    /// The writer is in this process and says how far it got.
    Told(watch::Receiver<u64>),
    /// The writer is elsewhere: look now and then.
    Looking,
}

/// A subscription to the embedded log. It pulls: it knows how far it has looked, and reads from there to the
/// head, so there is no seam between what was there and what comes.
pub(super) struct LogFeed {
    pub(super) readers: Arc<Readers>,
    pub(super) pulse: Pulse,
    pub(super) category: Option<Category>,
    /// Everything up to here has been yielded, or is of other categories.
    pub(super) seen: u64,
    /// So far the log is known to go.
    pub(super) head: u64,
    pub(super) live: bool,
    /// The next page, read while the caller works on this one.
    pub(super) ahead: Option<JoinHandle<Result<Page, ReadError>>>,
}

#[async_trait]
impl Feed for LogFeed {
    async fn next(&mut self) -> Result<Update, ReadError> {
        loop {
            if self.ahead.is_none() {
                if self.head <= self.seen {
                    self.head = self.pulse.head(&self.readers).await?;
                }
                self.read_ahead();
            }
            if let Some(ahead) = &mut self.ahead {
                let page = ahead.await;
                self.ahead = None;
                let page = page.map_err(|error| ReadError::Unavailable(Arc::new(error)))??;
                self.seen = page.seen;
                self.head = self.pulse.told().unwrap_or(self.head);
                self.read_ahead();
                if !page.batch.is_empty() {
                    return Ok(Update::Events(page.batch));
                }
            } else if self.live {
                self.pulse.beyond(self.seen, &self.readers).await?;
            } else {
                self.live = true;
                return Ok(Update::CaughtUp);
            }
        }
    }
}

impl LogFeed {
    fn read_ahead(&mut self) {
        if self.seen < self.head {
            let (after, category) = (self.seen, self.category.clone());
            let span = Span { after, upto: self.head, category, limit: PAGE, detail: Detail::Whole };
            let readers = Arc::clone(&self.readers);
            self.ahead = Some(tokio::spawn(async move {
                readers.read(move |connection| page::of_log(connection, &span)).await
            }));
        }
    }
}

impl Pulse {
    /// The position of the newest event, 0 in an empty log.
    pub(super) async fn head(&self, readers: &Arc<Readers>) -> Result<u64, ReadError> {
        match self.told() {
            Some(head) => Ok(head),
            None => readers.read(page::last_position).await,
        }
    }

    /// The same where it is known without a look into the file.
    pub(super) fn told(&self) -> Option<u64> {
        match self {
            Self::Told(head) => Some(*head.borrow()),
            Self::Looking => None,
        }
    }

    /// Waits until the log goes on beyond a position.
    async fn beyond(&mut self, position: u64, readers: &Arc<Readers>) -> Result<(), ReadError> {
        match self {
            Self::Told(head) => {
                head.wait_for(|head| *head > position).await.map_err(|_| Refusal::Closed)?;
            }
            Self::Looking => {
                while readers.read(page::last_position).await? <= position {
                    tokio::time::sleep(POLL).await;
                }
            }
        }
        Ok(())
    }
}
