mod cover;
mod hostile;

use super::*;
use covertrail_domain::cover::Line;
use serde_json::{Value, json};

fn read(body: &Value) -> Notice {
    Notice::read(body.to_string().as_bytes()).unwrap()
}

fn refusal(body: &Value) -> String {
    Notice::read(body.to_string().as_bytes()).unwrap_err().to_string()
}

fn event(kind: &str, data: &Value) -> Value {
    json!({ "id": "ev_1", "type": kind, "created": 1_761_997_000, "data": data })
}

fn policy() -> Value {
    json!({
        "id": "pl_1", "object": "policy", "status": "active", "contractor": "cn_1", "quote": "qt_1",
        "coverage_type": ["general", "workers-comp"],
        "effective_date": 1_761_997_200, "expiration_date": 1_762_083_600,
        "custom_metadata": { "work_order_id": "12345" }, "premium": 12.5,
    })
}

#[test]
fn a_policy_is_read_from_either_envelope() {
    let plain = read(&event("policy.active", &policy()));
    assert_eq!(plain.id.as_deref(), Some("ev_1"));
    assert_eq!(plain.kind, Kind::Policy(Policy::Active));
    assert_eq!(plain.created, Some(Timestamp::from_unix(1_761_997_000)));
    assert_eq!(
        plain.refs,
        References {
            work_order: WorkOrderId::parse("12345").ok(),
            contractor: ContractorId::parse("cn_1").ok(),
            quote: QuoteId::parse("qt_1").ok(),
            policy: PolicyId::parse("pl_1").ok(),
            ..References::default()
        }
    );
    assert_eq!(plain.lines, Some(Lines::from_iter([Line::General, Line::WorkersComp])));
    let window = Window::new(Timestamp::from_unix(1_761_997_200), Timestamp::from_unix(1_762_083_600));
    assert_eq!(plain.window(), window);
    assert!(window.is_some());
    assert_eq!(read(&event("policy.active", &json!({ "object": policy() }))), plain);
}

#[test]
fn every_word_of_both_vocabularies_is_known() {
    for (word, kind) in [
        ("policy.active", Kind::Policy(Policy::Active)),
        ("policy.active.media", Kind::Policy(Policy::Active)),
        ("policy.expired", Kind::Policy(Policy::Expired)),
        ("policy.canceled", Kind::Policy(Policy::Canceled)),
        ("policy.cancelled", Kind::Policy(Policy::Canceled)),
        ("policy.reactivated", Kind::Policy(Policy::Reactivated)),
        ("application.created", Kind::Application(Application::Created)),
        ("application.started", Kind::Application(Application::Started)),
        ("application.complete", Kind::Application(Application::Complete)),
        ("application.expired", Kind::Application(Application::Expired)),
        ("application.ineligible", Kind::Application(Application::Ineligible)),
        ("application.manual_review", Kind::Application(Application::ManualReview)),
        ("application.manual_review_approved", Kind::Application(Application::ManualReviewApproved)),
        ("assignment.active", Kind::Assignment(Assignment::Active)),
        ("assignment.cancelled", Kind::Assignment(Assignment::Canceled)),
        ("assignment.canceled", Kind::Assignment(Assignment::Canceled)),
        ("certificate.validated", Kind::Certificate(Certificate::Approved)),
        ("certificate.approved", Kind::Certificate(Certificate::Approved)),
        ("certificate.flagged", Kind::Certificate(Certificate::Flagged)),
        ("certificate.denied", Kind::Certificate(Certificate::Denied)),
        ("certificate.error", Kind::Certificate(Certificate::Unexamined)),
        ("invoice.charge_card_failed", Kind::Charge(Charge::Failed)),
        ("invoice.charge_card_succeeded", Kind::Charge(Charge::Succeeded)),
        ("category_code.added", Kind::CategoryAdded),
        ("policy.Active", Kind::Unknown("policy.Active".to_owned())),
    ] {
        assert_eq!(read(&event(word, &json!({}))).kind, kind, "{word}");
    }
}

#[test]
fn the_objects_own_id_is_that_of_the_events_subject() {
    let data = json!({ "id": "x_1", "policy": "pl_9" });
    let refs = |kind| read(&event(kind, &data)).refs;
    let text = |id: Option<&str>| id.map(str::to_owned);
    assert_eq!(refs("policy.expired").policy.map(|id| id.to_string()), text(Some("x_1")));
    let assignment = refs("assignment.active");
    assert_eq!(assignment.assignment.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(assignment.policy.map(|id| id.to_string()), text(Some("pl_9")));
    assert_eq!(refs("application.complete").session.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("certificate.denied").certificate.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("invoice.charge_card_failed").invoice.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("category_code.added").certificate, None);
}

#[test]
fn an_assignment_names_its_job_and_ends_at_its_end_date() {
    let data = json!({
        "id": "an_1", "job": "jb_1", "contractor": { "id": "cn_1", "object": "contractor" }, "policy": null,
        "effective_date": "1761997200", "end_date": "2025-11-02T11:40:00Z",
        "eligible": { "result": true, "message": null },
    });
    let notice = read(&event("assignment.active", &data));
    assert_eq!(notice.refs.job, JobId::parse("jb_1").ok());
    assert_eq!(notice.refs.contractor, ContractorId::parse("cn_1").ok());
    assert_eq!(notice.refs.policy, None);
    assert_eq!(notice.window().map(Window::seconds), Some(86_400));
}

#[test]
fn a_flagged_certificate_gives_its_reasons_and_debug_output_does_not() {
    let data = json!({ "id": "ci_1", "failed_rules": ["limit too low", { "rule": "named insured" }] });
    let notice = read(&event("certificate.flagged", &data));
    assert_eq!(&*notice.reasons, ["limit too low", r#"{"rule":"named insured"}"#]);
    assert!(!format!("{notice:?}").contains("limit"));
    let alone = read(&event("certificate.denied", &json!({ "messages": "illegible" })));
    assert_eq!(&*alone.reasons, ["illegible"]);
}

#[test]
fn reasons_are_capped_in_number_and_length() {
    let data = json!({ "failed_rules": vec!["é".repeat(1000); 100] });
    let notice = read(&event("certificate.flagged", &data));
    assert_eq!(notice.reasons.len(), Texts::MOST);
    assert!(notice.reasons.iter().all(|reason| reason.chars().count() == Texts::LONGEST));
}
