//! Traces for whoever runs this, as OpenTelemetry has them: webhooks that come in, commands, steps and requests to the
//! vendors, posted as OTLP in JSON over HTTP.
//!
//! They name work orders and ids, and nobody: no name, address, body or secret. Written here and not by the
//! `opentelemetry` crates, since those bring a second HTTP client and a second protobuf.

mod export;
mod layer;
mod span;
#[cfg(test)]
mod tests;
mod timings;

pub use export::{Exporter, Running};
pub use layer::Spans;
pub use timings::Timings;

use crate::config::Telemetry;

/// The target of the spans that are exported; no others are.
pub(crate) use covertrail_adapters::SPANS;

/// What takes spans in and what posts them, where the configuration says to whom.
pub fn begin(settings: &Telemetry) -> Result<Option<(Spans, Exporter)>, String> {
    let Some(endpoint) = &settings.endpoint else { return Ok(None) };
    let headers = std::env::var(HEADERS).unwrap_or_default();
    let (sender, spans) = export::channel();
    let exporter = Exporter::new(endpoint, &settings.service_name, &headers, spans)?;
    Ok(Some((Spans::new(sender), exporter)))
}

/// The variable with what every request to the collector carries, as OpenTelemetry writes it: `name=value` by commas.
const HEADERS: &str = "COVERTRAIL_TELEMETRY_HEADERS";
