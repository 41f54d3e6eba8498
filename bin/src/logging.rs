//! Log lines on standard error: as JSON for machines, as text for people.

use crate::config::{Log, LogFormat};
use crate::telemetry::{SPANS, Spans};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Begins logging. `RUST_LOG` comes before the configured filter.
pub fn begin(log: &Log) -> Result<(), String> {
    begin_with(log, None)
}

/// Begins logging, and tracing too where there is something to take the spans in.
pub fn begin_with(log: &Log, spans: Option<Spans>) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(&filter).map_err(|error| format!("RUST_LOG: {error}"))?,
        Err(_) => EnvFilter::try_new(&log.filter).map_err(|error| format!("log.filter: {error}"))?,
    };
    // spans are for the collector, log lines for everybody else
    let filter = filter.and(filter_fn(|metadata| metadata.target() != SPANS));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
        LogFormat::Text => lines.with_target(false).boxed(),
    };
    let spans = spans.map(|spans| spans.with_filter(filter_fn(|metadata| metadata.target() == SPANS)));
    let begun = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
    begun.map_err(|error| error.to_string())
}
