//! Refused sign-ins, tokens, roles and deliveries: counted and logged by peer; wrong sign-ins are slowed.
//!
//! A right token is always let in, however many wrong ones came from the same address: tokens have 16 random bytes or
//! more, so that no number of guesses finds one, and people behind one proxy must not be able to lock each other out.

use super::{Peer, Shared, board};
use crate::clock;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How many wrong sign-ins of one peer are answered at once, and how long it takes until one more is.
const BURST: u32 = 10;
const EVERY: Duration = Duration::from_secs(6);
/// How long the answer to a further sign-in takes, and for how many answers at once.
const PAUSE: Duration = Duration::from_secs(1);
const MOST_PAUSED: usize = 64;
/// How many peers are told apart; what comes from more is counted together.
const MOST_PEERS: usize = 4_096;
/// Between two lines about a peer, and how many lines there are in that time.
const BETWEEN_LINES: Duration = Duration::from_mins(1);
const MOST_LINES: usize = 100;

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefusalKind {
    /// A sign-in with a token that nobody has.
    SignIn,
    /// A request with a token that nobody has, or with none.
    Token,
    /// Something that is not for the role of the person, or not from a page of ours.
    Forbidden,
    /// A delivery that no vendor signed.
    Webhook,
}

impl RefusalKind {
    pub(super) const ALL: [Self; 4] = [Self::SignIn, Self::Token, Self::Forbidden, Self::Webhook];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Token => "token",
            Self::Forbidden => "forbidden",
            Self::Webhook => "webhook",
        }
    }

    fn of(path: &str, status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::UNAUTHORIZED if path == "/sign-in" => Some(Self::SignIn),
            StatusCode::UNAUTHORIZED if path.starts_with("/webhooks/") => Some(Self::Webhook),
            StatusCode::UNAUTHORIZED => Some(Self::Token),
            StatusCode::FORBIDDEN => Some(Self::Forbidden),
            _ => None,
        }
    }
}

/// Why an answer refuses, for the log, as an extension of the answer. It holds no secret.
#[derive(Debug, Clone)]
pub(super) struct RefusedBecause(pub(super) String);

/// An extension of answers that refuse nobody: a page of a session that has ended asks for news.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedOut;

/// One refusal.
struct Refused<'a> {
    peer: Option<Peer>,
    kind: RefusalKind,
    why: Option<&'a str>,
}

/// All refusals of this process.
#[derive(Debug)]
pub struct Refusals {
    totals: [AtomicU64; RefusalKind::ALL.len()],
    table: Mutex<PeerTable>,
    paused: Semaphore,
}

#[derive(Debug, Default)]
struct PeerTable {
    peers: HashMap<Option<IpAddr>, PeerRecord>,
    others: PeerRecord,
    /// How many lines were written since the last report.
    lines: usize,
    is_reporting: bool,
}

/// What one peer was refused.
#[derive(Debug, Default)]
struct PeerRecord {
    /// When all wrong tokens so far are forgotten.
    forgotten_at: Option<Instant>,
    /// What no line says yet, by kind.
    unlogged: [u64; RefusalKind::ALL.len()],
    /// Whether a line was written since the last report.
    is_logged: bool,
}

impl Default for Refusals {
    fn default() -> Self {
        let totals = RefusalKind::ALL.map(|_| AtomicU64::new(0));
        Self { totals, table: Mutex::default(), paused: Semaphore::new(MOST_PAUSED) }
    }
}

impl Refusals {
    /// How many there were of each kind since the program's start.
    pub(super) fn totals(&self) -> impl Iterator<Item = (RefusalKind, u64)> {
        RefusalKind::ALL
            .into_iter()
            .zip(&self.totals)
            .map(|(kind, total)| (kind, total.load(Ordering::Relaxed)))
    }

    /// Counts one, and logs it unless its peer was logged within the minute. Answers whether it is one wrong sign-in too
    /// many of its peer.
    fn note(self: &Arc<Self>, refusal: &Refused<'_>, now: Instant) -> bool {
        let Refused { peer, kind, why } = *refusal;
        for (of, total) in RefusalKind::ALL.into_iter().zip(&self.totals) {
            if of == kind {
                total.fetch_add(1, Ordering::Relaxed);
            }
        }
        let mut table = self.table();
        let PeerTable { peers, others, lines, is_reporting } = &mut *table;
        let peer = peer.map(told_apart);
        let is_known = peers.contains_key(&peer) || peers.len() < MOST_PEERS;
        let record = if is_known { peers.entry(peer).or_default() } else { others };
        let is_too_many = kind == RefusalKind::SignIn && record.guess(now);
        if record.is_logged || *lines >= MOST_LINES {
            record.count(kind);
        } else {
            record.is_logged = true;
            *lines += 1;
            let peer = if is_known { name(peer) } else { "others".to_owned() };
            tracing::warn!(peer, kind = kind.as_str(), why, "refused");
        }
        if !std::mem::replace(is_reporting, true) {
            tokio::spawn(Arc::clone(self).report_while_there_is_something());
        }
        is_too_many
    }

