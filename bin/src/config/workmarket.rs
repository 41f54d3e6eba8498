//! The table `[workmarket]`.

use super::values::{Webhook, seconds};
use covertrail_adapters::address::is_on_this_machine;
use serde::{Deserialize, Deserializer};
use std::time::Duration;
use url::Url;

/// Where the guide's API is, and where the employer API is.
const GUIDE: &str = "https://api.workmarket.com/v1";
const EMPLOYER_V1: &str = "https://www.workmarket.com/v1/employer";
/// How often the vendor lets itself be asked for news at most.
const SHORTEST_POLL: Duration = Duration::from_mins(2);

/// WorkMarket.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkMarket {
    /// Which of its APIs.
    pub api: Api,
    /// The API, up to and with its version.
    pub base_url: String,
    /// One request's time limit.
    #[serde(rename = "timeout_seconds", deserialize_with = "seconds")]
    pub timeout: Duration,
    /// How often a request is tried.
    pub attempts: u32,
    /// How many requests are on their way at once.
    pub max_in_flight: usize,
    /// How many requests are begun in a second.
    pub requests_per_second: u32,
    /// After how many failures in a row it is left alone.
    pub breaker_failures: u32,
    /// For how long, at first.
    #[serde(rename = "breaker_pause_seconds", deserialize_with = "seconds")]
    pub breaker_pause: Duration,
    /// Which status begins coverage.
    pub trigger: Trigger,
    /// The domain of proxy emails.
    pub relay_domain: String,
    /// How long work is taken to last where WorkMarket does not say when it ends.
    #[serde(rename = "default_length_hours", deserialize_with = "hours")]
    pub default_length: Duration,
    /// Whether the vendor is asked what was changed; without it, where it can say so (employer-v1).
    pub poll: Option<bool>,
    /// Between two times of asking.
    #[serde(rename = "poll_seconds", deserialize_with = "seconds")]
    pub poll_every: Duration,
    /// How much of what was asked before is asked again.
    #[serde(rename = "poll_overlap_seconds", deserialize_with = "seconds")]
    pub poll_overlap: Duration,
    /// How its webhooks are authenticated.
    pub webhook: Webhook,
}

/// Which of WorkMarket's APIs is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Api {
    /// The REST of the vendor's guide.
    #[serde(rename = "guide")]
    Guide,
    /// The employer API, version 1.
    #[serde(rename = "employer-v1")]
    EmployerV1,
}

/// Which WorkMarket status begins coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The guide's primary trigger.
    Assigned,
    /// The guide's alternative, where work begins after check-in.
    InProgress,
}

impl Default for WorkMarket {
    fn default() -> Self {
        Self {
            api: Api::Guide,
            base_url: GUIDE.into(),
            timeout: Duration::from_secs(20),
            attempts: 4,
            max_in_flight: 16,
            requests_per_second: 50,
            breaker_failures: 10,
            breaker_pause: Duration::from_secs(5),
            trigger: Trigger::Assigned,
            relay_domain: "relay.example.com".into(),
            default_length: Duration::from_hours(8),
            poll: None,
            poll_every: SHORTEST_POLL,
            poll_overlap: Duration::from_mins(5),
            webhook: Webhook { scheme: "bearer".into(), ..Webhook::default() },
        }
    }
}

impl WorkMarket {
    /// Whether it is asked what was changed.
    pub fn polls(&self) -> bool {
        self.poll.unwrap_or(self.api == Api::EmployerV1)
    }

    /// What is readable and yet cannot work, a line for each field.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (field, zero) in [
            ("timeout_seconds", self.timeout.is_zero()),
            ("attempts", self.attempts == 0),
            ("max_in_flight", self.max_in_flight == 0),
            ("breaker_pause_seconds", self.breaker_pause.is_zero()),
            ("default_length_hours", self.default_length.is_zero()),
            ("poll_seconds", self.poll_every.is_zero()),
        ] {
            if zero {
                problems.push(format!("workmarket.{field}: must be at least 1"));
            }
        }
        if self.api == Api::EmployerV1 && self.base_url == GUIDE {
            problems.push(format!("workmarket.base_url: the employer API is at {EMPLOYER_V1}"));
        }
        // a sandbox may be asked as often as a test likes
        let is_sandbox = Url::parse(&self.base_url).is_ok_and(|url| is_on_this_machine(&url));
        if self.polls() && self.poll_every < SHORTEST_POLL && !is_sandbox {
            problems.push(format!(
                "workmarket.poll_seconds: must be at least {}, which WorkMarket asks for",
                SHORTEST_POLL.as_secs()
            ));
        }
        if !self.relay_domain.contains('.') || self.relay_domain.contains('@') {
            problems.push("workmarket.relay_domain: must be a domain such as relay.example.com".into());
        }
        problems
    }
}

fn hours<'de, D: Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    u32::deserialize(source).map(|hours| Duration::from_hours(hours.into()))
}
