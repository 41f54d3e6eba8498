//! One event, posted once.

use super::sign::Keys;
use crate::clock;
use crate::config::Subscriber;
use covertrail_adapters::address;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use std::time::Duration;

/// How much of an answer is read, in bytes, so that its connection can be used again. What it says is not looked at.
const MAX_ANSWER: usize = 64 << 10;

/// What posts to one subscriber.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client,
    url: Url,
    keys: Keys,
}

/// Why an event was not taken. Neither the address nor what was answered is told: either may open doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Untaken {
    pub(super) why: String,
    /// How long the receiver asked to be left alone.
    pub(super) pause: Option<Duration>,
    /// Whether it said that it will never take it.
    pub(super) is_for_good: bool,
}

impl Untaken {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), pause: None, is_for_good: false }
    }
}

impl Sender {
    pub(super) fn new(settings: &Subscriber, keys: Keys) -> Result<Self, String> {
        let client = address::client(&settings.url)
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout.min(Duration::from_secs(5)))
            .user_agent(concat!("covertrail/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Self { client, url: settings.url.clone(), keys })
    }

    /// Posts it; any 2xx takes it.
    pub(super) async fn send(&self, id: &str, body: String) -> Result<(), Untaken> {
        let timestamp = clock::now().unix();
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", self.keys.sign(id, timestamp, body.as_bytes()))
            .body(body);
        let mut answer = request.send().await.map_err(|error| unsent(&error))?;
        let (status, pause) = (answer.status(), asked(&answer));
        read_away(&mut answer).await;
        if status.is_success() {
            Ok(())
        } else {
            Err(Untaken {
                why: format!("it answered {status}"),
                pause,
                is_for_good: status == StatusCode::GONE,
            })
        }
    }
}

fn unsent(error: &reqwest::Error) -> Untaken {
    Untaken::because(if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "it cannot be reached"
    } else {
        "the connection broke off"
    })
}

fn asked(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn read_away(answer: &mut Response) {
    let mut read = 0_usize;
    while let Ok(Some(part)) = answer.chunk().await {
        read = read.saturating_add(part.len());
        if read > MAX_ANSWER {
            return;
        }
    }
}
