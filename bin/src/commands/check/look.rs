//! The looks, one function for each thing that `serve` needs.

use super::finding::Finding;
use crate::assemble;
use crate::config::{self, Config, Environment, Secrets, Wire};
use crate::engine::with_causes;
use crate::gateway;
use crate::store;
use covertrail_adapters::policy;
use covertrail_adapters::workmarket;
use std::io;
use std::path::Path;
use std::time::Duration;

/// A person waits for the answer, so each vendor is asked once, and not for as long as `serve` would.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether every secret is set, and can verify deliveries in the configured way.
pub(super) fn environment(config: &Config, secrets: Result<&Secrets, &config::Error>) -> Vec<Finding> {
    let secrets = match secrets {
        Ok(secrets) => secrets,
        Err(error) => return vec![Finding::misconfigured("environment", error)],
    };
    let mut findings = vec![Finding::good("environment", "every secret is set, and strong")];
    findings.push(match assemble::verifiers(config, secrets) {
        Ok(_) => Finding::good("webhooks", "deliveries can be verified"),
        Err(error) => Finding::misconfigured("webhooks", &error),
    });
    findings.push(links(config, secrets));
    if secrets.people.0.is_empty() {
        let to_do = "set COVERTRAIL_PEOPLE to name=token pairs";
        findings.push(Finding::warning("people", "nobody may review, waive or retry over HTTP", to_do));
    }
    findings.push(Finding::good("four eyes", config.people.meaning()));
    findings.extend(another_world(config, secrets));
    findings
}

/// A key of one of 1099Policy's worlds where the configuration names the other.
fn another_world(config: &Config, secrets: &Secrets) -> Option<Finding> {
    let told = match config.policy.environment? {
        Environment::Sandbox if secrets.policy_api_key.starts_with("t9k_live_") => {
            "the key is of the real world, and policy.environment says sandbox"
        }
        Environment::Production if secrets.policy_api_key.starts_with("t9k_test_") => {
            "the key is of the sandbox, and policy.environment says production"
        }
        Environment::Sandbox | Environment::Production => return None,
    };
    Some(Finding::warning("1099Policy", told, "set COVERTRAIL_POLICY_API_KEY or policy.environment"))
}

/// Whether contractors can be sent to their applications.
fn links(config: &Config, secrets: &Secrets) -> Finding {
    let (about, server) = ("application links", &config.server);
    if secrets.link.is_empty() {
        let to_do = "set COVERTRAIL_LINK_SECRET; `covertrail init --secrets` prints a good one";
        return Finding::warning(about, "no link leads to an application", to_do);
    }
    match (assemble::links(server, server.listen, Vec::new()), &server.public_url) {
        (Err(error), _) => Finding::misconfigured(about, &error),
        (Ok(_), Some(url)) => Finding::good(about, format!("they begin with {url}")),
        (Ok(_), None) => {
            let told = format!("they begin with http://{}", server.listen);
            Finding::warning(about, told, "set server.public_url to where contractors reach it")
        }
    }
}

/// Whether any work order could be quoted.
pub(super) fn mapping(config: &Config) -> Vec<Finding> {
    let mapping = &config.mapping;
    let mut findings = Vec::new();
    if mapping.categories.is_empty() && mapping.default_category.is_none() {
        let to_do = "fill [mapping.categories], or set mapping.default_category";
        findings.push(Finding::warning("mapping", "no category is mapped, so every job will block", to_do));
    }
    if mapping.entities.is_empty() && mapping.default_entity.is_none() {
        let to_do = "fill [mapping.entities], or set mapping.default_entity";
        findings.push(Finding::warning("mapping", "no client is mapped, so every job will block", to_do));
    }
    if findings.is_empty() {
        let (categories, clients) = (mapping.categories.len(), mapping.entities.len());
        let told = format!("categories listed: {categories}, clients listed: {clients}");
        findings.push(Finding::good("mapping", told));
    }
    if config.workmarket.relay_domain == Config::default().workmarket.relay_domain {
        let told = format!("workers without an email are enrolled at {}", config.workmarket.relay_domain);
        findings.push(Finding::warning("relay domain", told, "set workmarket.relay_domain to one of yours"));
    }
    findings
}

/// Whether the file of the read models is ours, or can be made.
pub(super) fn read_models(store: &config::Store) -> Finding {
    let about = "read models";
    let path = store.views_path();
    match store::refusal_of_views(store) {
        Some(refusal) => {
            Finding::failed(about, with_causes(&refusal), "set store.views to a path of its own")
        }
        None if path.exists() => Finding::good(about, path.display().to_string()),
        None => Finding::good(about, format!("{} will be made", path.display())),
    }
}

