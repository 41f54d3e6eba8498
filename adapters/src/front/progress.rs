//! What one connection is doing and since when, counted by those who read and write it, and what follows from that:
//! when its time is over, and how little it is worth when there are too many.
//!
//! Moments are milliseconds since the table of connections began. They are written on every read and write, so they are
//! atomic numbers and no lock is taken for them.

use super::connections::ConnectionRules;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// For how long a peer may read nothing, and a stranger's request be under way, before its connection may be closed for
/// another, in milliseconds.
const LASTS: u64 = 2_000;
/// For how long a body is too young to have a rate, in milliseconds.
const YOUNG: u64 = 1_000;
/// There is no such moment.
const NEVER: u64 = u64::MAX;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// The head of a request is awaited or has come in part; a new connection begins so.
    Head,
    /// Nothing is asked since the last answer.
    Idle,
    /// The rest of a request's body is awaited.
    Body,
    /// A request is worked on, or its answer is written and read.
    Working,
    /// The peer does not read what waits for it.
    Writing,
    /// It was refused before its body had come; what still comes is discarded, so that the peer sees the answer.
    Lingering,
}

/// The counts of one connection.
#[derive(Debug)]
pub(super) struct Progress {
    requests: AtomicU64,
    /// Since when requests are under way without a pause.
    begun: AtomicU64,
    /// Since when the head or the next request is awaited.
    awaited: AtomicU64,
    has_head: AtomicBool,
    /// Since when a body is read; `NEVER` while none is.
    body: AtomicU64,
    body_bytes: AtomicU64,
    /// When bytes of the body came last.
    body_moved: AtomicU64,
    /// Since when nothing can be written; `NEVER` while it can.
    blocked: AtomicU64,
    /// Since when it lingers; `NEVER` while it does not.
    lingering: AtomicU64,
    /// Whether the request that is worked on is authenticated.
    authenticated: AtomicBool,
    /// Whether bytes of the peer may wait unread: of a head that was refused, or of a body that nobody read.
    unread: AtomicBool,
    /// Whether any request of the connection was.
    known: AtomicBool,
}

/// How little a body is worth, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BodyWorth {
    pub(super) is_young: bool,
    /// Its rate; for a young one, when the last of its bytes came.
    measure: u64,
}

impl Progress {
    pub(super) fn new(now: u64) -> Self {
        Self {
            requests: AtomicU64::new(0),
            begun: AtomicU64::new(now),
            awaited: AtomicU64::new(now),
            has_head: AtomicBool::new(true),
            body: AtomicU64::new(NEVER),
            body_bytes: AtomicU64::new(0),
            body_moved: AtomicU64::new(NEVER),
            blocked: AtomicU64::new(NEVER),
            lingering: AtomicU64::new(NEVER),
            authenticated: AtomicBool::new(false),
            known: AtomicBool::new(false),
            unread: AtomicBool::new(false),
        }
    }

    pub(super) fn state(&self) -> ConnectionState {
        if self.lingering.load(Relaxed) != NEVER {
            ConnectionState::Lingering
        } else if self.blocked.load(Relaxed) != NEVER {
            ConnectionState::Writing
        } else if self.requests.load(Relaxed) == 0 {
            if self.has_head.load(Relaxed) { ConnectionState::Head } else { ConnectionState::Idle }
        } else if self.body.load(Relaxed) != NEVER {
            ConnectionState::Body
        } else {
            ConnectionState::Working
        }
    }

