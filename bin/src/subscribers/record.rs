//! What the log keeps of a subscriber: how far it is, what it did not take, and who had it told again.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One event of a subscriber's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    /// It is told what comes after a position.
    Began(Began),
    /// It was told everything up to a position, but for what waits.
    Reached(Reached),
    /// It did not take an event for so long that it is no longer tried.
    DeadLettered(Dead),
    /// It took a dead letter after all.
    Redelivered(Redelivered),
    /// A person has it told again.
    ReplayAsked(Replay),
    /// One of several nodes tells it for a while.
    TurnTaken(Turn),
}

/// Where it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Began {
    pub(super) after: u64,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reached {
    pub(super) after: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) waiting: Vec<Waiting>,
}

/// An event that was not taken yet; moments in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub(super) position: u64,
    pub(super) work_order: String,
    pub(super) recorded_at: i64,
    pub(super) failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<i64>,
}

/// An event that was given up; moments in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dead {
    pub(super) position: u64,
    pub(super) work_order: String,
    pub(super) recorded_at: i64,
    pub(super) failures: u32,
    pub(super) since: i64,
    pub(super) reason: String,
}

/// A dead letter that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Redelivered {
    pub(super) position: u64,
}

/// Which node tells it, until a moment in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    pub(super) of: String,
    pub(super) until: i64,
}

/// What is told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// Every event from this position on.
    From(u64),
    /// The dead letters.
    #[serde(rename = "dead")]
    Dead(True),
}

/// Nothing but `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        if value { Ok(Self) } else { Err("takes nothing but true") }
    }
}

impl From<True> for bool {
    fn from(True: True) -> Self {
        true
    }
}

impl Record {
    /// Its name and its data, as they are stored.
    pub(super) fn encode(&self) -> serde_json::Result<(&'static str, Vec<u8>)> {
        Ok(match self {
            Self::Began(data) => ("subscriber.began.v1", serde_json::to_vec(data)?),
            Self::Reached(data) => ("subscriber.reached.v1", serde_json::to_vec(data)?),
            Self::DeadLettered(data) => ("subscriber.dead_lettered.v1", serde_json::to_vec(data)?),
            Self::Redelivered(data) => ("subscriber.redelivered.v1", serde_json::to_vec(data)?),
            Self::ReplayAsked(data) => ("subscriber.replay_asked.v1", serde_json::to_vec(data)?),
            Self::TurnTaken(data) => ("subscriber.turn_taken.v1", serde_json::to_vec(data)?),
        })
    }

    /// Reads what is stored.
    pub(super) fn decode(kind: &str, data: &[u8]) -> serde_json::Result<Self> {
        Ok(match kind {
            "subscriber.began.v1" => Self::Began(serde_json::from_slice(data)?),
            "subscriber.reached.v1" => Self::Reached(serde_json::from_slice(data)?),
            "subscriber.dead_lettered.v1" => Self::DeadLettered(serde_json::from_slice(data)?),
            "subscriber.redelivered.v1" => Self::Redelivered(serde_json::from_slice(data)?),
            "subscriber.replay_asked.v1" => Self::ReplayAsked(serde_json::from_slice(data)?),
            "subscriber.turn_taken.v1" => Self::TurnTaken(serde_json::from_slice(data)?),
            other => {
                let unknown = format!("{other} is nothing that is said of a subscriber");
                return Err(serde::de::Error::custom(unknown));
            }
        })
    }
}

/// The longest turn that is believed, in microseconds: many times what one lasts, because nodes' clocks may differ.
const LONGEST_TURN: i64 = 7_200_000_000;

/// Why a line of a subscriber's stream cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Impossible {
    /// It speaks of an event that came after it.
    #[error("it names position {named}, which the log had not reached at position {at}")]
    BeyondTheLog {
        /// The position that it names.
        named: u64,
        /// Its own.
        at: u64,
    },
    /// It gives a node more time than any takes.
    #[error("it gives a node a turn of more than two hours")]
    EndlessTurn,
}

impl Record {
    /// Refuses what cannot be true of a line at that position, recorded at that moment in microseconds: a line can only
    /// speak of events before it.
    pub(super) fn check(&self, at: u64, recorded_at: i64) -> Result<(), Impossible> {
        let named = match self {
            Self::Began(began) => began.after,
            Self::Reached(reached) => {
                let waiting = reached.waiting.iter().map(|waiting| waiting.position);
                waiting.chain([reached.after]).max().unwrap_or_default()
            }
            Self::DeadLettered(dead) => dead.position,
            Self::TurnTaken(turn) if turn.until.saturating_sub(recorded_at) > LONGEST_TURN => {
                return Err(Impossible::EndlessTurn);
            }
            // what is not among the dead letters, or not before where the subscriber is, changes nothing
            Self::Redelivered(_) | Self::ReplayAsked(_) | Self::TurnTaken(_) => 0,
        };
        if named < at || named == 0 { Ok(()) } else { Err(Impossible::BeyondTheLog { named, at }) }
    }
}

/// How a subscriber stands, folded from its stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) has_begun: bool,
    /// It was told everything up to here, but for what waits and what is dead.
    pub(super) after: u64,
    pub(super) waiting: Vec<Waiting>,
    pub(super) dead: BTreeMap<u64, Dead>,
    /// Which of the dead are to be tried again.
    pub(super) again: BTreeSet<u64>,
    /// Whose turn it was last.
    pub(super) turn: Option<Turn>,
}

