//! What every call passes before it reaches a service: who calls, and whether there is room for one more.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};
use tonic::Status;
use tonic::body::BoxBody;
use tonic::codegen::Service as _;
use tonic::service::Routes;

use super::access::{Caller, ClientAccess};
use crate::front::{Connections, Limit, OpenConnection};

/// Services that clients ask before they sign in, as they do a real server; what they answer is the same for everybody.
const OPEN_SERVICES: [&str; 2] =
    ["/event_store.client.server_features.ServerFeatures/", "/event_store.client.gossip.Gossip/"];

/// How long a call of theirs may take to come.
const OPEN_CALL: Duration = Duration::from_secs(10);

/// Between two log lines about clients that were refused.
const REFUSALS_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// How much the gateway takes on.
#[derive(Debug, Clone, Copy)]
pub struct GatewayLimits {
    /// Open connections, in all.
    pub connections: u64,
    /// Open connections of one peer.
    pub connections_per_peer: u64,
    /// Calls under way, subscriptions included, in all.
    pub calls: u64,
    /// Calls under way of one client: of one name, or of one address without a name.
    pub calls_per_client: u64,
    /// Persistent subscriptions.
    pub groups: usize,
    /// Calls under way on one connection.
    pub streams: u32,
    /// What a client may send of one call before it is read, in bytes; of all calls of a connection four times that.
    pub window: u32,
    /// The largest head of a call, in bytes.
    pub header: u32,
    /// How many calls a client may take back before they were looked at.
    pub resets: u32,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            connections: 256,
            connections_per_peer: 64,
            calls: 512,
            calls_per_client: 64,
            groups: 64,
            streams: 128,
            window: 256 << 10,
            header: 16 << 10,
            resets: 32,
        }
    }
}

/// The gateway's connections and calls as they are counted, for those who watch it.
#[derive(Debug)]
pub struct GatewayWatch {
    pub(super) connections: Arc<Connections>,
    pub(super) limits: GatewayLimits,
    /// Reached when a client takes back more calls than are looked at.
    pub(super) resets: Arc<Limit>,
    calls: Arc<Limit>,
    calls_per_client: Arc<Limit>,
    clients: Mutex<HashMap<String, u64>>,
    refused: AtomicU64,
    logged: Mutex<Option<Instant>>,
}

impl GatewayWatch {
    /// Nothing is connected yet.
    pub fn new(limits: &GatewayLimits) -> Arc<Self> {
        let connections = super::incoming::connections(limits);
        let calls = |name: &str, key, maximum| {
            let limit = Arc::new(Limit::new(name, key, maximum));
            connections.watch(Arc::clone(&limit));
            limit
        };
        Arc::new(Self {
            limits: *limits,
            resets: calls("gateway_resets", "gateway.max_resets", limits.resets.into()),
            calls: calls("gateway_calls", "gateway.max_calls", limits.calls),
            calls_per_client: calls(
                "gateway_calls_per_client",
                "gateway.max_calls_per_client",
                limits.calls_per_client,
            ),
            connections: Arc::clone(&connections),
            clients: Mutex::default(),
            refused: AtomicU64::new(0),
            logged: Mutex::default(),
        })
    }

    /// Its limits.
    pub fn limits(&self) -> Vec<Arc<Limit>> {
        self.connections.limits()
    }

