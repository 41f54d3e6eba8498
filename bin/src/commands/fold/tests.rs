use super::*;
use crate::show::testing::assigned;
use covertrail_domain::coverage::{Event, Stage};
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::Timestamp;
use uuid::Uuid;

/// An event as the log has it: stream, revision, position, second of recording.
struct Stored {
    stream: &'static str,
    revision: u64,
    position: u64,
    second: i64,
    kind: String,
    data: Vec<u8>,
    metadata: Vec<u8>,
}

impl Stored {
    fn new(stream: &'static str, revision: u64, position: u64, second: i64, event: &Event) -> Self {
        let stored = schema::encode(event);
        let (kind, data) = (stored.kind.to_owned(), stored.data);
        Self { stream, revision, position, second, kind, data, metadata: b"{\"by\":\"x\"}".to_vec() }
    }

    fn recorded(&self) -> Recorded<'_> {
        Recorded {
            position: Position::new(self.position),
            stream: self.stream,
            revision: self.revision,
            id: Uuid::nil(),
            kind: &self.kind,
            data: &self.data,
            metadata: &self.metadata,
            recorded_at: self.second * 1_000_000,
        }
    }
}

fn started() -> Event {
    Event::WorkStarted { at: Timestamp::from_unix(100) }
}

fn enrolled() -> Event {
    Event::ContractorCreated { contractor: ContractorId::parse("cn_1").unwrap() }
}

fn log() -> [Stored; 4] {
    [
        Stored::new("coverage-1", 0, 3, 10, &assigned("1")),
        Stored::new("coverage-2", 0, 5, 20, &assigned("2")),
        Stored::new("coverage-1", 1, 6, 30, &enrolled()),
        Stored::new("coverage-1", 2, 9, 15, &started()),
    ]
}

fn folded(bound: Bound) -> Fold {
    folded_from(bound, &log())
}

fn folded_from(bound: Bound, log: &[Stored]) -> Fold {
    let mut fold = Fold::new(bound);
    for stored in log {
        fold.take(&stored.recorded()).unwrap();
    }
    fold
}

fn events_of(bound: Bound) -> u64 {
    folded(bound).events()
}

#[test]
fn a_fold_ends_with_the_event_at_its_position() {
    assert_eq!(events_of(Bound::Everything), 4);
    for (position, events) in [(2, 0), (3, 1), (4, 1), (5, 2), (6, 3), (9, 4), (99, 4)] {
        assert_eq!(events_of(Bound::Position(Position::new(position))), events, "{position}");
    }
}

#[test]
fn a_stream_ends_before_what_was_recorded_later_even_if_the_clock_was_set_back() {
    for (second, events) in [(9, 0), (10, 1), (19, 1), (20, 2), (29, 2), (30, 4)] {
        assert_eq!(events_of(Bound::Recorded(second * 1_000_000)), events, "{second}");
    }
    assert_eq!(events_of(Bound::Recorded(10 * 1_000_000 - 1)), 0, "to the microsecond");
}

#[test]
fn work_orders_are_known_from_their_first_event_on() {
    let fold = folded(Bound::Position(Position::new(4)));
    let known: Vec<_> = fold.states().map(|(id, state)| (id, state.stage())).collect();
    assert_eq!(known, [("1", Some(Stage::Assigned))]);
    assert_eq!(fold.last(), Some(Position::new(3)));
}

#[test]
fn the_digest_is_the_sha256_of_the_lines() {
    let mut lines = Vec::new();
    for stored in log() {
        line(&stored.recorded(), |part| lines.extend_from_slice(part));
    }
    let text = String::from_utf8(lines.clone()).unwrap();
    assert_eq!(
        text.lines().nth(2),
        Some(
            r#"{"kind":"coverage.contractor_created.v1","data":{"contractor":"cn_1"},"metadata":{"by":"x"}}"#
        )
    );
    let digest = folded(Bound::Everything).digest();
    let bytes =
        (0..digest.len()).step_by(2).map(|from| u8::from_str_radix(&digest[from..from + 2], 16).unwrap());
    assert_eq!(bytes.collect::<Vec<_>>(), Sha256::digest(&lines).to_vec());
}

#[test]
fn the_digest_changes_with_any_byte_and_with_the_order() {
    let digest_of = |log: &[Stored]| folded_from(Bound::Everything, log).digest();
    let mut digests = vec![digest_of(&log())];
    let mut other = log();
    other[3].metadata = b"{\"by\":\"y\"}".to_vec();
    digests.push(digest_of(&other));
    let mut other = log();
    other.swap(0, 1);
    digests.push(digest_of(&other));
    digests.push(digest_of(&log()[..3]));
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 4);
}

#[test]
fn what_does_not_read_or_follow_is_refused() {
    let refused = |mend: fn(&mut Stored)| {
        let mut stored = Stored::new("coverage-1", 0, 1, 1, &assigned("1"));
        mend(&mut stored);
        Fold::new(Bound::Everything).take(&stored.recorded()).unwrap_err().to_string()
    };
    let newer = refused(|stored| stored.kind = "coverage.assigned.v9".into());
    assert!(newer.contains("coverage.assigned.v9") && newer.contains("newer version"), "{newer}");
    let missing = refused(|stored| stored.revision = 4);
    assert_eq!(missing, "it has revision 4 where 0 must come: the log is damaged");
    let torn = refused(|stored| stored.metadata = b"{}{}".to_vec());
    assert_eq!(torn, "its metadata is not JSON");
    let torn = refused(|stored| stored.data.truncate(20));
    assert!(torn.contains("coverage.assigned.v1"), "{torn}");
}
