//! The program's parts, put together from the configuration and the secrets.

use crate::config::{self, Api, Config, LogEngine, Secrets};
use crate::engine::{Documents, Engine, Parts, Polling, Requirements};
use crate::http::{Access, CostlyQuestions, Sessions, Shared};
use crate::links::Links;
use crate::subscribers::{Keys, Subscribers, TURN};
use crate::telemetry::Timings;
use crate::views::ReadModels;
use covertrail_adapters::front::{self, Connections};
use covertrail_adapters::policy::Limits;
use covertrail_adapters::secret::Secret;
use covertrail_adapters::store::{EVENTSTOREDB_APPEND_BYTES, EventStore, MAX_APPEND_BYTES};
use covertrail_adapters::webhook::delivery::body_within;
use covertrail_adapters::webhook::verify::{self, Scheme, Verifier};
use covertrail_adapters::{policy, workmarket};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A client or a webhook that cannot be set up, with the field that is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Unusable {
    field: String,
    problem: String,
}

pub(crate) fn unusable(field: &str, problem: impl std::fmt::Display) -> Unusable {
    Unusable { field: field.to_owned(), problem: problem.to_string() }
}

/// The client of 1099Policy.
pub fn policy_client(config: &Config, secrets: &Secrets) -> Result<policy::Client, Unusable> {
    let policy = &config.policy;
    let settings = policy::Settings {
        attempts: policy.attempts,
        limits: Limits {
            max_in_flight: policy.max_in_flight,
            requests_per_second: policy.requests_per_second,
            breaker_failures: policy.breaker_failures,
            ..breaker(policy.breaker_pause)
        },
        ..settings("policy.base_url", &policy.base_url, &secrets.policy_api_key, policy.timeout)?
    };
    let client = policy::Client::new(&settings).map_err(|error| unusable("policy", error))?;
    Ok(client.speaking(wire(policy)?))
}

fn wire(policy: &config::Policy) -> Result<policy::Wire, Unusable> {
    Ok(match (policy.wire, policy.environment) {
        (config::Wire::Guide, _) => policy::Wire::Guide,
        (config::Wire::Reference, Some(config::Environment::Sandbox)) => {
            policy::Wire::Reference(policy::Environment::Sandbox)
        }
        (config::Wire::Reference, Some(config::Environment::Production)) => {
            policy::Wire::Reference(policy::Environment::Production)
        }
        (config::Wire::Reference, None) => {
            return Err(unusable("policy.environment", "must be named where wire is \"reference\""));
        }
    })
}

/// The client of `WorkMarket`.
pub fn workmarket_client(config: &Config, secrets: &Secrets) -> Result<workmarket::Client, Unusable> {
    let wm = &config.workmarket;
    let settings = policy::Settings {
        attempts: wm.attempts,
        limits: Limits {
            max_in_flight: wm.max_in_flight,
            requests_per_second: wm.requests_per_second,
            breaker_failures: wm.breaker_failures,
            ..breaker(wm.breaker_pause)
        },
        ..settings("workmarket.base_url", &wm.base_url, &secrets.workmarket_token, wm.timeout)?
    };
    let client = match wm.api {
        Api::Guide => workmarket::Client::guide(&settings),
        Api::EmployerV1 => {
            let missing =
                || unusable("COVERTRAIL_WORKMARKET_SECRET", "is not set, and the employer API needs it");
            let secret = Secret::new(secrets.workmarket_secret.clone().ok_or_else(missing)?);
            workmarket::Client::employer_v1(&settings, secret, wm.default_length)
        }
    };
    client.map_err(|error| unusable("workmarket", error))
}

fn breaker(pause: Duration) -> Limits {
    Limits { breaker_pause: pause, breaker_longest_pause: pause.saturating_mul(12), ..Limits::default() }
}

fn settings(field: &str, base_url: &str, key: &str, timeout: Duration) -> Result<policy::Settings, Unusable> {
    Ok(policy::Settings {
        base_url: Url::parse(base_url).map_err(|error| unusable(field, error))?,
        api_key: Secret::new(key.to_owned()),
        timeout,
        connect_timeout: timeout.min(Duration::from_secs(5)),
        attempts: 1,
        first_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        max_retry_after: Duration::from_secs(10),
        limits: Limits::default(),
    })
}

/// The engine over a log, with both vendors.
pub fn engine(
    config: &Config,
    secrets: &Secrets,
    store: Arc<dyn EventStore>,
) -> Result<Arc<Engine>, Unusable> {
    let parts = Parts {
        store,
        log: config.store.to_string(),
        policy: policy_client(config, secrets)?,
        workmarket: workmarket_client(config, secrets)?,
        mapping: mapping(config),
        documents: Documents::new(&config.store.documents).shared_with(config.store.sharing()?),
        requirements: Requirements {
            lines: config.policy.required_lines,
            bind_on: config.policy.bind_on,
            trigger: config.workmarket.trigger,
        },
        start_lead_seconds: config.policy.start_lead_seconds,
        success_url: config.policy.success_url.clone(),
        cancel_url: config.policy.cancel_url.clone(),
        polling: config.workmarket.polls().then_some(Polling {
            every: config.workmarket.poll_every,
            overlap: config.workmarket.poll_overlap,
        }),
        workers: config.engine.workers,
        sweep: config.engine.sweep,
        give_up_after: config.engine.give_up_after,
        catch_up: config.engine.catch_up,
    };
    Ok(Arc::new(Engine::new(parts)))
}

