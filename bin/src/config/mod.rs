//! The configuration: one TOML file for what everybody may read, and the environment for secrets. Read once,
//! at the start, into typed values; what is wrong is named with its line or its variable.

mod access;
mod gateway;
mod people;
mod places;
mod problems;
mod secrets;
mod server;
mod store;
mod subscribers;
mod telemetry;
mod values;
mod wire;
mod workmarket;

pub use access::{Right, Role, Sha256Hex, Token};
pub use gateway::{AnonymousClients, AppendTo, Gateway, GatewayUser};
pub use people::PeopleRules;
pub(crate) use people::folded;
pub(crate) use secrets::makes_webhook_secret;
pub use secrets::{People, Secrets, link_secrets, store_credentials};
pub use server::Server;
pub use store::{LogEngine, Store};
pub use subscribers::{Events, From, InvalidSubscriberName, Subscriber, SubscriberName};
pub use telemetry::Telemetry;
pub use values::{Config, Engine, Log, LogFormat, Mapping, Policy, Webhook};
pub use wire::{Environment, Wire};
pub use workmarket::{Api, Trigger, WorkMarket};

use covertrail_files::{FileError, Links};
use std::path::{Path, PathBuf};

/// The annotated file that `covertrail init` writes.
pub const TEMPLATE: &str = include_str!("covertrail.toml");

/// The largest configuration that is read (1 MiB).
const MOST_BYTES: u64 = 1 << 20;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there or cannot be read.
    #[error("cannot read {source}{hint}")]
    Unreadable {
        /// Which file, and why.
        source: FileError,
        /// What to do about it.
        hint: &'static str,
    },
    /// The file is not what it should be.
    #[error("{}: {problem}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// The line, the field and what is wrong with it.
        problem: String,
    },
    /// Variables are missing or wrong.
    #[error("the environment is not what the configuration needs:\n  {}", problems.join("\n  "))]
    Environment {
        /// A line for each variable.
        problems: Vec<String>,
    },
}

impl Config {
    /// Reads and checks the file. Paths in it are taken from the file's own folder.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = covertrail_files::read_text(path, Links::Follow, MOST_BYTES).map_err(|source| {
            let missing = source.kind() == std::io::ErrorKind::NotFound;
            let hint = if missing { "; `covertrail init` writes one" } else { "" };
            Error::Unreadable { source, hint }
        })?;
        let mut config =
            Self::parse(&text).map_err(|problem| Error::Invalid { path: path.into(), problem })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.store.found_from(folder);
        config.gateway.found_from(folder);
        let problems = config.problems_of_places(path);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Error::Invalid { path: path.into(), problem: problems.join("\n") })
        }
    }

    /// Reads and checks a configuration's text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| what_is_wrong(text, &error))?;
        let problems = config.problems();
        if problems.is_empty() { Ok(config) } else { Err(problems.join("\n")) }
    }
}

/// Where the text cannot be read, by line and field, and why. The line itself is not repeated: a token may stand there by
/// mistake, and what is said here goes to terminals and logs.
fn what_is_wrong(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count();
    let field = text.lines().nth(line).and_then(|line| line.split_once('=')).map(|(field, _)| field.trim());
    let field = field.map(|field| format!(", {field}")).unwrap_or_default();
    format!("line {}{field}: {}", line.saturating_add(1), error.message())
}

#[cfg(test)]
mod tests;
