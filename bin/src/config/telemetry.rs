//! Where traces go.

use covertrail_adapters::address::is_private;
use serde::{Deserialize, Deserializer, de};
use url::Url;

/// `[telemetry]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// An OTLP collector over HTTP, without `/v1/traces`; without it, nothing is traced.
    #[serde(deserialize_with = "endpoint")]
    pub endpoint: Option<Url>,
    /// What this program is called there.
    pub service_name: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { endpoint: None, service_name: "covertrail".into() }
    }
}

fn endpoint<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Url>, D::Error> {
    let url = Url::parse(&String::deserialize(source)?)
        .map_err(|error| de::Error::custom(format!("endpoint: {error}")))?;
    if !is_private(&url) {
        return Err(de::Error::custom("endpoint: must begin with https:// (or http:// on this machine)"));
    }
    Ok(Some(url))
}
