//! One request until it is answered, refused, or given up: every attempt with the same key and bytes.

use super::answer::{Attempt, Miss, read};
use super::content::Content;
use super::gate::Gate;
use super::refusal::Refusal;
use super::retry::Retry;
use super::settings::{Misconfigured, Settings, bearer};
use crate::secret::Secret;
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use url::Url;

/// The header by which a vendor knows a request it has already carried out, unless it has another name for it.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A connection to one vendor, cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
    bearer: HeaderValue,
    dialect: Arc<Dialect>,
    retry: Retry,
    gate: Arc<Gate>,
}

/// The headers by which one vendor's requests differ from another's.
#[derive(Debug, Clone)]
struct Dialect {
    /// What every request carries beside the bearer.
    headers: HeaderMap,
    /// The name of the header of the key.
    key: HeaderName,
}

/// How a request ended without an answer to work with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A definite no.
    Refused(Refusal),
    /// Nothing was done there; later it may be.
    Unavailable { reason: String, retry_after: Option<Duration> },
    /// It may have been done. Never said of a request that only reads.
    UnknownOutcome { reason: String },
}

impl Http {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Misconfigured> {
        let json = HeaderValue::from_static("application/json");
        Ok(Self {
            client: settings.client()?,
            base: settings.base_url.clone(),
            bearer: bearer(&settings.api_key)?,
            dialect: Arc::new(Dialect {
                headers: HeaderMap::from_iter([(ACCEPT, json)]),
                key: IDEMPOTENCY_KEY,
            }),
            retry: settings.retry(),
            gate: Arc::new(Gate::new(settings.limits)),
        })
    }

    /// The same, with the vendor's own name for the header of the key.
    pub(crate) fn with_key_header(mut self, name: &'static str) -> Self {
        Arc::make_mut(&mut self.dialect).key = HeaderName::from_static(name);
        self
    }

