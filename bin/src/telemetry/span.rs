//! A span that has ended, in OTLP's JSON.

use serde_json::{Value, json};

/// One span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) trace: u128,
    pub(super) id: u64,
    pub(super) parent: Option<u64>,
    pub(super) name: &'static str,
    /// In microseconds since 1970.
    pub(super) began: i64,
    pub(super) ended: i64,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
}

/// What is said of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    Text(String),
    Number(i64),
    Truth(bool),
}

/// The attribute that says of which of OTLP's kinds the span is: "server", "client", or else internal.
const KIND: &str = "otel.kind";
/// The attribute that is there where it went wrong, and says how.
const ERROR: &str = "error";

impl Span {
    fn text(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|(key, value)| match value {
            Attribute::Text(text) if *key == name => Some(text.as_str()),
            Attribute::Text(_) | Attribute::Number(_) | Attribute::Truth(_) => None,
        })
    }

    fn to_json(&self) -> Value {
        let kind = match self.text(KIND) {
            Some("server") => 2,
            Some("client") => 3,
            Some(_) | None => 1,
        };
        let said = self.attributes.iter().filter(|(key, _)| *key != KIND && *key != ERROR);
        let mut span = json!({
            "traceId": format!("{:032x}", self.trace),
            "spanId": format!("{:016x}", self.id),
            "name": self.name,
            "kind": kind,
            "startTimeUnixNano": nanos(self.began),
            "endTimeUnixNano": nanos(self.ended),
            "attributes": said.map(|(key, value)| attribute(key, value)).collect::<Value>(),
        });
        if let Value::Object(members) = &mut span {
            if let Some(parent) = self.parent {
                members.insert("parentSpanId".to_owned(), format!("{parent:016x}").into());
            }
            if let Some(error) = self.text(ERROR) {
                members.insert("status".to_owned(), json!({ "code": 2, "message": error }));
            }
        }
        span
    }
}

/// 64-bit numbers are texts in JSON.
fn nanos(micros: i64) -> String {
    micros.saturating_mul(1_000).to_string()
}

fn attribute(key: &str, value: &Attribute) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({ "stringValue": text }),
        Attribute::Number(number) => json!({ "intValue": number.to_string() }),
        Attribute::Truth(truth) => json!({ "boolValue": truth }),
    };
    json!({ "key": key, "value": value })
}

/// The body of a request that brings these spans.
pub(super) fn request(service: &str, spans: &[Span]) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let resource = [
        attribute("service.name", &Attribute::Text(service.to_owned())),
        attribute("service.version", &Attribute::Text(version.to_owned())),
    ];
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{
            "scope": { "name": "covertrail", "version": version },
            "spans": spans.iter().map(Span::to_json).collect::<Value>(),
        }],
    }] })
}
