use std::time::Duration;

use serde::{Deserialize, Serialize};
use tonic::Status;

use crate::gateway::filter::Filter;
use crate::gateway::pattern::Patterns;
use crate::gateway::wire;
use crate::gateway::wire::filter_options::{Expression, Filter as WireFilter};
use crate::gateway::wire::persistent_subscriptions::create_req::settings::{CheckpointAfter, MessageTimeout};
use crate::gateway::wire::persistent_subscriptions::create_req::{ConsumerStrategy, Settings as Wire};

/// 100 ns ticks of one millisecond: how old clients give durations.
const TICKS: i64 = 10_000;

/// Saving costs the disk a turn that webhooks need too, so a client has it no more often than this.
const SAVED_AT_MOST_EVERY: Duration = Duration::from_millis(20);
const SAVED_FROM: u32 = 20;

/// How a group works, as its client set it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) resolve_links: bool,
    pub(super) extra_statistics: bool,
    pub(super) message_timeout_ms: u64,
    /// How often an event is delivered again before it is parked.
    pub(super) max_retry_count: u32,
    pub(super) checkpoint_after_ms: u64,
    pub(super) min_checkpoint_count: u32,
    pub(super) max_checkpoint_count: u32,
    /// How many consumers there may be; 0 is any number.
    pub(super) max_subscriber_count: u32,
    pub(super) live_buffer_size: u32,
    pub(super) read_batch_size: u32,
    pub(super) history_buffer_size: u32,
    pub(super) strategy: Strategy,
    pub(super) filter: Option<Kept>,
    /// As it is told again: `0`, `-1`, a revision, or a position.
    pub(super) start_from: String,
}

/// Who gets the next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Strategy {
    DispatchToSingle,
    RoundRobin,
    /// The events of a stream go to the same consumer while it has room.
    Pinned,
}

/// A filter as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    by_stream: bool,
    regex: String,
    prefixes: Vec<String>,
}

impl Settings {
    pub(super) fn parse(settings: &Wire, filter: Option<Kept>, start_from: String) -> Result<Self, Status> {
        let count = |name: &str, count: i32| {
            u32::try_from(count).map_err(|_| Status::invalid_argument(format!("{name} is negative")))
        };
        let strategy = Strategy::parse(settings)?;
        let message_timeout_ms = match settings.message_timeout {
            Some(MessageTimeout::MessageTimeoutMs(ms)) => ms.into(),
            Some(MessageTimeout::MessageTimeoutTicks(ticks)) => ticks / TICKS,
            None => 30_000,
        };
        let checkpoint_after_ms = match settings.checkpoint_after {
            Some(CheckpointAfter::CheckpointAfterMs(ms)) => ms.into(),
            Some(CheckpointAfter::CheckpointAfterTicks(ticks)) => ticks / TICKS,
            None => 2000,
        };
        let duration = |name: &str, ms: i64| {
            u64::try_from(ms).map_err(|_| Status::invalid_argument(format!("{name} is negative")))
        };
        Ok(Self {
            resolve_links: settings.resolve_links,
            extra_statistics: settings.extra_statistics,
            message_timeout_ms: duration("message_timeout", message_timeout_ms)?,
            max_retry_count: count("max_retry_count", settings.max_retry_count)?,
            checkpoint_after_ms: duration("checkpoint_after", checkpoint_after_ms)?,
            min_checkpoint_count: count("min_checkpoint_count", settings.min_checkpoint_count)?,
            max_checkpoint_count: count("max_checkpoint_count", settings.max_checkpoint_count)?,
            max_subscriber_count: count("max_subscriber_count", settings.max_subscriber_count)?,
            live_buffer_size: count("live_buffer_size", settings.live_buffer_size)?,
            read_batch_size: count("read_batch_size", settings.read_batch_size)?,
            history_buffer_size: count("history_buffer_size", settings.history_buffer_size)?,
            strategy,
            filter,
            start_from,
        })
    }

    /// How long a consumer may take; 0 is for ever.
    pub(super) fn message_timeout(&self) -> Option<Duration> {
        (self.message_timeout_ms > 0).then(|| Duration::from_millis(self.message_timeout_ms))
    }

    /// How long after an event was settled that is saved at the latest.
    pub(super) fn checkpoint_after(&self) -> Duration {
        Duration::from_millis(self.checkpoint_after_ms).max(SAVED_AT_MOST_EVERY)
    }

    /// After how many settled events that is saved at once.
    pub(super) fn checkpoint_count(&self) -> u32 {
        self.max_checkpoint_count.max(SAVED_FROM)
    }
}

impl Strategy {
    fn parse(settings: &Wire) -> Result<Self, Status> {
        match settings.consumer_strategy.as_str() {
            "DispatchToSingle" => return Ok(Self::DispatchToSingle),
            "RoundRobin" => return Ok(Self::RoundRobin),
            "Pinned" | "PinnedByCorrelation" => return Ok(Self::Pinned),
            "" => {}
            other => return Err(Status::invalid_argument(format!("no consumer strategy is named {other}"))),
        }
        match ConsumerStrategy::try_from(settings.named_consumer_strategy) {
            Ok(ConsumerStrategy::DispatchToSingle) => Ok(Self::DispatchToSingle),
            Ok(ConsumerStrategy::RoundRobin) => Ok(Self::RoundRobin),
            Ok(ConsumerStrategy::Pinned) => Ok(Self::Pinned),
            Err(_) => Err(Status::invalid_argument("the consumer strategy is unknown")),
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DispatchToSingle => "DispatchToSingle",
            Self::RoundRobin => "RoundRobin",
            Self::Pinned => "Pinned",
        }
    }
}

impl Kept {
    /// Reads a filter and makes sure that it can be used.
    pub(super) async fn parse(
        patterns: &Patterns,
        filter: wire::FilterOptions,
    ) -> Result<Option<Self>, Status> {
        let kept = match filter.filter.clone() {
            Some(WireFilter::StreamIdentifier(expression)) => Self::of(true, expression),
            Some(WireFilter::EventType(expression)) => Self::of(false, expression),
            None => return Ok(None),
        };
        Filter::parse(patterns, filter).await?;
        Ok(Some(kept))
    }

    fn of(by_stream: bool, expression: Expression) -> Self {
        Self { by_stream, regex: expression.regex, prefixes: expression.prefix }
    }

    pub(super) async fn filter(&self, patterns: &Patterns) -> Result<Option<Filter>, Status> {
        let expression = Expression { regex: self.regex.clone(), prefix: self.prefixes.clone() };
        let filter = if self.by_stream {
            WireFilter::StreamIdentifier(expression)
        } else {
            WireFilter::EventType(expression)
        };
        let options =
            wire::FilterOptions { filter: Some(filter), window: None, checkpoint_interval_multiplier: 1 };
        Filter::parse(patterns, options).await
    }
}
