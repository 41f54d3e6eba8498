use super::super::objects::{Question, open_in};
use crate::engine::testing::World;
use crate::show::testing::{applying, covered, state};
use covertrail_domain::coverage::Event;
use covertrail_domain::id::{CertificateId, DocumentId};
use serde_json::json;
use std::time::Duration;

const END: i64 = 4_000_000_000;

fn policy(status: &str) -> serde_json::Value {
    json!({
        "id": "pl_1", "object": "policy", "status": status, "quote": "qt_1", "contractor": "cn_1",
        "coverage_type": ["general", "workers-comp"], "effective_date": 1_761_997_200, "expiration_date": END
    })
}

#[tokio::test]
async fn an_application_that_is_through_and_its_policy_are_found_though_no_event_tells_of_them() {
    let world = World::given(&applying()).await;
    world.vendor.has("GET apply/sessions/ias_1", json!({ "id": "ias_1", "step": "application_complete" }));
    world.vendor.has(
        "GET contractors/cn_1/policies",
        json!([policy("active"), { "id": "pl_0", "status": "expired" }]),
    );
    let engine = world.engine();
    world.until("coverage.application_completed.v1", 1).await;
    let activated = world.until("coverage.coverage_activated.v1", 1).await;
    assert_eq!(activated[0]["evidence"], json!({ "policy": "pl_1" }));
    engine.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn a_certificate_and_an_assignment_that_nobody_told_of_are_asked_about() {
    let document = DocumentId::parse(&"d0c2".repeat(16)).unwrap();
    let certificate = CertificateId::parse("ci_2").unwrap();
    let mut history = covered();
    history.extend([
        Event::CertificateSubmitted { document: document.clone() },
        Event::CertificateUploaded { document, certificate },
    ]);
    // as if the assignment had never been reported active
    history.retain(|event| !matches!(event, Event::CoverageActivated { .. }));
    let world = World::given(&history).await;
    let asked = open_in(state(&history).coverage().unwrap());
    assert!(
        matches!(asked.as_slice(), [Question::Assignment(_), Question::Certificate(_, Some(_))]),
        "{asked:?}"
    );
    world.vendor.has("GET assignments/an_1", json!({ "id": "an_1", "status": "active", "policy": "pl_1" }));
    world.vendor.has(
        "GET files/certificates/ci_2",
        json!({ "id": "ci_2", "status": "denied", "failed_rules": ["too low"] }),
    );
    let engine = world.engine();
    let activated = world.until("coverage.coverage_activated.v1", 1).await;
    assert_eq!(activated[0]["evidence"], json!({ "assignment": "an_1" }));
    let denied = world.until("coverage.certificate_denied.v1", 1).await;
    assert_eq!((&denied[0]["certificate"], &denied[0]["reason"]), (&json!("ci_2"), &json!("too low")));
    engine.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn what_is_known_is_not_told_again_by_the_next_engine() {
    let world = World::given(&applying()).await;
    world.vendor.has("GET apply/sessions/ias_1", json!({ "id": "ias_1", "step": "application_complete" }));
    world.vendor.has("GET contractors/cn_1/policies", json!([policy("active")]));
    let engine = world.engine();
    world.until("coverage.coverage_activated.v1", 1).await;
    engine.shut_down(Duration::from_mins(1)).await;
    let known = world.log().await.len();
    // told once more, and then something new, so that it is seen when the asking is over
    world.vendor.has(
        "GET contractors/cn_1/policies",
        json!([policy("active"), {
            "id": "pl_2", "status": "active", "coverage_type": ["general"], "effective_date": 1_761_997_200,
            "expiration_date": END
        }]),
    );
    let engine = world.engine();
    let activated = world.until("coverage.coverage_activated.v1", 2).await;
    assert_eq!(activated[1]["evidence"], json!({ "policy": "pl_2" }));
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(world.log().await.len(), known + 1);
}