    /// Bytes came from the peer.
    pub(super) fn read(&self, now: u64) {
        if self.requests.load(Relaxed) == 0 {
            self.unread.store(true, Relaxed);
            if !self.has_head.swap(true, Relaxed) {
                self.awaited.store(now, Relaxed);
            }
        }
    }

    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Relaxed);
    }

    pub(super) fn is_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }

    pub(super) fn is_known(&self) -> bool {
        self.known.load(Relaxed)
    }

    pub(super) fn begin_request(&self, now: u64) {
        if self.requests.fetch_add(1, Relaxed) == 0 {
            self.begun.store(now, Relaxed);
        }
        self.authenticated.store(false, Relaxed);
        self.has_head.store(false, Relaxed);
        self.unread.store(false, Relaxed);
    }

    pub(super) fn end_request(&self, now: u64) {
        self.end_body();
        if self.requests.fetch_sub(1, Relaxed) == 1 {
            self.awaited.store(now, Relaxed);
        }
    }

    /// More of a body is awaited, and so much of it has come just now.
    pub(super) fn body(&self, bytes: u64, now: u64) {
        if self.body.load(Relaxed) == NEVER {
            self.body_bytes.store(0, Relaxed);
            self.body_moved.store(now, Relaxed);
            self.body.store(now, Relaxed);
        }
        if bytes > 0 {
            self.body_bytes.fetch_add(bytes, Relaxed);
            self.body_moved.store(now, Relaxed);
        }
    }

    pub(super) fn end_body(&self) {
        self.body.store(NEVER, Relaxed);
    }

    pub(super) fn blocked(&self, now: u64) {
        // only the first moment counts; a failure means that it is blocked already
        let _ = self.blocked.compare_exchange(NEVER, now, Relaxed, Relaxed);
    }

    pub(super) fn wrote(&self) {
        if self.blocked.load(Relaxed) != NEVER {
            self.blocked.store(NEVER, Relaxed);
        }
    }

    pub(super) fn linger(&self, now: u64) {
        // only the first moment counts
        let _ = self.lingering.compare_exchange(NEVER, now, Relaxed, Relaxed);
    }

    pub(super) fn authenticate(&self) {
        self.authenticated.store(true, Relaxed);
        self.known.store(true, Relaxed);
    }

    pub(super) fn is_authenticated(&self) -> bool {
        self.authenticated.load(Relaxed)
    }

    /// Whether what it does has taken longer than the rules allow.
    pub(super) fn is_overdue(&self, rules: &ConnectionRules, now: u64) -> bool {
        let longer =
            |since: u64, limit: Duration| since != NEVER && now.saturating_sub(since) > millis(limit);
        match self.state() {
            ConnectionState::Head => longer(self.awaited.load(Relaxed), rules.head),
            ConnectionState::Idle => longer(self.awaited.load(Relaxed), rules.idle),
            ConnectionState::Body => {
                let whole = if self.is_authenticated() { rules.upload } else { rules.body };
                longer(self.body.load(Relaxed), whole) || self.is_slow(rules, now)
            }
            ConnectionState::Working => false,
            ConnectionState::Writing => longer(self.blocked.load(Relaxed), rules.write),
            ConnectionState::Lingering => longer(self.lingering.load(Relaxed), rules.linger),
        }
    }

    /// Whether the body comes at less than the least rate, once it has had time to start.
    fn is_slow(&self, rules: &ConnectionRules, now: u64) -> bool {
        let started = self.body.load(Relaxed).saturating_add(millis(rules.body_start));
        let due = now.saturating_sub(started).saturating_mul(rules.body_rate) / 1_000;
        self.body_bytes.load(Relaxed) < due
    }

    /// How little it is worth beside others: the least is closed first. Nothing where it is at work and its peer reads.
    /// What strangers may ask is answered in a moment, so one whose request or answer lasts holds the connection open.
    pub(super) fn worth(&self, rules: &ConnectionRules, now: u64) -> Option<(u8, u64)> {
        let is_known = self.is_known();
        let known = u8::from(is_known);
        let lasts = |since: u64| since != NEVER && now.saturating_sub(since) >= LASTS;
        let authenticated = u8::from(self.is_authenticated());
        match self.state() {
            ConnectionState::Lingering => Some((0, self.lingering.load(Relaxed))),
            ConnectionState::Head | ConnectionState::Idle => Some((1 + known, self.awaited.load(Relaxed))),
            ConnectionState::Body => Some((1 + 2 * authenticated, self.paid_until(rules))),
            ConnectionState::Writing => {
                let blocked = self.blocked.load(Relaxed);
                if is_known { lasts(blocked).then_some((4, blocked)) } else { Some((1, blocked.min(now))) }
            }
            ConnectionState::Working => {
                let begun = self.begun.load(Relaxed);
                (!is_known && lasts(begun)).then_some((1, begun))
            }
        }
    }

    /// How little the body is worth beside others when their bytes have no room: the least goes first. The slowest does,
    /// in bytes a second; of those that are too young to be slow the one that has been still for longest, so that a
    /// delivery that is just coming is not taken for a slow one. Nothing where none is awaited.
    pub(super) fn body_worth(&self, now: u64) -> Option<BodyWorth> {
        let (since, bytes) = (self.body.load(Relaxed), self.body_bytes.load(Relaxed));
        let elapsed = now.saturating_sub(since);
        (since != NEVER).then(|| {
            if elapsed < YOUNG {
                BodyWorth { is_young: true, measure: self.body_moved.load(Relaxed) }
            } else {
                BodyWorth { is_young: false, measure: bytes.saturating_mul(1_000) / elapsed }
            }
        })
    }

    /// Until when the bytes of the body that have come would have lasted at the least rate, and never later than when
    /// the last of them came: a trickle pays for little time, and so does a fast start that then stops.
    fn paid_until(&self, rules: &ConnectionRules) -> u64 {
        let paid = self.body_bytes.load(Relaxed).saturating_mul(1_000) / rules.body_rate.max(1);
        self.body.load(Relaxed).saturating_add(paid).min(self.body_moved.load(Relaxed))
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> ConnectionRules {
        ConnectionRules::default()
    }

    #[test]
    fn a_connection_goes_from_head_to_work_to_idle_and_back() {
        let progress = Progress::new(0);
        assert_eq!(progress.state(), ConnectionState::Head);
        progress.begin_request(0);
        assert_eq!(progress.state(), ConnectionState::Working);
        progress.body(0, 5);
        assert_eq!(progress.state(), ConnectionState::Body);
        progress.end_body();
        progress.blocked(10);
        assert_eq!(progress.state(), ConnectionState::Writing);
        progress.wrote();
        progress.end_request(20);
        assert_eq!(progress.state(), ConnectionState::Idle);
        progress.read(30);
        assert_eq!(progress.state(), ConnectionState::Head);
    }

    #[test]
    fn each_state_has_its_own_deadline() {
        let rules = rules();
        let head = Progress::new(0);
        assert!(!head.is_overdue(&rules, millis(rules.head)));
        assert!(head.is_overdue(&rules, millis(rules.head) + 1));
        let idle = Progress::new(0);
        idle.begin_request(0);
        assert!(!idle.is_overdue(&rules, NEVER / 2), "work takes as long as it takes");
        idle.end_request(1_000);
        assert!(!idle.is_overdue(&rules, millis(rules.idle) + 1_000));
        assert!(idle.is_overdue(&rules, millis(rules.idle) + 1_001));
        let unread = Progress::new(0);
        unread.begin_request(0);
        unread.blocked(0);
        assert!(!unread.is_overdue(&rules, millis(rules.write)));
        assert!(unread.is_overdue(&rules, millis(rules.write) + 1));
    }

    #[test]
    fn a_head_that_trickles_gains_no_time() {
        let rules = rules();
        let head = Progress::new(0);
        head.read(millis(rules.head) - 1);
        assert!(head.is_overdue(&rules, millis(rules.head) + 1));
    }

    #[test]
    fn a_body_is_overdue_as_a_whole_and_when_it_trickles() {
        let rules = rules();
        let start = millis(rules.body_start);
        let trickle = Progress::new(0);
        trickle.begin_request(0);
        trickle.body(0, 0);
        trickle.body(1, start);
        assert!(!trickle.is_overdue(&rules, start));
        assert!(trickle.is_overdue(&rules, start + 1_000));
        let steady = Progress::new(0);
        steady.begin_request(0);
        steady.body(1 << 30, 0);
        assert!(!steady.is_overdue(&rules, millis(rules.body)));
        assert!(steady.is_overdue(&rules, millis(rules.body) + 1));
        steady.authenticate();
        assert!(!steady.is_overdue(&rules, millis(rules.body) + 1), "an upload of somebody known has longer");
        assert!(steady.is_overdue(&rules, millis(rules.upload) + 1));
    }

    #[test]
    fn a_body_that_stopped_is_slower_than_one_that_goes_on() {
        let (stopped, going, ended) = (Progress::new(0), Progress::new(0), Progress::new(0));
        stopped.body(1 << 19, 0);
        going.body(1 << 19, 500);
        ended.body(1, 0);
        ended.end_body();
        let old = |rate| Some(BodyWorth { is_young: false, measure: rate });
        assert_eq!(stopped.body_worth(2_000), old(1 << 18));
        assert_eq!(going.body_worth(2_500), old(1 << 18));
        assert_eq!(ended.body_worth(1_000), None, "a body that is whole is about to be authenticated");
        assert!(going.body_worth(1_499) > stopped.body_worth(1_499), "what has just begun is not slow yet");
    }

    #[test]
    fn the_least_worth_is_what_stalls_longest_and_work_is_never_closed() {
        let rules = rules();
        let (older, newer, trickle, fast, known, working) = (
            Progress::new(0),
            Progress::new(100),
            Progress::new(0),
            Progress::new(0),
            Progress::new(0),
            Progress::new(0),
        );
        for body in [&trickle, &fast] {
            body.begin_request(0);
            body.body(1, 50);
        }
        trickle.body(1, 9_000);
        fast.body(1 << 20, 9_000);
        known.authenticate();
        let now = 10_000;
        working.begin_request(now);
        let worth = |progress: &Progress| progress.worth(&rules, now);
        assert!(worth(&older) < worth(&trickle));
        assert!(worth(&trickle) < worth(&newer));
        assert!(worth(&newer) < worth(&fast));
        assert!(worth(&fast) < worth(&known));
        assert_eq!(worth(&working), None);
        working.authenticate();
        working.blocked(now - 1);
        assert_eq!(worth(&working), None, "it may be read in a moment");
        working.wrote();
        working.blocked(now - LASTS);
        assert!(worth(&known) < worth(&working));
    }

    #[test]
    fn a_stranger_whose_request_or_answer_lasts_is_worth_little_and_somebody_known_is_not() {
        let (rules, now) = (rules(), 10_000);
        let [lasting, fresh, trickling, known] = [(); 4].map(|()| Progress::new(0));
        lasting.begin_request(now - LASTS);
        fresh.begin_request(now - LASTS + 1);
        trickling.begin_request(now - 1);
        trickling.blocked(now - 1);
        known.begin_request(0);
        known.authenticate();
        assert_eq!(lasting.worth(&rules, now), Some((1, now - LASTS)));
        assert_eq!(fresh.worth(&rules, now), None);
        assert_eq!(trickling.worth(&rules, now), Some((1, now - 1)), "it reads, and little at a time");
        assert_eq!(known.worth(&rules, now), None, "a stream of events lasts");
        lasting.end_request(now);
        lasting.begin_request(now);
        assert_eq!(lasting.worth(&rules, now), None, "another request has begun");
    }
}
