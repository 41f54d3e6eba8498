//! The open connections of a port: how many there may be, in all and from one peer, and which one makes room.
//!
//! A new connection is always taken where any other can be spared: the one that is worth least is closed for it. So
//! peers that hold connections open and do nothing cannot keep anybody out, not even from their own address.

use super::limit::Limit;
use super::peers::{Networks, counted_as};
use super::progress::{Progress, millis};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

pub use super::progress::ConnectionState;

/// Between two looks at what is overdue.
const LOOK: Duration = Duration::from_millis(250);
/// The pause after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(50);
/// Linux's numbers of "too many open files", in this process and in all.
const TOO_MANY_FILES: [i32; 2] = [24, 23];

/// How many connections there may be, and how long each may take for what.
#[derive(Debug, Clone)]
pub struct ConnectionRules {
    /// The port's name, which the names of its limits begin with.
    pub port: &'static str,
    /// Connections in all.
    pub total: u64,
    /// Connections of one peer: of one IPv4 address or one IPv6 /64 network.
    pub per_peer: u64,
    /// How many files the process may have open.
    pub open_files: u64,
    /// Addresses of proxies: their connections are other peers' and are limited in all only.
    pub proxies: Networks,
    /// The time for a request's head, the first one's included.
    pub head: Duration,
    /// The time between an answer and the next request.
    pub idle: Duration,
    /// The time for the whole body of a request that is not authenticated.
    pub body: Duration,
    /// The time for the whole body of a request that is authenticated.
    pub upload: Duration,
    /// The least rate of a body, in bytes a second.
    pub body_rate: u64,
    /// After how long the least rate must be kept.
    pub body_start: Duration,
    /// How long a peer may read nothing of its answer.
    pub write: Duration,
    /// How long what comes after a refusal is discarded.
    pub linger: Duration,
    /// How many bytes of bodies may be held before they are authenticated; as many again for bodies that are.
    pub body_budget: u64,
}

impl Default for ConnectionRules {
    fn default() -> Self {
        Self {
            port: "http",
            total: 4_096,
            per_peer: 2_048,
            open_files: 8_192,
            proxies: Networks::default(),
            head: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            body: Duration::from_secs(30),
            upload: Duration::from_mins(5),
            body_rate: 512,
            body_start: Duration::from_secs(5),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(3),
            body_budget: 32 << 20,
        }
    }
}

/// The table of open connections of one port.
#[derive(Debug)]
pub struct Connections {
    rules: ConnectionRules,
    began: Instant,
    table: Mutex<Table>,
    total: Arc<Limit>,
    per_peer: Arc<Limit>,
    /// Reached when the system has no file descriptor left.
    descriptors: Arc<Limit>,
    bodies: Arc<Limit>,
    uploads: Arc<Limit>,
    /// Limits of other parts that are settled with those of connections.
    others: Mutex<Vec<Arc<Limit>>>,
}

#[derive(Debug, Default)]
struct Table {
    open: HashMap<u64, Arc<Entry>>,
    /// Connections of each peer that is limited.
    peers: HashMap<IpAddr, u64>,
    opened: u64,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    /// Which peer it counts for; none for a proxy's.
    counted: Option<IpAddr>,
    progress: Progress,
    /// The bytes of its body that count in the budget, before and after it was authenticated.
    held: AtomicU64,
    held_known: AtomicU64,
    is_closed: AtomicBool,
    closed: Notify,
}

impl Entry {
    /// The bytes that count in the budget of those who are known, or of those who are not.
    const fn held(&self, known: bool) -> &AtomicU64 {
        if known { &self.held_known } else { &self.held }
    }
}

/// An open connection; dropping it makes its place free.
#[derive(Debug)]
pub struct OpenConnection {
    peer: IpAddr,
    connections: Arc<Connections>,
    entry: Arc<Entry>,
}

impl Connections {
    /// No connections yet, under those rules.
    pub fn new(rules: ConnectionRules) -> Arc<Self> {
        let limit =
            |name: &str, key, maximum| Arc::new(Limit::new(format!("{}_{name}", rules.port), key, maximum));
        Arc::new(Self {
            total: limit("connections", "max_connections", rules.total),
            per_peer: limit("connections_per_peer", "max_connections_per_peer", rules.per_peer),
            descriptors: limit("open_files", "the limit of open files (ulimit -n)", rules.open_files),
            bodies: limit("body_bytes", "body_budget_bytes", rules.body_budget),
            uploads: limit("upload_bytes", "body_budget_bytes", rules.body_budget),
            others: Mutex::default(),
            table: Mutex::default(),
            began: Instant::now(),
            rules,
        })
    }

    /// The rules.
    pub const fn rules(&self) -> &ConnectionRules {
        &self.rules
    }

