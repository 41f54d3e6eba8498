//! What is kept beside each event: who or what caused it, and when.

use super::actor::{Actor, Source};
use super::form::json;
use super::malformed::{self, Fault, Malformed};
use super::moment;
use super::scalar::Text;
use super::scan::{Scan, Scanned};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The metadata of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who caused it.
    pub actor: Actor,
    /// The story it belongs to: the work order's, see [`correlation`].
    pub correlation: String,
    /// What came just before it: the stream of the delivery, the idempotency key of the call or the request of
    /// the person.
    pub causation: String,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When it was recorded here, in Unix microseconds between the years 0 and 9999.
    pub recorded_at: i64,
    /// By which way it came.
    pub source: Source,
    /// Why, in the words of the person who did it.
    pub reason: Option<String>,
}

/// The story of a work order, which is its stream.
pub fn correlation(work_order: &WorkOrderId) -> String {
    format!("coverage-{work_order}")
}

impl Envelope {
    /// The JSON to store. A moment of recording outside the years 0 to 9999 is drawn in to them.
    pub fn encode(&self) -> Vec<u8> {
        json(&Written {
            actor: &self.actor.as_text(),
            correlation: &self.correlation,
            causation: &self.causation,
            occurred_at: moment::seconds(self.occurred_at),
            recorded_at: moment::microseconds(self.recorded_at),
            source: self.source.as_str(),
            reason: self.reason.as_deref(),
        })
    }

    /// Reads stored JSON. Keys that begin with `$` and are not ours belong to the event store or its clients.
    pub fn decode(metadata: &[u8]) -> Result<Self, Malformed> {
        malformed::parse::<Read<'_>>(metadata)
            .and_then(Self::try_from)
            .map_err(|fault| Malformed::Envelope { fault })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    actor: &'a str,
    #[serde(rename = "$correlationId")]
    correlation: &'a str,
    #[serde(rename = "$causationId")]
    causation: &'a str,
    occurred_at: String,
    recorded_at: String,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

struct Read<'a> {
    actor: Text<'a>,
    correlation: Text<'a>,
    causation: Text<'a>,
    occurred_at: Text<'a>,
    recorded_at: Text<'a>,
    source: Text<'a>,
    reason: Option<Text<'a>>,
}

impl TryFrom<Read<'_>> for Envelope {
    type Error = Fault;

    fn try_from(read: Read<'_>) -> Result<Self, Fault> {
        let moment = |text: &Text<'_>, field| moment::parse(&text.0).map_err(|fault| fault.within(field));
        Ok(Self {
            actor: Actor::parse(&read.actor.0).map_err(|fault| fault.within("actor"))?,
            occurred_at: Timestamp::from_unix(moment(&read.occurred_at, "occurred_at")?.timestamp()),
            recorded_at: moment(&read.recorded_at, "recorded_at")?.timestamp_micros(),
            source: Source::parse(&read.source.0).map_err(|fault| fault.within("source"))?,
            correlation: read.correlation.0.into_owned(),
            causation: read.causation.0.into_owned(),
            reason: read.reason.map(|reason| reason.0.into_owned()),
        })
    }
}

impl<'a> Scanned<'a> for Read<'a> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.eat("{")?;
        let mut comma = false;
        let read = Self {
            actor: scan.field(&mut comma, "\"actor\":")?,
            correlation: scan.field(&mut comma, "\"$correlationId\":")?,
            causation: scan.field(&mut comma, "\"$causationId\":")?,
            occurred_at: scan.field(&mut comma, "\"occurred_at\":")?,
            recorded_at: scan.field(&mut comma, "\"recorded_at\":")?,
            source: scan.field(&mut comma, "\"source\":")?,
            // the few that have one are read the long way
            reason: None,
        };
        scan.eat("}")?;
        Some(read)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Read<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadVisitor)
    }
}

struct ReadVisitor;

const FIELDS: &[&str] =
    &["actor", "$correlationId", "$causationId", "occurred_at", "recorded_at", "source", "reason"];

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read<'de>, A::Error> {
        let mut found: [Option<Text<'de>>; 7] = Default::default();
        while let Some(Text(key)) = map.next_key::<Text<'de>>()? {
            let known = FIELDS.iter().zip(&mut found).find(|(field, _)| **field == key);
            match known {
                Some((field, Some(_))) => return Err(Error::duplicate_field(field)),
                Some((_, slot)) => *slot = Some(map.next_value()?),
                None if key.starts_with('$') => drop(map.next_value::<IgnoredAny>()?),
                None => return Err(Error::unknown_field(&key, FIELDS)),
            }
        }
        let [actor, correlation, causation, occurred_at, recorded_at, source, reason] = found;
        Ok(Read {
            actor: needed(actor, "actor")?,
            correlation: needed(correlation, "$correlationId")?,
            causation: needed(causation, "$causationId")?,
            occurred_at: needed(occurred_at, "occurred_at")?,
            recorded_at: needed(recorded_at, "recorded_at")?,
            source: needed(source, "source")?,
            reason,
        })
    }
}

fn needed<T, E: Error>(found: Option<T>, field: &'static str) -> Result<T, E> {
    found.ok_or_else(|| E::missing_field(field))
}