/// Whether the gateway has what it needs, where it is served.
pub(super) fn gateway(config: &Config) -> Option<Finding> {
    Some(match gateway::check(config)? {
        Ok(listen) => Finding::good("gateway", format!("it will listen on {listen}")),
        Err(error) => Finding::misconfigured("gateway", &error),
    })
}

/// Files of ours that others can read, each with the command that mends it.
pub(super) fn permissions(store: &config::Store) -> Vec<Finding> {
    let about = "permissions";
    match store::exposures(store) {
        Ok(exposures) => exposures
            .into_iter()
            .map(|exposure| {
                let (path, mode) = (exposure.path.display(), exposure.mode);
                let found = format!("others than its owner can read {path} (mode {mode:04o})");
                Finding::warning(about, found, format!("run: {}", exposure.mend))
            })
            .collect(),
        Err(error) => vec![Finding::misconfigured(about, &error)],
    }
}

/// Whether certificates can be kept.
pub(super) fn documents(folder: &Path) -> Finding {
    if folder.exists() && !folder.is_dir() {
        let told = format!("{} is no folder", folder.display());
        return Finding::failed("documents", told, "set store.documents to a folder");
    }
    let (told, probed) = if folder.exists() {
        (format!("{}", folder.display()), folder)
    } else {
        let above = folder.ancestors().find(|above| above.exists()).unwrap_or(Path::new("."));
        (format!("{} will be made", folder.display()), above)
    };
    match is_writable(probed) {
        Ok(()) => Finding::good("documents", told),
        Err(error) => Finding::failed(
            "documents",
            format!("{} cannot be written to ({error})", folder.display()),
            "make the folder, and let covertrail write there",
        ),
    }
}

/// Whether 1099Policy answers and takes the key.
pub(super) async fn policy(config: &Config, secrets: &Secrets) -> Finding {
    let mut config = config.clone();
    config.policy.attempts = 1;
    config.policy.timeout = config.policy.timeout.min(PATIENCE);
    let client = match assemble::policy_client(&config, secrets) {
        Ok(client) => client,
        Err(error) => return Finding::misconfigured("1099Policy", &error),
    };
    let base_url = &config.policy.base_url;
    match client.check().await {
        Ok(()) => {
            let form = match config.policy.wire {
                Wire::Guide => "guide",
                Wire::Reference => "reference",
            };
            Finding::good(
                "1099Policy",
                format!("{base_url} takes the key; requests in the form of the {form}"),
            )
        }
        Err(error @ policy::Error::Refused { .. }) => {
            Finding::failed("1099Policy", error.to_string(), REFUSED_BY_POLICY)
        }
        Err(error @ (policy::Error::Unavailable { .. } | policy::Error::UnknownOutcome { .. })) => {
            Finding::failed(
                "1099Policy",
                format!("{base_url}: {error}"),
                "check policy.base_url and the network",
            )
        }
    }
}

/// Whether WorkMarket answers and takes the token.
pub(super) async fn workmarket(config: &Config, secrets: &Secrets) -> Finding {
    let mut config = config.clone();
    config.workmarket.attempts = 1;
    config.workmarket.timeout = config.workmarket.timeout.min(PATIENCE);
    let client = match assemble::workmarket_client(&config, secrets) {
        Ok(client) => client,
        Err(error) => return Finding::misconfigured("WorkMarket", &error),
    };
    let base_url = &config.workmarket.base_url;
    match client.check().await {
        Ok(()) => Finding::good("WorkMarket", format!("{base_url} takes the token")),
        Err(error @ workmarket::Error::Refused { .. }) => Finding::failed(
            "WorkMarket",
            error.to_string(),
            "ask WorkMarket for a token that may read work orders",
        ),
        Err(
            error @ (workmarket::Error::Malformed(_)
            | workmarket::Error::NotFound
            | workmarket::Error::NotOnWorkOrder),
        ) => Finding::failed("WorkMarket", format!("{base_url}: {error}"), "check workmarket.base_url"),
        Err(error @ workmarket::Error::Unavailable { .. }) => Finding::failed(
            "WorkMarket",
            format!("{base_url}: {error}"),
            "check workmarket.base_url and the network",
        ),
    }
}

const REFUSED_BY_POLICY: &str = "ask 1099Policy for a key of this environment";

/// Tries to make a file there, which leaves no trace.
pub(super) fn is_writable(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder).map(drop)
}

#[cfg(test)]
mod tests;
