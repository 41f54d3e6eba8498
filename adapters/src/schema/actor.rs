//! Who caused an event, and by which way it came.

use super::malformed::Fault;
use covertrail_domain::id::PersonId;
use std::borrow::Cow;

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// 1099Policy, by what it reported or answered.
    Policy,
    /// WorkMarket, by what it reported or answered.
    WorkMarket,
    /// Covertrail itself, such as when it gave up on a call.
    Covertrail,
    /// Time that passed.
    Clock,
    /// One of our people.
    Person(PersonId),
}

impl Actor {
    pub(super) fn as_text(&self) -> Cow<'static, str> {
        match self {
            Self::Policy => "1099policy".into(),
            Self::WorkMarket => "workmarket".into(),
            Self::Covertrail => "covertrail".into(),
            Self::Clock => "clock".into(),
            Self::Person(id) => format!("person:{id}").into(),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "1099policy" => Ok(Self::Policy),
            "workmarket" => Ok(Self::WorkMarket),
            "covertrail" => Ok(Self::Covertrail),
            "clock" => Ok(Self::Clock),
            other => {
                let id = other.strip_prefix("person:").ok_or(Fault::new("names no actor that is known"))?;
                PersonId::parse(id).map(Self::Person).map_err(|error| Fault::new(error.to_string()))
            }
        }
    }
}

/// By which way the cause of an event came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A vendor's webhook.
    Webhook,
    /// A vendor's answer to a call of ours.
    Api,
    /// A deadline that passed.
    Clock,
    /// A person's request.
    Command,
    /// What was found when a vendor was asked for news.
    Polling,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 5] = [Self::Webhook, Self::Api, Self::Clock, Self::Command, Self::Polling];

    /// Its name in envelopes and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Api => "api",
            Self::Clock => "clock",
            Self::Command => "command",
            Self::Polling => "polling",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|source| source.as_str() == text);
        known.ok_or(Fault::new("names no source that is known"))
    }
}
