//! Posts what has ended, some at a time.

use super::span::{Span, request};
use covertrail_adapters::address;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How many may wait to be posted, and how many are posted at once.
const WAITING: usize = 8_192;
const AT_ONCE: usize = 512;
/// How long the first of a request waits for others.
const EVERY: Duration = Duration::from_secs(2);
/// How often a request is tried, and the pause after the first time, longer each time.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn channel() -> (mpsc::Sender<Span>, mpsc::Receiver<Span>) {
    mpsc::channel(WAITING)
}

/// What posts spans to a collector.
pub struct Exporter {
    client: Client,
    url: Url,
    service: String,
    spans: mpsc::Receiver<Span>,
}

impl Exporter {
    pub(super) fn new(
        endpoint: &Url,
        service: &str,
        headers: &str,
        spans: mpsc::Receiver<Span>,
    ) -> Result<Self, String> {
        let mut url = endpoint.clone();
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let client = address::client(&url)
            .timeout(TIMEOUT)
            .default_headers(read(headers)?)
            .user_agent(concat!("covertrail/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Self { client, url, service: service.to_owned(), spans })
    }

    /// Begins to post.
    pub fn start(self) -> Running {
        let (stop, stopped) = oneshot::channel();
        Running { stop, posting: tokio::spawn(self.run(stopped)) }
    }

    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let mut some = Vec::with_capacity(AT_ONCE);
        let mut is_stopped = false;
        while !is_stopped {
            tokio::select! {
                received = self.spans.recv_many(&mut some, AT_ONCE) => is_stopped = received == 0,
                _ = &mut stopped => is_stopped = true,
            }
            if !is_stopped {
                tokio::select! {
                    () = self.fill(&mut some) => {}
                    _ = &mut stopped => is_stopped = true,
                }
            }
            while let Ok(span) = self.spans.try_recv() {
                some.push(span);
                if some.len() >= AT_ONCE {
                    break;
                }
            }
            if !some.is_empty() {
                self.post(&some).await;
                some.clear();
            }
        }
    }

    async fn fill(&mut self, some: &mut Vec<Span>) {
        let filling =
            async { while some.len() < AT_ONCE && self.spans.recv_many(some, AT_ONCE).await > 0 {} };
        // what came until then is posted
        let _ = tokio::time::timeout(EVERY, filling).await;
    }

    async fn post(&self, spans: &[Span]) {
        let body = request(&self.service, spans).to_string();
        for attempt in 1..=ATTEMPTS {
            let sent = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
            let why = match sent.body(body.clone()).send().await {
                Ok(answer) if answer.status().is_success() => return,
                // others would answer so the next time too
                Ok(answer) if !matches!(answer.status().as_u16(), 429 | 502..=504) => {
                    tracing::warn!(status = %answer.status(), spans = spans.len(), "a collector took no spans");
                    return;
                }
                Ok(answer) => answer.status().to_string(),
                Err(error) if error.is_timeout() => "no answer in time".to_owned(),
                Err(_) => "it cannot be reached".to_owned(),
            };
            if attempt == ATTEMPTS {
                tracing::warn!(why, spans = spans.len(), "spans were dropped");
            } else {
                tokio::time::sleep(PAUSE.saturating_mul(attempt)).await;
            }
        }
    }
}

/// `name=value` by commas; a value is never shown.
fn read(headers: &str) -> Result<HeaderMap, String> {
    let pairs = headers.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let header = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let mut value = HeaderValue::from_str(value.trim()).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::from_bytes(name.trim().as_bytes()).ok()?, value))
    };
    pairs
        .map(header)
        .collect::<Option<_>>()
        .ok_or_else(|| format!("{} is malformed: it takes name=value pairs by commas", super::HEADERS))
}

/// What posts spans, until it is shut down.
pub struct Running {
    stop: oneshot::Sender<()>,
    posting: JoinHandle<()>,
}

impl Running {
    /// Posts what is left, so long at most.
    pub async fn shut_down(mut self, grace: Duration) {
        // nobody listens where it has ended by itself
        let _ = self.stop.send(());
        if tokio::time::timeout(grace, &mut self.posting).await.is_err() {
            self.posting.abort();
        }
    }
}