impl Standing {
    /// Takes in what happened next.
    pub(super) fn evolve(&mut self, record: Record) {
        match record {
            Record::Began(began) => {
                self.has_begun = true;
                self.after = began.after;
            }
            Record::Reached(reached) => {
                self.after = reached.after;
                self.waiting = reached.waiting;
            }
            Record::DeadLettered(dead) => {
                self.waiting.retain(|waiting| waiting.position != dead.position);
                self.again.remove(&dead.position);
                self.dead.insert(dead.position, dead);
            }
            Record::Redelivered(Redelivered { position }) => {
                self.again.remove(&position);
                self.dead.remove(&position);
            }
            Record::ReplayAsked(Replay::From(position)) => {
                self.after = self.after.min(position.saturating_sub(1));
                self.again.extend(self.dead.range(position..).map(|(position, _)| *position));
            }
            Record::ReplayAsked(Replay::Dead(True)) => self.again.extend(self.dead.keys()),
            Record::TurnTaken(turn) => self.turn = Some(turn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(position: u64) -> Dead {
        Dead {
            position,
            work_order: "WO-1".into(),
            recorded_at: 1,
            failures: 9,
            since: 2,
            reason: "it answered 500 Internal Server Error".into(),
        }
    }

    #[test]
    fn what_is_stored_is_read_again_and_never_changes_its_form() {
        let waiting =
            Waiting { position: 7, work_order: "WO-2".into(), recorded_at: 3, failures: 1, since: Some(4) };
        for (record, kind, data) in [
            (Record::Began(Began { after: 4 }), "subscriber.began.v1", r#"{"after":4}"#),
            (
                Record::Reached(Reached { after: 9, waiting: vec![waiting] }),
                "subscriber.reached.v1",
                r#"{"after":9,"waiting":[{"position":7,"work_order":"WO-2","recorded_at":3,"failures":1,"since":4}]}"#,
            ),
            (
                Record::DeadLettered(dead(5)),
                "subscriber.dead_lettered.v1",
                r#"{"position":5,"work_order":"WO-1","recorded_at":1,"failures":9,"since":2,"reason":"it answered 500 Internal Server Error"}"#,
            ),
            (
                Record::Redelivered(Redelivered { position: 5 }),
                "subscriber.redelivered.v1",
                r#"{"position":5}"#,
            ),
            (Record::ReplayAsked(Replay::From(3)), "subscriber.replay_asked.v1", r#"{"from":3}"#),
            (Record::ReplayAsked(Replay::Dead(True)), "subscriber.replay_asked.v1", r#"{"dead":true}"#),
            (
                Record::TurnTaken(Turn { of: "n".into(), until: 8 }),
                "subscriber.turn_taken.v1",
                r#"{"of":"n","until":8}"#,
            ),
        ] {
            let (named, stored) = record.encode().unwrap();
            assert_eq!((named, String::from_utf8(stored).unwrap().as_str()), (kind, data));
            assert_eq!(Record::decode(kind, data.as_bytes()).unwrap(), record);
        }
        assert!(Record::decode("subscriber.replay_asked.v1", br#"{"dead":false}"#).is_err());
        assert!(Record::decode("subscriber.forgotten.v1", b"{}").is_err());
    }

    #[test]
    fn a_line_speaks_only_of_what_was_there_before_it() {
        let waiting = |position| Waiting {
            position,
            work_order: "WO-2".into(),
            recorded_at: 3,
            failures: 1,
            since: None,
        };
        for record in [
            Record::Began(Began { after: 1_000_000_000 }),
            Record::Began(Began { after: 7 }),
            Record::Reached(Reached { after: u64::MAX, waiting: vec![] }),
            Record::Reached(Reached { after: 3, waiting: vec![waiting(9)] }),
            Record::DeadLettered(dead(8)),
            Record::TurnTaken(Turn { of: "n".into(), until: i64::MAX }),
        ] {
            assert!(record.check(7, 1_000).is_err(), "{record:?}");
        }
        for record in [
            Record::Began(Began { after: 0 }),
            Record::Reached(Reached { after: 6, waiting: vec![waiting(5)] }),
            Record::DeadLettered(dead(6)),
            Record::ReplayAsked(Replay::From(u64::MAX)),
            Record::TurnTaken(Turn { of: "n".into(), until: 60_000_000 }),
        ] {
            assert_eq!(record.check(7, 1_000), Ok(()), "{record:?}");
        }
    }

    #[test]
    fn a_replay_goes_back_to_its_position_and_takes_up_the_dead_from_there_on() {
        let mut standing = Standing::default();
        let told = [
            Record::Began(Began { after: 0 }),
            Record::DeadLettered(dead(2)),
            Record::DeadLettered(dead(6)),
            Record::Reached(Reached { after: 9, waiting: vec![] }),
            Record::ReplayAsked(Replay::From(5)),
        ];
        for record in told {
            standing.evolve(record);
        }
        assert_eq!((standing.after, standing.again.clone()), (4, BTreeSet::from([6])));
        standing.evolve(Record::Redelivered(Redelivered { position: 6 }));
        standing.evolve(Record::ReplayAsked(Replay::Dead(True)));
        assert_eq!(standing.again, BTreeSet::from([2]));
        standing.evolve(Record::DeadLettered(dead(2)));
        assert!(
            standing.again.is_empty() && standing.dead.len() == 1,
            "it was tried again and given up again"
        );
    }
}
