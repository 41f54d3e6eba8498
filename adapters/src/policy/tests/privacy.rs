//! What leaves the client other than to the vendor: errors and log events.

use super::samples::{Guide, client};
use crate::http::testing::{Reply, Vendor, passes_alone};
use crate::policy::Error;
use crate::policy::redact::without;
use serde_json::json;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[tokio::test]
async fn a_refused_contractor_is_not_named_by_the_refusal() {
    let body = json!({
        "message": { "email": "WK_421@relay.yourdomain.com is taken by alex NGUYEN, not by Alexander" },
        "error_code": "invalid_input"
    });
    let vendor = Vendor::answering(400, body.to_string()).await;
    let failure = client(&vendor).create_contractor("k", &Guide::new().contractor()).await;
    let message = "email: (email) is taken by (redacted) (redacted), not by Alexander".to_owned();
    assert_eq!(failure, Err(Error::Refused { code: "invalid_input".to_owned(), message }));
}

#[test]
fn a_word_is_redacted_in_any_case_where_it_stands_alone() {
    for (message, clean) in [
        ("Al is already all", "(redacted) is already all"),
        ("AL's 'al' (Al)", "(redacted)'s '(redacted)' ((redacted))"),
        ("José Al", "(redacted) (redacted)"),
        ("joséphine", "joséphine"),
        ("", ""),
    ] {
        assert_eq!(without(message, &["Al", "JOSÉ", "", " "]), clean);
    }
}

#[tokio::test]
async fn a_name_is_not_left_in_half_where_a_message_is_cut() {
    let body = json!({ "message": format!("{} Nguyen", "x".repeat(497)), "error_code": "invalid_input" });
    let vendor = Vendor::answering(400, body.to_string()).await;
    let failure = client(&vendor).create_contractor("k", &Guide::new().contractor()).await.unwrap_err();
    assert!(!failure.to_string().contains("Ng"), "{failure}");
}

/// Whether an event is logged at all is decided once for the whole process.
#[test]
fn every_attempt_is_logged_with_what_tells_it_apart_and_nothing_personal() {
    passes_alone("policy::tests::privacy::log_of_two_attempts");
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn log_of_two_attempts() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let replies = [Reply::Answer(503, String::new()), Reply::Answer(201, r#"{"id":"cn_1"}"#.to_owned())];
    let vendor = Vendor::replying(replies).await;
    let key = "workmarket-worker-wk_421";
    client(&vendor).create_contractor(key, &Guide::new().contractor()).await.unwrap();
    let lines = log.0.lock().unwrap().clone();
    let ours: Vec<_> = lines.iter().filter(|line| line.contains("request sent")).collect();
    assert_eq!(ours.len(), 2, "{lines:?}");
    for (line, status) in ours.iter().zip(["status=503", "status=201"]) {
        for told in
            ["method=POST", "path=\"/api/v1/contractors\"", "key=\"workmarket-worker-wk_421\"", status]
        {
            assert!(line.contains(told), "{told}: {line}");
        }
    }
    for secret in ["Alex", "Nguyen", "relay.yourdomain.com", "key_test_1"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret}: {lines:?}");
    }
}

/// Every event, of every crate, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.keep(|line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.keep(|line| values.record(line));
    }

    fn event(&self, event: &Event<'_>) {
        self.keep(|line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Log {
    fn keep(&self, record: impl FnOnce(&mut Line)) {
        let mut line = Line::default();
        record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}
