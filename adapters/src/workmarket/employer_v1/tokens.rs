//! The access token: got for the account's token and secret, kept, and got anew when it is no longer taken. Whoever
//! needs one while it is being got waits for that one.

use super::envelope::{self, Opened, Unopened};
use crate::http::fields::{Fields, Malformed};
use crate::http::{Content, Failure, Http, Misconfigured, value};
use crate::secret::Secret;
use crate::workmarket::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

#[derive(Debug)]
pub(super) struct Tokens {
    http: Http,
    token: Secret,
    secret: Secret,
    /// How many exchanges have ended.
    ended: AtomicU64,
    /// What the last one came to.
    last: Mutex<Option<Result<Session, Error>>>,
}

/// The connection with an access token.
#[derive(Debug, Clone)]
pub(super) struct Session {
    http: Http,
    /// Which exchange it came from.
    number: u64,
}

impl Session {
    pub(super) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Opened, Unopened> {
        envelope::open(&self.http.get(path, query).await.map_err(Unopened::Failed)?)
    }
}

impl Tokens {
    pub(super) fn new(http: Http, token: Secret, secret: Secret) -> Result<Self, Misconfigured> {
        if secret.expose().is_empty() {
            return Err(Misconfigured::UnusableKey);
        }
        Ok(Self { http, token, secret, ended: AtomicU64::new(0), last: Mutex::new(None) })
    }

    /// The session there is, or a first one.
    pub(super) async fn current(&self) -> Result<Session, Error> {
        self.after(0).await
    }

    /// A later session than one whose access token was refused.
    pub(super) async fn renewed(&self, refused: &Session) -> Result<Session, Error> {
        self.after(refused.number).await
    }

    /// A session of a later exchange than the one of that number.
    async fn after(&self, number: u64) -> Result<Session, Error> {
        let seen = self.ended.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let ended = self.ended.load(Ordering::Acquire);
        match last.as_ref() {
            Some(Ok(session)) if session.number > number => return Ok(session.clone()),
            // it failed while we waited for it: to ask again at once would only keep others waiting
            Some(Err(error)) if ended > seen => return Err(error.clone()),
            Some(Ok(_) | Err(_)) | None => {}
        }
        let number = ended.saturating_add(1);
        let exchanged = self.exchange().await.map(|http| Session { http, number });
        *last = Some(exchanged.clone());
        self.ended.store(number, Ordering::Release);
        exchanged
    }

    async fn exchange(&self) -> Result<Http, Error> {
        let form = Content::form(&[("token", self.token.expose()), ("secret", self.secret.expose())]);
        let answered = self.http.exchange(&["authorization", "request"], form).await;
        let opened = answered.map_err(Unopened::Failed).and_then(|body| envelope::open(&body));
        let opened = opened.map_err(|unopened| Error::from(self.redacted(unopened)))?;
        let mut fields = Fields::open(opened.response.get().as_bytes())?;
        let token = fields.required("access_token", value::filled);
        let token = Secret::new(fields.finish(token)?);
        tracing::info!("access token of workmarket got");
        let unusable = || Malformed::new("access_token", "no header can carry it");
        self.http.bearing(&token).map_err(|_| unusable().into())
    }

    /// The vendor's words without what we sent it.
    fn redacted(&self, unopened: Unopened) -> Unopened {
        match unopened {
            Unopened::Failed(Failure::Refused(mut refusal)) => {
                for sent in [&self.token, &self.secret] {
                    refusal.message = refusal.message.replace(sent.expose(), "(redacted)");
                    refusal.code = refusal.code.replace(sent.expose(), "redacted");
                }
                Unopened::Failed(Failure::Refused(refusal))
            }
            Unopened::Failed(Failure::Unavailable { .. } | Failure::UnknownOutcome { .. })
            | Unopened::Malformed(_) => unopened,
        }
    }
}