    async fn report_while_there_is_something(self: Arc<Self>) {
        loop {
            tokio::time::sleep(BETWEEN_LINES).await;
            let mut table = self.table();
            table.report(clock::begun());
            if table.peers.is_empty() && !table.others.is_logged {
                table.is_reporting = false;
                return;
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, PeerTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PeerTable {
    /// Writes a line for each peer that was refused since its last one, and forgets those that are quiet.
    fn report(&mut self, now: Instant) {
        self.lines = 0;
        let mut beyond = [0; RefusalKind::ALL.len()];
        for (peer, record) in &mut self.peers {
            let unlogged = std::mem::take(&mut record.unlogged);
            record.is_logged = unlogged.iter().any(|count| *count > 0);
            if !record.is_logged {
                continue;
            }
            if self.lines < MOST_LINES {
                self.lines += 1;
                tracing::warn!(peer = name(*peer), refused = counts(&unlogged), "refused again");
            } else {
                for (sum, count) in beyond.iter_mut().zip(unlogged) {
                    *sum += count;
                }
            }
        }
        for (sum, count) in beyond.iter_mut().zip(std::mem::take(&mut self.others.unlogged)) {
            *sum += count;
        }
        self.others.is_logged = beyond.iter().any(|count| *count > 0);
        if self.others.is_logged {
            tracing::warn!(peer = "others", refused = counts(&beyond), "refused again");
        }
        self.peers.retain(|_, record| record.is_logged || record.forgotten_at.is_some_and(|at| at > now));
    }
}

impl PeerRecord {
    /// Counts a wrong sign-in; answers whether there have been too many of late.
    fn guess(&mut self, now: Instant) -> bool {
        let begins = self.forgotten_at.filter(|at| *at > now).unwrap_or(now);
        let Some(ends) = begins.checked_add(EVERY) else { return true };
        if ends.saturating_duration_since(now) > EVERY.saturating_mul(BURST) {
            return true;
        }
        self.forgotten_at = Some(ends);
        false
    }

    fn count(&mut self, kind: RefusalKind) {
        for (of, count) in RefusalKind::ALL.into_iter().zip(&mut self.unlogged) {
            if of == kind {
                *count = count.saturating_add(1);
            }
        }
    }
}

/// Notes every answer that refuses, whichever route gave it, and slows those to wrong sign-ins.
pub(super) async fn watched(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let path = request.uri().path().to_owned();
    let answer = next.run(request).await;
    let kind = RefusalKind::of(&path, answer.status());
    let Some(kind) = kind.filter(|_| answer.extensions().get::<SignedOut>().is_none()) else { return answer };
    let why = answer.extensions().get::<RefusedBecause>().map(|RefusedBecause(why)| why.as_str());
    if !shared.refusals.note(&Refused { peer, kind, why }, clock::begun()) {
        return answer;
    }
    if let Ok(_place) = shared.refusals.paused.try_acquire() {
        tokio::time::sleep(PAUSE).await;
    }
    let mut slowed = board::too_many_sign_ins();
    slowed.headers_mut().insert("retry-after", HeaderValue::from_static("60"));
    slowed
}

/// Whoever has one address of IPv6 has all those beside it.
fn told_apart(Peer(address): Peer) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(network).into()
        }
        IpAddr::V4(address) => address.into(),
    }
}

fn name(peer: Option<IpAddr>) -> String {
    match peer {
        Some(IpAddr::V6(network)) => format!("{network}/64"),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "unknown".to_owned(),
    }
}

fn counts(counts: &[u64; RefusalKind::ALL.len()]) -> String {
    let some = RefusalKind::ALL.into_iter().zip(counts).filter(|(_, count)| **count > 0);
    some.map(|(kind, count)| format!("{} {count}", kind.as_str())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(peer: &str, kind: RefusalKind) -> Refused<'static> {
        Refused { peer: Some(Peer(peer.parse().unwrap())), kind, why: None }
    }

    #[tokio::test]
    async fn after_a_few_wrong_sign_ins_a_peer_is_slowed_and_no_other() {
        let (refusals, now) = (Arc::new(Refusals::default()), clock::begun());
        let guess = |from: &str, at: Instant| refusals.note(&refused(from, RefusalKind::SignIn), at);
        assert!((0..BURST).all(|_| !guess("198.51.100.1", now)));
        assert!(guess("198.51.100.1", now));
        assert!(guess("::ffff:198.51.100.1", now), "the same address, written for IPv6");
        assert!(!guess("198.51.100.2", now));
        assert!(!guess("198.51.100.1", now + EVERY));
        assert!(guess("198.51.100.1", now + EVERY));
        assert!((0..BURST).all(|number| !guess(&format!("2001:db8::{number}"), now)));
        assert!(guess("2001:db8::ffff", now), "an address of the same network");
        assert!(!guess("2001:db8:0:1::1", now));
        let known = |kind| refusals.note(&refused("198.51.100.3", kind), now);
        for kind in [RefusalKind::Token, RefusalKind::Forbidden, RefusalKind::Webhook] {
            assert!((0..100).all(|_| !known(kind)), "programs are told what is wrong each time");
        }
        let totals: Vec<u64> = refusals.totals().map(|(_, total)| total).collect();
        assert_eq!(totals, [27, 100, 100, 100]);
    }

    #[tokio::test]
    async fn a_flood_from_everywhere_takes_bounded_memory_and_lines_and_is_forgotten() {
        let (refusals, now) = (Arc::new(Refusals::default()), clock::begun());
        for number in 0..20_000_u32 {
            let from = IpAddr::V4(number.into()).to_string();
            refusals.note(&refused(&from, RefusalKind::SignIn), now);
        }
        let mut table = refusals.table();
        assert_eq!((table.peers.len(), table.lines), (MOST_PEERS, MOST_LINES));
        let counted = table.peers.values().map(|record| record.unlogged.iter().sum::<u64>()).sum::<u64>();
        let others = table.others.unlogged.iter().sum::<u64>();
        assert_eq!(counted + others, 20_000 - u64::try_from(MOST_LINES).unwrap());
        table.report(now);
        assert!(table.lines <= MOST_LINES);
        table.report(now + Duration::from_hours(1));
        assert!(table.peers.is_empty());
    }
}