    /// How many calls were refused because of a missing or wrong name or password.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn refuse(&self, connection: &OpenConnection) {
        let refused = self.refused.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let now = Instant::now();
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|logged| now.duration_since(logged) >= REFUSALS_LOGGED_EVERY) {
            *logged = Some(now);
            drop(logged);
            let peer = connection.peer();
            tracing::warn!(%peer, refused, "a client of the gateway was refused: no or a wrong name and password");
        }
    }

    /// Room for a call of that client.
    fn admit(self: &Arc<Self>, client: String, connection: &Arc<OpenConnection>) -> Result<Call, Status> {
        let full = |limit: &Limit| {
            limit.turn_away();
            Status::resource_exhausted("too many calls are under way")
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let of_client = clients.get(&client).copied().unwrap_or_default();
        if of_client >= self.calls_per_client.maximum() {
            return Err(full(&self.calls_per_client));
        }
        if self.calls.current() >= self.calls.maximum() {
            return Err(full(&self.calls));
        }
        self.calls.add(1);
        clients.insert(client.clone(), of_client.saturating_add(1));
        self.calls_per_client.set(clients.values().copied().max().unwrap_or_default());
        drop(clients);
        Ok(Call { watch: Arc::clone(self), client, _connection: Arc::clone(connection) })
    }
}

/// A call under way; dropping it makes room.
struct Call {
    watch: Arc<GatewayWatch>,
    client: String,
    _connection: Arc<OpenConnection>,
}

impl Drop for Call {
    fn drop(&mut self) {
        let watch = &self.watch;
        let mut clients = watch.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(calls) = clients.get_mut(&self.client) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                clients.remove(&self.client);
            }
        }
        watch.calls.subtract(1);
        watch.calls_per_client.set(clients.values().copied().max().unwrap_or_default());
        drop(clients);
    }
}

/// A request that has begun on a connection; dropping it ends it there.
struct Begun(Arc<OpenConnection>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.end_request();
    }
}

/// Whether it is a call of a service that is there for everybody. Such calls take nobody else's room: they end soon, and
/// each connection has a few at once.
fn is_open(request: &http::Request<Incoming>) -> bool {
    OPEN_SERVICES.iter().any(|open| request.uri().path().starts_with(open))
}

/// Everything that is served, for those who may.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) routes: Routes,
    pub(super) access: Arc<ClientAccess>,
    pub(super) watch: Arc<GatewayWatch>,
}

impl Door {
    /// Answers one call of a connection.
    pub(super) async fn call(
        &self,
        mut request: http::Request<Incoming>,
        connection: Arc<OpenConnection>,
    ) -> http::Response<Held> {
        connection.begin_request();
        let begun = Begun(Arc::clone(&connection));
        let (answer, call) = if is_open(&request) {
            let answer = timeout(OPEN_CALL, self.answer(request)).await;
            (answer.unwrap_or_else(|_| Status::deadline_exceeded("the call does not come").into_http()), None)
        } else {
            match self.admit(&mut request, &connection) {
                Ok(call) => (self.answer(request).await, Some(call)),
                Err(status) => (status.into_http(), None),
            }
        };
        answer.map(|body| Held { body, _held: (begun, call) })
    }

    async fn answer(&self, request: http::Request<Incoming>) -> http::Response<BoxBody> {
        let answer = self.routes.clone().call(request.map(tonic::body::boxed)).await;
        answer
            .unwrap_or_else(|error: tonic::codegen::StdError| Status::internal(error.to_string()).into_http())
    }

    fn admit(
        &self,
        request: &mut http::Request<Incoming>,
        connection: &Arc<OpenConnection>,
    ) -> Result<Call, Status> {
        let peer = || format!("address {}", connection.peer());
        let authorization = request.headers().get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
        let caller =
            self.access.authenticate(authorization).inspect_err(|_| self.watch.refuse(connection))?;
        // handlers need to know who it is, and nothing else
        request.headers_mut().remove(AUTHORIZATION);
        if caller.name.is_some() {
            connection.authenticate();
        }
        let client = caller.name.as_ref().map_or_else(peer, |name| format!("name {name}"));
        let call = self.watch.admit(client, connection)?;
        request.extensions_mut().insert::<Caller>(caller);
        Ok(call)
    }
}

/// An answer, which counts as a call under way until its client has it.
pub(super) struct Held {
    body: BoxBody,
    _held: (Begun, Option<Call>),
}

impl Body for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