fn mapping(config: &Config) -> workmarket::Mapping {
    let mapping = config.mapping.clone();
    workmarket::Mapping {
        categories: mapping.categories,
        default_category: mapping.default_category,
        entities: mapping.entities,
        default_entity: mapping.default_entity,
        relay_domain: config.workmarket.relay_domain.clone(),
    }
}

/// What the HTTP handlers share.
pub fn shared(
    config: &Config,
    secrets: &Secrets,
    engine: Arc<Engine>,
    address: SocketAddr,
) -> Result<Shared, Unusable> {
    let [policy, workmarket] = verifiers(config, secrets)?;
    let access = Access::new(&config.access, &secrets.people);
    let models =
        ReadModels::shared(Arc::clone(&engine.store), &config.store.views_path(), config.store.sharing()?);
    let max_body_bytes = max_body_bytes(config);
    let connections = connections(&config.server);
    let server = &config.server;
    let costly = CostlyQuestions::new(server.costly_questions_at_once, server.costly_questions_waiting);
    connections.watch(Arc::clone(costly.limit()));
    let certificate_stuck_after = config.engine.certificate_stuck_after;
    let links = links(&config.server, address, secrets.link.clone())?;
    let subscribers = Arc::default();
    let over_tls = config.server.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
    let sessions = Sessions::new(over_tls);
    let requests = Timings::default();
    Ok(Shared {
        engine,
        policy,
        workmarket,
        models,
        subscribers,
        gateway: None,
        access,
        people: config.people,
        sessions,
        refusals: Arc::default(),
        links,
        requests,
        connections,
        costly,
        max_body_bytes,
        certificate_stuck_after,
    })
}

/// The table of connections. The limit of open files is raised for it as far as the system allows.
fn connections(server: &config::Server) -> Arc<Connections> {
    let rules = server.rules(front::raise_open_files());
    if let Some(configured) = server.max_connections
        && configured > rules.total
    {
        tracing::warn!(
            configured,
            used = rules.total,
            open_files = rules.open_files,
            "server.max_connections is more than the limit of open files leaves room for; raise it (ulimit -n)"
        );
    }
    Connections::new(rules)
}

/// The largest body whose delivery the log can store, where that is less than what is configured.
fn max_body_bytes(config: &Config) -> usize {
    let most = body_within(match config.store.engine {
        LogEngine::Embedded => MAX_APPEND_BYTES,
        LogEngine::EventStoreDb => EVENTSTOREDB_APPEND_BYTES,
    });
    let configured = config.server.max_body_bytes;
    if configured > most {
        tracing::info!(configured, used = most, "server.max_body_bytes is more than the event log takes");
    }
    configured.min(most)
}

/// Those who are told by webhooks, each with its secret.
pub fn subscribers(
    config: &Config,
    secrets: &Secrets,
    store: &Arc<dyn EventStore>,
) -> Result<Subscribers, Unusable> {
    let mut known = Vec::new();
    for settings in &config.subscribers {
        let secrets = secrets.subscribers.get(&settings.name).map_or(&[][..], Vec::as_slice);
        let keys = Keys::new(secrets)
            .map_err(|(number, weak)| unusable(&settings.variable(), format!("secret {number} {weak}")))?;
        known.push((settings.clone(), keys));
    }
    let turns = (config.store.engine == LogEngine::EventStoreDb).then_some(TURN);
    Subscribers::new(known, store, turns).map_err(|error| unusable("subscribers", error))
}

/// The application links of a server that listens at that address.
pub fn links(server: &config::Server, address: SocketAddr, secrets: Vec<Secret>) -> Result<Links, Unusable> {
    let base = server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let base = Url::parse(&base).map_err(|error| unusable("server.public_url", error))?;
    Ok(Links::new(base, secrets, server.link_days))
}

/// What verifies the deliveries of 1099Policy, and those of `WorkMarket`.
pub fn verifiers(config: &Config, secrets: &Secrets) -> Result<[Verifier; 2], Unusable> {
    Ok([
        verifier("policy.webhook", &config.policy.webhook, &secrets.policy_webhook)?,
        verifier("workmarket.webhook", &config.workmarket.webhook, &secrets.workmarket_webhook)?,
    ])
}

fn verifier(section: &str, webhook: &config::Webhook, secrets: &[String]) -> Result<Verifier, Unusable> {
    let header = |default: &str| webhook.header.clone().unwrap_or_else(|| default.to_owned());
    let scheme = match webhook.scheme.as_str() {
        "standard-webhooks" => Scheme::StandardWebhooks,
        "timestamped-hex" => Scheme::TimestampedHex { header: header("X-Signature") },
        "body-hex" => Scheme::BodyHex { header: header("X-Signature-256") },
        "bearer" => Scheme::Bearer { header: header("Authorization") },
        other => {
            let known = "standard-webhooks, timestamped-hex, body-hex or bearer";
            return Err(unusable(&format!("{section}.scheme"), format!("{other:?} is not one of {known}")));
        }
    };
    let verifier = Verifier::new(section, scheme, secrets).map_err(|error| bad_webhook(section, &error))?;
    Ok(verifier.tolerating(webhook.tolerance_seconds))
}

fn bad_webhook(section: &str, error: &verify::Unusable) -> Unusable {
    match error {
        verify::Unusable::Header(_) => unusable(&format!("{section}.header"), "is no name of a header"),
        verify::Unusable::NoSecret(_) => unusable(section, "at least one secret is needed"),
        verify::Unusable::Secret { number, problem, .. } => {
            unusable(section, format!("secret {number} {problem}"))
        }
    }
}