    /// The same, with one more header in every request.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        let headers = &mut Arc::make_mut(&mut self.dialect).headers;
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// Reads the resource at the path. The query is never logged here, but others on the way may log it.
    pub(crate) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Bytes, Failure> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let bearer = Some(self.bearer.clone());
        self.send(&Request { method: Method::GET, url, bearer, key: None, content: None }).await
    }

    /// Asks for an effect that the vendor brings about at most once for the key.
    pub(crate) async fn post(&self, path: &[&str], key: &str, content: Content) -> Result<Bytes, Failure> {
        let (url, bearer, key) = (self.url(path)?, Some(self.bearer.clone()), Some(header_safe(key)));
        self.send(&Request { method: Method::POST, url, bearer, key, content: Some(content) }).await
    }

    /// Asks with a body for what may be asked for any number of times, such as a token. The bearer stays here.
    pub(crate) async fn exchange(&self, path: &[&str], content: Content) -> Result<Bytes, Failure> {
        let url = self.url(path)?;
        let content = Some(content);
        self.send(&Request { method: Method::POST, url, bearer: None, key: None, content }).await
    }

    /// The same connection with another bearer.
    pub(crate) fn bearing(&self, key: &Secret) -> Result<Self, Misconfigured> {
        Ok(Self { bearer: bearer(key)?, ..self.clone() })
    }

    fn url(&self, path: &[&str]) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        // A dot segment would be dropped, and the request would reach another resource than the one named.
        let plain = path.iter().all(|segment| !matches!(*segment, "." | ".."));
        match url.path_segments_mut() {
            Ok(mut segments) if plain => {
                segments.pop_if_empty().extend(path);
            }
            Ok(_) | Err(()) => return Err(Failure::Refused(Refusal::unaddressable())),
        }
        Ok(url)
    }

    async fn send(&self, request: &Request) -> Result<Bytes, Failure> {
        let mut may_be_done = false;
        let mut attempt = 1;
        loop {
            let miss = match self.attempt(request, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Refused(refusal)) => return Err(Failure::Refused(refusal)),
                Err(Attempt::Missed(miss)) => miss,
                Err(Attempt::LeftAlone(_)) if may_be_done => {
                    return Err(Failure::UnknownOutcome { reason: LEFT_ALONE.to_owned() });
                }
                Err(Attempt::LeftAlone(left)) => {
                    let reason = LEFT_ALONE.to_owned();
                    return Err(Failure::Unavailable { reason, retry_after: Some(left) });
                }
            };
            // One lost answer is enough: no later 503 takes back what may have happened by then.
            may_be_done |= miss.may_be_done && request.key.is_some();
            match self.retry.pause(attempt, miss.retry_after) {
                Some(pause) => sleep(pause).await,
                None if may_be_done => return Err(Failure::UnknownOutcome { reason: miss.reason }),
                None => {
                    return Err(Failure::Unavailable { reason: miss.reason, retry_after: miss.retry_after });
                }
            }
            attempt = attempt.saturating_add(1);
        }
    }

    async fn attempt(&self, request: &Request, attempt: u32) -> Result<Bytes, Attempt> {
        let turn = self.gate.enter().await.map_err(Attempt::LeftAlone)?;
        let span = tracing::info_span!(
            target: crate::SPANS, "request", otel.kind = "client",
            http.request.method = %request.method, server.address = self.base.host_str(), url.path = request.url.path(),
            key = request.key.as_deref(), attempt, http.response.status_code = Empty, error = Empty
        );
        let ended = self.made(request, attempt).instrument(span.clone()).await;
        match &ended {
            Err(Attempt::Missed(miss)) => drop(span.record("error", miss.reason.as_str())),
            Err(Attempt::Refused(_)) => drop(span.record("error", "refused")),
            Ok(_) | Err(Attempt::LeftAlone(_)) => {}
        }
        match &ended {
            Err(Attempt::Missed(miss)) if miss.is_down => turn.pass.failed(Instant::now()),
            Ok(_) | Err(Attempt::Missed(_) | Attempt::Refused(_) | Attempt::LeftAlone(_)) => {
                turn.pass.answered();
            }
        }
        ended
    }

    async fn made(&self, request: &Request, attempt: u32) -> Result<Bytes, Attempt> {
        let started = Instant::now();
        let mut builder = self.client.request(request.method.clone(), request.url.clone());
        builder = builder.headers(self.dialect.headers.clone());
        if let Some(bearer) = &request.bearer {
            builder = builder.header(AUTHORIZATION, bearer.clone());
        }
        if let Some(key) = &request.key {
            builder = builder.header(&self.dialect.key, key);
        }
        if let Some(content) = &request.content {
            builder = builder.header(CONTENT_TYPE, &content.media_type).body(content.bytes.clone());
        }
        let answered = builder.send().await;
        if let Ok(answer) = &answered {
            Span::current().record("http.response.status_code", answer.status().as_u16());
        }
        tracing::debug!(
            method = %request.method,
            path = request.url.path(),
            key = request.key.as_deref(),
            attempt,
            status = answered.as_ref().ok().map(|response| response.status().as_u16()),
            elapsed = ?started.elapsed(),
            "request sent"
        );
        read(answered.map_err(|error| Attempt::Missed(Miss::unanswered(&error)))?).await
    }
}

/// One request, the same in every attempt.
struct Request {
    method: Method,
    url: Url,
    bearer: Option<HeaderValue>,
    /// Under which the vendor does it at most once; nothing where doing it again changes nothing.
    key: Option<String>,
    content: Option<Content>,
}

const LEFT_ALONE: &str = "it failed time after time and is left alone for a while";

/// An id may hold any printable character and a header only ASCII: the rest is percent-encoded, so that
/// different keys stay different.
fn header_safe(key: &str) -> String {
    key.bytes().fold(String::with_capacity(key.len()), |mut safe, byte| {
        match char::from(byte) {
            plain if plain.is_ascii_graphic() && plain != '%' => safe.push(plain),
            // Writing to a string cannot fail.
            _ => {
                let _ = write!(safe, "%{byte:02X}");
            }
        }
        safe
    })
}
