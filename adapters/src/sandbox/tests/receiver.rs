//! Someone who takes webhooks, and may refuse some first.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use serde_json::Value;

use super::{eventually, listener};

pub(super) struct Receiver {
    pub address: SocketAddr,
    inbox: Arc<Mutex<Inbox>>,
}

#[derive(Default)]
struct Inbox {
    refusals_left: usize,
    refused: usize,
    taken: Vec<Delivery>,
}

#[derive(Clone)]
pub(super) struct Delivery {
    pub path: String,
    pub headers: HeaderMap,
    pub bytes: String,
    pub body: Value,
}

impl Delivery {
    pub(super) fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }
}

impl Receiver {
    /// Refuses the first few deliveries with a 500.
    pub(super) async fn refusing(first: usize) -> Self {
        let inbox = Arc::new(Mutex::new(Inbox { refusals_left: first, ..Inbox::default() }));
        let listener = listener().await;
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/{*path}", post(take)).with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, inbox }
    }

    pub(super) async fn new() -> Self {
        Self::refusing(0).await
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(super) fn refused(&self) -> usize {
        self.inbox.lock().unwrap().refused
    }

    /// What was taken, once there are so many.
    pub(super) async fn taken(&self, count: usize) -> Vec<Delivery> {
        eventually(&format!("{count} webhooks arrive"), async || {
            self.inbox.lock().unwrap().taken.len() >= count
        })
        .await;
        self.inbox.lock().unwrap().taken.clone()
    }
}

async fn take(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    uri: Uri,
    headers: HeaderMap,
    bytes: String,
) -> StatusCode {
    let mut inbox = inbox.lock().unwrap();
    if inbox.refusals_left > 0 {
        inbox.refusals_left -= 1;
        inbox.refused += 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let body = serde_json::from_str(&bytes).unwrap();
    inbox.taken.push(Delivery { path: uri.path().to_owned(), headers, bytes, body });
    StatusCode::NO_CONTENT
}
