//! Log lines on standard error: as JSON for machines, as text for people.

use crate::config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

/// Begins logging. `RUST_LOG` comes before the configured filter.
pub fn begin(log: &Log) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(&filter).map_err(|error| format!("RUST_LOG: {error}"))?,
        Err(_) => EnvFilter::try_new(&log.filter).map_err(|error| format!("log.filter: {error}"))?,
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match log.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
        LogFormat::Text => lines.with_target(false).try_init(),
    };
    begun.map_err(|error| error.to_string())
}
