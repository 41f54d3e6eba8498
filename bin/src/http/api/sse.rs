//! Server-Sent Events: what is said to one listener, who is dropped when they do not listen.

use crate::views::ReadModels;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, mpsc};

/// How long nothing may be said before a word that only says that somebody is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a listener may take nothing of what is said.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of what has come is said at once.
const TOGETHER: usize = 64;
/// How much is said ahead of a listener, in messages.
const AHEAD: usize = 4;

/// Whoever speaks to one listener.
pub(in crate::http) struct Speaker {
    listener: mpsc::Sender<Bytes>,
}

/// What has come.
pub(in crate::http) struct Come<T> {
    /// In its order.
    pub(in crate::http) all: Vec<T>,
    /// Whether more came than was kept: it has to be looked for where it is written down.
    pub(in crate::http) and_more: bool,
}

/// The listener is gone, or too slow.
pub(in crate::http) struct Gone;

impl Speaker {
    /// Says something; what is already waiting to be said comes first.
    pub(in crate::http) async fn say(&self, text: impl Into<Bytes>) -> Result<(), Gone> {
        let text = text.into();
        if text.is_empty() {
            return Ok(());
        }
        match tokio::time::timeout(PATIENCE, self.listener.send(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    /// Waits for what comes next, and takes with it what has come already: under load that is said at once.
    pub(in crate::http) async fn hear<T: Clone>(
        &self,
        coming: &mut broadcast::Receiver<T>,
    ) -> Result<Come<T>, Gone> {
        let first = match self.wait(coming.recv()).await? {
            Ok(first) => first,
            Err(RecvError::Lagged(_)) => return Ok(Come { all: Vec::new(), and_more: true }),
            Err(RecvError::Closed) => return Err(Gone),
        };
        let mut all = vec![first];
        while all.len() < TOGETHER {
            match coming.try_recv() {
                Ok(next) => all.push(next),
                Err(TryRecvError::Lagged(_)) => return Ok(Come { all, and_more: true }),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        Ok(Come { all, and_more: false })
    }

    /// Waits for what comes next, and says meanwhile that somebody is there.
    async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Gone> {
        let mut next = std::pin::pin!(next);
        loop {
            match tokio::time::timeout(HEARTBEAT, &mut next).await {
                Ok(next) => return Ok(next),
                Err(_) => self.say(":\n\n".to_owned()).await?,
            }
        }
    }
}

/// For how long somebody may listen whose token came with the request: tokens are read at the program's start, so it
/// is good until the program ends.
pub(in crate::http) fn while_token_is_known() -> impl Future<Output = ()> + Send + 'static {
    std::future::pending()
}

/// Answers with what `speak` says, until it ends, the listener goes, may listen no longer, or the program ends.
pub(in crate::http) fn answer<F>(
    models: &Arc<ReadModels>,
    may_listen: impl Future<Output = ()> + Send + 'static,
    speak: impl FnOnce(Speaker) -> F,
) -> Response
where
    F: Future<Output = Result<(), Gone>> + Send + 'static,
{
    let (listener, said) = mpsc::channel(AHEAD);
    let speaking = speak(Speaker { listener });
    let models = Arc::clone(models);
    tokio::spawn(async move {
        tokio::select! {
            // whoever is gone need not be told
            _ = speaking => {}
            () = may_listen => {}
            () = models.hub().ended() => {}
        }
    });
    let said = stream::unfold(said, |mut said| async move {
        let text = said.recv().await?;
        Some((Ok::<_, Infallible>(text), said))
    });
    let headers =
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")];
    (StatusCode::OK, headers, Body::from_stream(said)).into_response()
}

/// One event of the stream. JSON has no line feeds, so its data is one line.
pub(in crate::http) fn event(name: &str, id: Option<&str>, data: &str) -> String {
    let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
    format!("event: {name}\n{id}data: {data}\n\n")
}

/// Where a listener was: the header that browsers send on their own, or else the parameter.
pub(in crate::http) fn resumes_from(headers: &HeaderMap, parameter: Option<&String>) -> Option<String> {
    let header = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    header.or_else(|| parameter.cloned())
}
