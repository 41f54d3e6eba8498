use super::export::channel;
use super::span::{Attribute, Span, request};
use super::{SPANS, Spans};
use serde_json::json;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

#[test]
fn a_span_within_another_has_its_trace_and_says_what_was_learnt_later() {
    let (sender, mut spans) = channel();
    let layer = Spans::new(sender).with_filter(filter_fn(|metadata| metadata.target() == SPANS));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let outer = tracing::info_span!(target: SPANS, "command", work_order = "12345", error = tracing::field::Empty);
        outer.in_scope(|| {
            tracing::info_span!("not exported").in_scope(|| {
                tracing::info_span!(target: SPANS, "request", otel.kind = "client", attempt = 1)
                    .in_scope(|| ());
            });
        });
        outer.record("error", "refused");
    });
    let (inner, outer) = (spans.try_recv().unwrap(), spans.try_recv().unwrap());
    assert!(spans.try_recv().is_err());
    assert_eq!((inner.name, outer.name), ("request", "command"));
    assert_eq!((inner.trace, inner.parent), (outer.trace, Some(outer.id)));
    assert_eq!(outer.parent, None);
    let text = |text: &str| Attribute::Text(text.to_owned());
    assert_eq!(outer.attributes, [("work_order", text("12345")), ("error", text("refused"))]);
    assert!(inner.ended >= inner.began && inner.began >= outer.began);
}

#[test]
fn spans_are_written_as_otlp_has_them() {
    let span = Span {
        trace: 0xabc,
        id: 0x1,
        parent: Some(0x2),
        name: "request",
        began: 1_700_000_000_000_001,
        ended: 1_700_000_000_000_003,
        attributes: vec![
            ("otel.kind", Attribute::Text("client".into())),
            ("attempt", Attribute::Number(2)),
            ("repeated", Attribute::Truth(true)),
            ("error", Attribute::Text("503".into())),
        ],
    };
    let request = request("covertrail", &[span]);
    assert_eq!(
        request["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"],
        "covertrail"
    );
    assert_eq!(
        request["resourceSpans"][0]["scopeSpans"][0]["spans"][0],
        json!({
            "traceId": "00000000000000000000000000000abc",
            "spanId": "0000000000000001",
            "parentSpanId": "0000000000000002",
            "name": "request",
            "kind": 3,
            "startTimeUnixNano": "1700000000000001000",
            "endTimeUnixNano": "1700000000000003000",
            "attributes": [
                { "key": "attempt", "value": { "intValue": "2" } },
                { "key": "repeated", "value": { "boolValue": true } },
            ],
            "status": { "code": 2, "message": "503" },
        })
    );
}
