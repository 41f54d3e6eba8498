//! The file's tables, as typed values with their defaults.

use super::access::Token;
use super::gateway::Gateway;
use super::people::PeopleRules;
use super::server::Server;
use super::store::Store;
use super::subscribers::Subscriber;
use super::telemetry::Telemetry;
use super::wire::{Environment, Wire};
use super::workmarket::WorkMarket;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::BindOn;
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;
use std::time::Duration;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: Store,
    /// `[gateway]`
    pub gateway: Gateway,
    /// `[policy]`
    pub policy: Policy,
    /// `[workmarket]`
    pub workmarket: WorkMarket,
    /// `[mapping]`
    pub mapping: Mapping,
    /// `[engine]`
    pub engine: Engine,
    /// `[log]`
    pub log: Log,
    /// `[telemetry]`
    pub telemetry: Telemetry,
    /// `[people]`
    pub people: PeopleRules,
    /// `[[access]]`
    pub access: Vec<Token>,
    /// `[[subscribers]]`
    pub subscribers: Vec<Subscriber>,
}

/// 1099Policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The API, up to and with its version.
    pub base_url: String,
    /// In which of the vendor's two forms it is spoken to.
    pub wire: Wire,
    /// Which of the vendor's worlds is meant, where the form says so.
    pub environment: Option<Environment>,
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
    /// What every work order needs.
    #[serde(deserialize_with = "lines")]
    pub required_lines: Lines,
    /// When cover is bound.
    #[serde(deserialize_with = "bind_on")]
    pub bind_on: BindOn,
    /// How far in the future a late quote begins.
    pub start_lead_seconds: i64,
    /// Where the contractor goes once insured.
    pub success_url: String,
    /// Where the contractor goes otherwise.
    pub cancel_url: String,
    /// How its webhooks are signed.
    pub webhook: Webhook,
}

/// How deliveries are authenticated.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhook {
    /// The scheme's name.
    pub scheme: String,
    /// The header of the signature, where the scheme leaves it open.
    pub header: Option<String>,
    /// How old or far ahead a delivery may be.
    pub tolerance_seconds: u64,
}

/// WorkMarket's words → 1099Policy's codes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Category → category code.
    pub categories: BTreeMap<String, String>,
    /// Client → entity.
    pub entities: BTreeMap<String, String>,
    /// For categories that are not listed.
    pub default_category: Option<String>,
    /// For clients that are not listed.
    pub default_entity: Option<String>,
}

/// How the engine works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    /// Work orders acted on at once.
    pub workers: usize,
    /// Between two looks at all open work orders.
    #[serde(rename = "sweep_seconds", deserialize_with = "seconds")]
    pub sweep: Duration,
    /// How long an unreachable vendor is tried.
    #[serde(rename = "give_up_after_seconds", deserialize_with = "seconds")]
    pub give_up_after: Duration,
    /// Between two looks at what webhooks may have missed.
    #[serde(rename = "catch_up_seconds", deserialize_with = "seconds")]
    pub catch_up: Duration,
    /// How long the vendor may take to judge a certificate.
    #[serde(rename = "certificate_stuck_after_seconds", deserialize_with = "seconds")]
    pub certificate_stuck_after: Duration,
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How.
    pub format: LogFormat,
    /// What, as `RUST_LOG` has it.
    pub filter: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            base_url: "https://api.1099policy.com/api/v1".into(),
            wire: Wire::Guide,
            environment: None,
            timeout: Duration::from_secs(20),
            attempts: 4,
            max_in_flight: 16,
            requests_per_second: 50,
            breaker_failures: 10,
            breaker_pause: Duration::from_secs(5),
            required_lines: Lines::from_iter([Line::General]),
            bind_on: BindOn::InProgress,
            start_lead_seconds: 60,
            success_url: "https://workmarket.com/workorders/{work_order}?coverage=active".into(),
            cancel_url: "https://workmarket.com/workorders/{work_order}?coverage=canceled".into(),
            webhook: Webhook::default(),
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self { scheme: "standard-webhooks".into(), header: None, tolerance_seconds: 300 }
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            workers: 8,
            sweep: Duration::from_secs(30),
            give_up_after: Duration::from_hours(1),
            catch_up: Duration::from_mins(15),
            certificate_stuck_after: Duration::from_hours(2),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Json, filter: "info".into() }
    }
}

pub(super) fn seconds<'de, D: Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    u64::deserialize(source).map(Duration::from_secs)
}

fn lines<'de, D: Deserializer<'de>>(source: D) -> Result<Lines, D::Error> {
    let names = Vec::<String>::deserialize(source)?;
    let unknown = |name: &str| {
        let known: Vec<_> = Line::ALL.iter().map(|line| line.as_str()).collect();
        de::Error::custom(format!("`{name}` is no coverage line; there are {}", known.join(", ")))
    };
    let lines: Lines =
        names.iter().map(|name| Line::parse(name).ok_or_else(|| unknown(name))).collect::<Result<_, _>>()?;
    if lines.is_empty() { Err(de::Error::custom("at least one coverage line is needed")) } else { Ok(lines) }
}

fn bind_on<'de, D: Deserializer<'de>>(source: D) -> Result<BindOn, D::Error> {
    match String::deserialize(source)?.as_str() {
        "in_progress" => Ok(BindOn::InProgress),
        "applied" => Ok(BindOn::Applied),
        other => Err(de::Error::custom(format!("`{other}` is neither \"in_progress\" nor \"applied\""))),
    }
}
