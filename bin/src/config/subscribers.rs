//! Who is told of coverage events by webhooks of ours.

use super::values::seconds;
use covertrail_adapters::address::is_private;
use covertrail_adapters::schema::KINDS;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::time::Duration;
use url::Url;

/// One `[[subscribers]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscriber {
    /// What it is called here, in the log and in the name of its secret.
    #[serde(deserialize_with = "name")]
    pub name: SubscriberName,
    /// Where its events are posted to. It may hold what opens doors, so only its origin is ever shown.
    #[serde(deserialize_with = "url")]
    pub url: Url,
    /// What it is told of.
    pub events: Events,
    /// Where one that was never told anything begins.
    #[serde(default)]
    pub from: From,
    /// How long it may take to answer.
    #[serde(rename = "timeout_seconds", deserialize_with = "seconds", default = "timeout")]
    pub timeout: Duration,
    /// To how many work orders' events it is asked to listen at once.
    #[serde(default = "max_in_flight")]
    pub max_in_flight: usize,
    /// The pause after the first failure; each further one about doubles it.
    #[serde(rename = "first_pause_seconds", deserialize_with = "seconds", default = "first_pause")]
    pub first_pause: Duration,
    /// The longest pause.
    #[serde(rename = "longest_pause_seconds", deserialize_with = "seconds", default = "longest_pause")]
    pub longest_pause: Duration,
    /// How long an event is tried before it is a dead letter.
    #[serde(rename = "give_up_after_seconds", deserialize_with = "seconds", default = "give_up_after")]
    pub give_up_after: Duration,
}

/// Where a new subscriber begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// With what happens from now on.
    #[default]
    Now,
    /// With the first event of the log.
    Start,
}

/// Which events somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// Every one.
    All,
    /// Those of these names, as they are stored.
    Of(Vec<&'static str>),
}

impl Events {
    /// Whether an event of this name is wanted.
    pub fn include(&self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Of(kinds) => kinds.contains(&kind),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let wrong = || de::Error::custom("events: takes \"*\" or a list of event names");
        let names = match Written::deserialize(source).map_err(|_| wrong())? {
            Written::One(all) if all == "*" => return Ok(Self::All),
            Written::One(_) => return Err(wrong()),
            Written::Many(names) if names.is_empty() => return Err(wrong()),
            Written::Many(names) => names,
        };
        let mut kinds = Vec::new();
        for name in &names {
            let known = kinds.len();
            // with its version, or without one for all that there are and will be
            kinds.extend(KINDS.iter().filter(|kind| **kind == name || unversioned(kind) == name));
            if kinds.len() == known {
                return Err(de::Error::custom(format!(
                    "events: nothing is called {name:?}; there are {}",
                    KINDS.iter().map(|kind| unversioned(kind)).collect::<Vec<_>>().join(", ")
                )));
            }
        }
        Ok(Self::Of(kinds))
    }
}

fn unversioned(kind: &str) -> &str {
    kind.rsplit_once(".v").map_or(kind, |(name, _)| name)
}

impl Subscriber {
    /// The variable that holds its secret.
    pub fn variable(&self) -> String {
        format!("COVERTRAIL_SUBSCRIBER_{}_SECRET", self.name.as_str().to_ascii_uppercase().replace('-', "_"))
    }

    /// A line for each field that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let zero = [
            ("timeout_seconds", self.timeout.is_zero()),
            ("max_in_flight", self.max_in_flight == 0),
            ("first_pause_seconds", self.first_pause.is_zero()),
        ];
        let mut problems: Vec<String> = zero
            .iter()
            .filter(|(_, is_zero)| *is_zero)
            .map(|(field, _)| format!("subscribers.{}.{field}: must be at least 1", self.name))
            .collect();
        if self.longest_pause < self.first_pause {
            problems.push(format!(
                "subscribers.{}.longest_pause_seconds: must not be less than first_pause_seconds",
                self.name
            ));
        }
        problems
    }
}

/// What a subscriber is called: 1 to 64 lower-case letters, digits and `-`, a letter first. It fits a stream's name, a
/// variable's and a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubscriberName(String);

/// Why a text is no subscriber's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("takes up to 64 small letters, digits and hyphens, and a letter first")]
pub struct InvalidSubscriberName;

impl SubscriberName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidSubscriberName> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins_so = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        let is_name = begins_so && text.len() <= 64 && text.bytes().all(fits);
        if is_name { Ok(Self(text.to_owned())) } else { Err(InvalidSubscriberName) }
    }

    /// The name as the configuration has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn name<'de, D: Deserializer<'de>>(source: D) -> Result<SubscriberName, D::Error> {
    SubscriberName::parse(&String::deserialize(source)?)
        .map_err(|error| de::Error::custom(format!("name: {error}")))
}

fn url<'de, D: Deserializer<'de>>(source: D) -> Result<Url, D::Error> {
    let url = Url::parse(&String::deserialize(source)?)
        .map_err(|error| de::Error::custom(format!("url: {error}")))?;
    if !is_private(&url) {
        return Err(de::Error::custom("url: must begin with https:// (or http:// on this machine)"));
    }
    Ok(url)
}

const fn timeout() -> Duration {
    Duration::from_secs(15)
}

const fn max_in_flight() -> usize {
    4
}

const fn first_pause() -> Duration {
    Duration::from_secs(5)
}

const fn longest_pause() -> Duration {
    Duration::from_hours(6)
}

const fn give_up_after() -> Duration {
    Duration::from_hours(72)
}
