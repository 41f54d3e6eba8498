use super::samples::{Guide, client, window};
use crate::http::testing::Vendor;
use crate::policy::{CertificateStatus, Error, PolicyStatus};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::CertificateId;
use serde_json::json;

#[tokio::test]
async fn a_contractors_policies_are_read_in_the_vendors_order() {
    let list = json!([
        {
            "id": "pl_2", "object": "policy", "status": "active", "contractor": "cn_Ehb3bYa", "quote": "qt_2",
            "coverage_type": ["general"], "effective_date": 100, "expiration_date": 200
        },
        { "id": "po_1", "status": "Cancelled", "effective_date": 100, "expiration_date": 100 },
        { "id": "po_0", "status": "lapsed" }
    ]);
    let vendor = Vendor::answering(200, list.to_string()).await;
    let policies = client(&vendor).policies_of(&Guide::new().contractor).await.unwrap();
    assert_eq!(vendor.only().target, "/api/v1/contractors/cn_Ehb3bYa/policies?limit=100");
    let [active, canceled, lapsed] = policies.as_slice() else { panic!("{policies:?}") };
    assert_eq!((active.id.as_str(), &active.status), ("pl_2", &PolicyStatus::Active));
    assert_eq!(active.lines, Some([Line::General].into_iter().collect()));
    assert_eq!(active.window, Some(window(100, 200)));
    assert_eq!(active.quote.as_ref().unwrap().as_str(), "qt_2");
    assert_eq!((&canceled.status, canceled.window), (&PolicyStatus::Canceled, None));
    assert_eq!(canceled.lines, Some(Lines::NONE), "its dates leave no time, so it covers nothing");
    assert_eq!((lapsed.lines, lapsed.window), (None, None));
    assert_eq!(lapsed.status, PolicyStatus::Other("lapsed".to_owned()));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_not_an_empty_one() {
    for body in ["{}", "", "<html>", r#"[{"id":"pl_1"}]"#] {
        let vendor = Vendor::answering(200, body).await;
        let failure = client(&vendor).policies_of(&Guide::new().contractor).await.unwrap_err();
        assert!(matches!(failure, Error::Unavailable { .. }), "{body}");
    }
}

#[tokio::test]
async fn a_certificate_is_read_with_its_verdict_and_what_it_fails() {
    let id = CertificateId::parse("ci_1").unwrap();
    let flagged = json!({
        "id": "ci_1", "status": "flagged", "coverage_type": ["general"], "effective_date": 1, "expiration_date": 9,
        "failed_rules": ["limit too low", { "rule": "holder", "by": "ann@example.com" }]
    });
    let vendor = Vendor::answering(200, flagged.to_string()).await;
    let certificate = client(&vendor).certificate(&id).await.unwrap();
    assert_eq!(vendor.only().target, "/api/v1/files/certificates/ci_1");
    assert_eq!((certificate.id, certificate.status), (id, CertificateStatus::Flagged));
    assert_eq!(certificate.window, Some(window(1, 9)));
    assert_eq!(certificate.failed_rules, ["limit too low", "by: (email); rule: holder"]);
}

#[tokio::test]
async fn a_certificates_verdict_is_read_by_all_its_names() {
    for (status, expected) in [
        ("pending", CertificateStatus::Pending),
        ("processing", CertificateStatus::Pending),
        ("approved", CertificateStatus::Approved),
        ("validated", CertificateStatus::Approved),
        ("FLAGGED", CertificateStatus::Flagged),
        ("denied", CertificateStatus::Denied),
        ("error", CertificateStatus::Failed),
        ("archived", CertificateStatus::Other("archived".to_owned())),
    ] {
        let vendor = Vendor::answering(200, json!({ "id": "ci_1", "status": status }).to_string()).await;
        let read = client(&vendor).certificate(&CertificateId::parse("ci_1").unwrap()).await.unwrap();
        assert_eq!(read.status, expected);
    }
}