    /// Its limits, for metrics.
    pub fn limits(&self) -> Vec<Arc<Limit>> {
        self.count_descriptors();
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let own = [&self.total, &self.per_peer, &self.descriptors, &self.bodies, &self.uploads];
        own.map(Arc::clone).into_iter().chain(others).collect()
    }

    /// Adds a limit of another part, which is shown and settled with those of connections.
    pub fn watch(&self, limit: Arc<Limit>) {
        self.others.lock().unwrap_or_else(PoisonError::into_inner).push(limit);
    }

    /// The next connection that comes and is admitted. While it waits, it closes what is overdue. What the system
    /// cannot accept costs a pause and one log line, and a connection that is worth little is closed so that there is a
    /// file descriptor. Safe to cancel.
    pub async fn accept(self: &Arc<Self>, listener: &TcpListener) -> (TcpStream, SocketAddr, OpenConnection) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = looks.tick() => {
                    self.close_overdue();
                    continue;
                }
            };
            match accepted {
                Ok((stream, address)) => {
                    if let Some(connection) = self.admit(address.ip()) {
                        return (stream, address, connection);
                    }
                }
                Err(error) => self.not_accepted(&error).await,
            }
        }
    }

    async fn not_accepted(&self, error: &io::Error) {
        if error.raw_os_error().is_some_and(|number| TOO_MANY_FILES.contains(&number)) {
            self.descriptors.turn_away();
            self.close_least(&mut self.lock(), None);
            sleep(PAUSE).await;
        }
        // anything else is about one connection that ended before it was accepted
    }

    /// Admits a connection of that peer, closing another for it where a limit is reached. Nothing where none can be
    /// spared.
    pub fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<OpenConnection> {
        let counted = (!self.rules.proxies.contains(peer)).then(|| counted_as(peer));
        let mut table = self.lock();
        if let Some(counted) = counted
            && table.peers.get(&counted).is_some_and(|count| *count >= self.rules.per_peer)
        {
            self.per_peer.turn_away();
            if !self.close_least(&mut table, Some(counted)) {
                return None;
            }
        }
        if self.total.current() >= self.rules.total {
            self.total.turn_away();
            if !self.close_least(&mut table, None) {
                return None;
            }
        }
        table.opened = table.opened.saturating_add(1);
        let entry = Arc::new(Entry {
            id: table.opened,
            counted,
            progress: Progress::new(self.now()),
            held: AtomicU64::new(0),
            held_known: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            closed: Notify::new(),
        });
        table.open.insert(entry.id, Arc::clone(&entry));
        if let Some(counted) = counted {
            let count = table.peers.entry(counted).or_default();
            *count = count.saturating_add(1);
        }
        self.total.add(1);
        drop(table);
        Some(OpenConnection { peer, connections: Arc::clone(self), entry })
    }

    /// Closes what has taken too long, and ends the limits that are no longer reached.
    pub fn close_overdue(&self) {
        let now = self.now();
        let mut table = self.lock();
        let overdue: Vec<_> = table
            .open
            .values()
            .filter(|entry| entry.progress.is_overdue(&self.rules, now))
            .map(Arc::clone)
            .collect();
        for entry in overdue {
            self.close(&mut table, &entry);
        }
        self.per_peer.set(table.peers.values().copied().max().unwrap_or_default());
        drop(table);
        if self.descriptors.is_reached() {
            self.count_descriptors();
        }
        for limit in [&self.total, &self.per_peer, &self.descriptors, &self.bodies, &self.uploads] {
            limit.settle();
        }
        for limit in self.others.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            limit.settle();
        }
    }

    /// Counts the open file descriptors of the process, where the system lists them.
    fn count_descriptors(&self) {
        let listed = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
        // without a list, or without a descriptor to read it with, all are taken to be in use
        self.descriptors
            .set(listed.map_or(self.rules.open_files, |count| u64::try_from(count).unwrap_or(u64::MAX)));
    }

    /// Closes the connection that is worth least, of one peer or of all; answers whether there was one.
    fn close_least(&self, table: &mut Table, of: Option<IpAddr>) -> bool {
        let now = self.now();
        let least = table
            .open
            .values()
            .filter(|entry| of.is_none() || entry.counted == of)
            .filter_map(|entry| Some((entry.progress.worth(&self.rules, now)?, entry.id, entry)))
            .min_by_key(|(worth, id, _)| (*worth, *id))
            .map(|(_, _, entry)| Arc::clone(entry));
        least.is_some_and(|entry| {
            self.close(table, &entry);
            true
        })
    }

    /// Closes the connection whose body is worth least, among those that hold bytes of this budget. A slow one that bytes
    /// came on just now goes only where there is no other slow one.
    fn close_slowest(&self, just_came: u64, known: bool) {
        let now = self.now();
        let mut table = self.lock();
        let slowest = table
            .open
            .values()
            .filter(|entry| entry.held(known).load(Relaxed) > 0)
            .filter_map(|entry| Some((entry.progress.body_worth(now)?, entry)))
            .min_by_key(|(worth, entry)| {
                (worth.is_young, !worth.is_young && entry.id == just_came, *worth, entry.id)
            })
            .map(|(_, entry)| Arc::clone(entry));
        if let Some(entry) = slowest {
            self.close(&mut table, &entry);
        }
    }

    /// Takes the connection out of the table and wakes its task, which drops it.
    fn close(&self, table: &mut Table, entry: &Entry) {
        self.remove(table, entry);
        entry.is_closed.store(true, Relaxed);
        entry.closed.notify_waiters();
    }

    fn remove(&self, table: &mut Table, entry: &Entry) {
        if table.open.remove(&entry.id).is_none() {
            return;
        }
        self.total.subtract(1);
        self.release(entry);
        if let Some(counted) = entry.counted
            && let Some(count) = table.peers.get_mut(&counted)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                table.peers.remove(&counted);
            }
        }
    }

    fn release(&self, entry: &Entry) {
        for (limit, held) in [(&self.bodies, &entry.held), (&self.uploads, &entry.held_known)] {
            let bytes = held.swap(0, Relaxed);
            if bytes > 0 {
                limit.subtract(bytes);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        millis(self.began.elapsed())
    }
}

impl OpenConnection {
    /// The address at its other end.
    pub const fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Whether the peer is a proxy, which names the peers that it speaks for.
    pub fn is_proxy(&self) -> bool {
        self.entry.counted.is_none()
    }

    /// The rules of its port.
    pub fn rules(&self) -> &ConnectionRules {
        &self.connections.rules
    }

    /// Whether a request on it was ever authenticated.
    pub fn is_known(&self) -> bool {
        self.entry.progress.is_known()
    }

    /// Bytes of the peer are left unread: the connection is closed after the answer, and they are discarded.
    pub fn leave_unread(&self) {
        self.entry.progress.leave_unread();
    }

    /// Whether bytes of the peer may be left unread.
    pub fn is_unread(&self) -> bool {
        self.entry.progress.is_unread()
    }

    /// What it is doing.
    pub fn state(&self) -> ConnectionState {
        self.entry.progress.state()
    }

    /// Resolves when it has to be closed because it is overdue or makes room for another. Its task drops it then.
    pub async fn closed(&self) {
        let notified = self.entry.closed.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if !self.entry.is_closed.load(Relaxed) {
            notified.await;
        }
    }

    /// Bytes came from the peer: where no request is worked on, the head of one begins.
    pub fn read(&self) {
        self.entry.progress.read(self.connections.now());
    }

    /// A request's head has come; it is worked on until `end_request`. Several may be at once, as HTTP/2 streams are.
    pub fn begin_request(&self) {
        self.entry.progress.begin_request(self.connections.now());
    }

    /// A request's answer is complete.
    pub fn end_request(&self) {
        self.connections.release(&self.entry);
        self.entry.progress.end_request(self.connections.now());
    }

    /// A body is read and more of it is awaited.
    pub fn await_body(&self) {
        self.entry.progress.body(0, self.connections.now());
    }

    /// So many bytes of a body came. They count in the budget of all bodies until the request ends, or until it is
    /// authenticated; when the budget is full, the slowest body's connection is closed.
    pub fn hold(&self, bytes: u64) {
        self.entry.progress.body(bytes, self.connections.now());
        let known = self.entry.progress.is_authenticated();
        let limit = if known { &self.connections.uploads } else { &self.connections.bodies };
        self.entry.held(known).fetch_add(bytes, Relaxed);
        if limit.add(bytes) > limit.maximum() {
            limit.turn_away();
            self.connections.close_slowest(self.entry.id, known);
        }
    }

    /// The body has come, or nobody waits for its rest.
    pub fn end_body(&self) {
        self.entry.progress.end_body();
    }

    /// The request that it brought is authenticated: its body counts no longer in the budget of strangers, and the
    /// connection is worth more than a stranger's.
    pub fn authenticate(&self) {
        self.connections.release(&self.entry);
        self.entry.progress.authenticate();
    }

    /// The peer does not read what waits for it.
    pub fn write_blocked(&self) {
        self.entry.progress.blocked(self.connections.now());
    }

    /// The peer read something.
    pub fn wrote(&self) {
        self.entry.progress.wrote();
    }

    /// The answer is written, and what the peer still sends is discarded for a moment.
    pub fn linger(&self) {
        self.entry.progress.linger(self.connections.now());
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut table = self.connections.lock();
        self.connections.remove(&mut table, &self.entry);
    }
}

#[cfg(test)]
mod tests;
