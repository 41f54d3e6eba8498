//! A vendor for tests, over real HTTP: it records what it is asked and answers what the test says.

use super::{Limits, Settings};
use crate::secret::Secret;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use futures_util::stream;
use std::collections::VecDeque;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use url::Url;

/// What the vendor does with the next request.
pub(crate) enum Reply {
    /// It answers.
    Answer(u16, String),
    /// It answers with headers of its own.
    With(u16, Vec<(&'static str, String)>, String),
    /// It reads the request and closes the connection.
    Drop,
    /// It sends the head of an answer and closes the connection.
    BreakOff,
    /// It never answers.
    Hang,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Clone)]
pub(crate) struct Vendor {
    base_url: Url,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Vendor {
    /// Starts it on a free port, with the replies it gives in turn.
    pub(crate) async fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/api/v1/", listener.local_addr().unwrap()).parse().unwrap();
        let vendor = Self {
            base_url,
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            asked: Arc::default(),
        };
        let app = axum::Router::new().fallback(reply).with_state(vendor.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        vendor
    }

    /// Starts it with one JSON answer.
    pub(crate) async fn answering(status: u16, body: impl Into<String>) -> Self {
        Self::replying([Reply::Answer(status, body.into())]).await
    }

    /// Settings that reach it, trying each request three times without much ado.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            base_url: self.base_url.clone(),
            api_key: Secret::new("key_test_1".to_owned()),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(30),
            attempts: 3,
            first_backoff: Duration::from_millis(1),
            max_backoff: Duration::from_millis(2),
            max_retry_after: Duration::from_secs(1),
            limits: Limits::NONE,
        }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The only thing it was asked.
    pub(crate) fn only(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

async fn reply(State(vendor): State<Vendor>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let (method, target) = (head.method.to_string(), head.uri.to_string());
    vendor.asked.lock().unwrap().push(Asked { method, target, headers: head.headers, body });
    let next = vendor.replies.lock().unwrap().pop_front();
    let (status, headers, body) = match next {
        Some(Reply::Answer(status, body)) => (status, vec![], Body::from(body)),
        Some(Reply::With(status, headers, body)) => (status, headers, Body::from(body)),
        // Ends the connection's task, as a crash would, without the noise of a panic.
        Some(Reply::Drop) => std::panic::resume_unwind(Box::new("connection dropped")),
        Some(Reply::BreakOff) => {
            let broken =
                stream::iter([Ok(Bytes::from_static(b"{\"id")), Err(std::io::Error::other("broken"))]);
            (201, vec![], Body::from_stream(broken))
        }
        Some(Reply::Hang) => std::future::pending().await,
        None => panic!("the test has no reply left"),
    };
    let response = headers
        .into_iter()
        .fold(Response::builder().status(status), |response, (name, value)| response.header(name, value));
    response.body(body).unwrap()
}

/// Runs an ignored test in a process of its own, for what other tests of this process would disturb.
pub(crate) fn passes_alone(test: &str) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
