use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::super::policy::{CertificateReview, Verdict};
use super::*;

#[tokio::test]
async fn the_guides_contractor_comes_back_as_it_was_sent() {
    let bench = Bench::policy().await;
    let (status, contractor) = bench.post("/contractors", guide_contractor()).await;
    assert_eq!(status, 201);
    assert_eq!(contractor["object"], "contractor");
    assert_eq!(contractor["created"], NOW);
    assert_eq!(contractor["contact"], guide_contractor()["contact"]);
    assert_eq!(contractor["address"], guide_contractor()["address"]);
    assert_eq!(contractor["custom_metadata"], guide_contractor()["custom_metadata"]);
    let id = contractor["id"].as_str().unwrap();
    assert!(id.starts_with("cn_") && id.len() == 13, "{id}");
    assert_eq!(bench.get(&format!("/contractors/{id}")).await, (200, contractor.clone()));
    let by_email = bench.get("/contractors?email=WK_421@relay.yourdomain.com").await;
    assert_eq!(by_email, (200, json!([contractor])));
    assert_eq!(bench.get("/contractors?email=nobody@x.org").await, (200, json!([])));
}

#[tokio::test]
async fn the_references_flat_contractor_is_taken_too() {
    let bench = Bench::policy().await;
    let flat = json!({"first_name": "Alex", "last_name": "Nguyen", "email": "alex@x.org"});
    assert_eq!(bench.post("/contractors", flat).await.0, 201);
}

#[tokio::test]
async fn a_second_contractor_with_the_email_is_refused() {
    let bench = Bench::policy().await;
    bench.contractor().await;
    let (status, error) = bench.post("/contractors", guide_contractor()).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("duplicate_email")));
    assert_eq!(bench.count("contractors"), 1);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let bench = Bench::policy().await;
    let (status, error) = bench.post("/contractors", json!({"contact": {"email": "no"}})).await;
    assert_eq!(status, 400);
    assert_eq!(
        error,
        json!({"error_code": "invalid_input", "message": {
            "contact.first_name": "is required",
            "contact.last_name": "is required",
            "contact.email": "is not an email address",
        }})
    );
    let (_, error) = bench.post("/jobs", json!({"wage": 99, "wage_type": "daily", "entity": 5})).await;
    let named: Vec<&String> = error["message"].as_object().unwrap().keys().collect();
    assert_eq!(named, ["category_code", "description", "entity", "name", "wage", "wage_type"]);
}

#[tokio::test]
async fn the_guides_job_is_taken_and_unknown_clients_and_categories_are_not() {
    let bench = Bench::policy().await;
    let (status, job) = bench.post("/jobs", guide_job()).await;
    assert_eq!((status, &job["wage"], &job["region"]), (201, &json!(32500), &json!("CA")));
    assert_eq!(bench.get(&format!("/jobs/{}", job["id"].as_str().unwrap())).await, (200, job));
    for (field, code) in [("entity", "invalid_entity_id"), ("category_code", "invalid_job_category_code")] {
        let mut body = guide_job();
        body[field] = json!("en_unknown");
        let (status, error) = bench.post("/jobs", body).await;
        assert_eq!((status, &error["error_code"]), (400, &json!(code)));
        assert!(error["message"][field].is_string());
    }
}

#[tokio::test]
async fn the_guides_quote_is_priced() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let (status, quote) = bench.post("/quotes", guide_quote(&contractor, &job)).await;
    assert_eq!(status, 201);
    assert_eq!((&quote["eligible"], &quote["net_rate"]), (&json!(true), &json!(325)));
    for field in ["coverage_type", "effective_date", "end_date", "custom_metadata"] {
        assert_eq!(quote[field], guide_quote(&contractor, &job)[field]);
    }
    assert_eq!(bench.get(&format!("/quotes/{}", quote["id"].as_str().unwrap())).await, (200, quote));
}

#[tokio::test]
async fn a_quote_without_dates_begins_tomorrow_for_thirty_days() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let body = json!({"contractor": contractor, "job": job, "coverage_type": ["general"]});
    let (_, quote) = bench.post("/quotes", body).await;
    assert_eq!(quote["effective_date"], NOW + 86_400);
    assert_eq!(quote["end_date"], NOW + 31 * 86_400);
}

#[tokio::test]
async fn quotes_may_not_begin_in_the_past_nor_last_beyond_a_year() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let asked = |from: i64, to: i64| {
        let mut body = guide_quote(&contractor, &job);
        body["effective_date"] = json!(from);
        body["end_date"] = json!(to);
        body
    };
    let year = 366 * 86_400;
    for (from, to, code) in [
        (NOW - 61, NOW + 10, "effective_date_invalid"),
        (NOW + 10, NOW + 10, "end_date_invalid"),
        (NOW, NOW + year + 1, "end_date_invalid"),
    ] {
        let (status, error) = bench.post("/quotes", asked(from, to)).await;
        assert_eq!((status, &error["error_code"]), (400, &json!(code)));
    }
    assert_eq!(bench.post("/quotes", asked(NOW - 60, NOW + 10)).await.0, 201);
}

#[tokio::test]
async fn workers_compensation_is_not_offered_where_a_state_fund_has_it() {
    let bench = Bench::policy().await;
    let contractor = bench.contractor().await;
    let mut body = guide_job();
    body["region"] = json!("OH");
    let job = id(bench.post("/jobs", body).await);
    let (status, error) = bench.post("/quotes", guide_quote(&contractor, &job)).await;
    assert_eq!(status, 400);
    assert_eq!(error["message"]["coverage_type"], "workers-comp is not offered in OH");
    let mut general = guide_quote(&contractor, &job);
    general["coverage_type"] = json!(["general"]);
    assert_eq!(bench.post("/quotes", general).await.0, 201);
}

#[tokio::test]
async fn a_completed_application_makes_a_policy_that_later_quotes_match() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (_, policies) = bench.get(&format!("/policies?contractor={contractor}")).await;
    let policy = &policies[0];
    assert_eq!(policy["status"], "active");
    assert_eq!(policy["effective_date"], 1_761_997_200);
    assert_eq!(policy["expiration_date"], 1_762_083_600);
    assert_eq!(bench.get(&format!("/contractors/{contractor}/policies")).await.1, policies);
    let quote = policy["quote"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/policies?quote={quote}")).await.1, policies);
    assert_eq!(bench.get("/policies?quote=qt_none").await.1, json!([]));
    let (status, error) = bench.post("/quotes", guide_quote(&contractor, &job)).await;
    assert_eq!(status, 400);
    assert_eq!(
        error,
        json!({
            "message": "Contractor already has a matching policy on file",
            "error_code": "contractor_has_matching_policy"
        })
    );
    let mut longer = guide_quote(&contractor, &job);
    longer["end_date"] = json!(1_762_083_601);
    assert_eq!(bench.post("/quotes", longer).await.0, 201);
}

#[tokio::test]
async fn a_late_application_does_not_insure_the_past() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    bench.move_hour_to(1_761_997_200 + 500);
    bench.client.post(bench.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
    let (_, policies) = bench.get(&format!("/policies?quote={quote}")).await;
    assert_eq!(policies[0]["effective_date"], 1_761_997_200 + 500);
}

#[tokio::test]
async fn sessions_open_and_expire() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let (status, session) = bench.post("/apply/sessions", guide_session(&quote)).await;
    assert_eq!(status, 201);
    assert_eq!((&session["step"], &session["expired"]), (&json!("verify_info"), &json!(false)));
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["url"], bench.url(&format!("/apply/{id}")));
    assert_eq!(bench.get(&format!("/apply/sessions/{id}")).await, (200, session.clone()));
    let (status, expired) = bench.post(&format!("/apply/sessions/{id}/expire"), json!({})).await;
    assert_eq!((status, &expired["expired"]), (200, &json!(true)));
    let (status, error) =
        bench.post("/apply/sessions", json!({"quote": "qt_x", "success_url": "ftp:x"})).await;
    assert_eq!(status, 400);
    assert_eq!(error["message"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn an_assignment_under_a_policy_is_pending_and_then_active() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (status, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!((status, &assignment["status"]), (201, &json!("pending")));
    assert_eq!(assignment["eligible"], json!({"result": true, "message": null}));
    assert!(assignment["policy"].as_str().unwrap().starts_with("pl_"));
    let path = format!("/assignments/{}", assignment["id"].as_str().unwrap());
    eventually("it becomes active", async || bench.get(&path).await.1["status"] == "active").await;
}

#[tokio::test]
async fn by_configuration_the_answer_itself_is_active() {
    let bench = Bench::policy_with(|settings| settings.answer_active = true).await;
    let (contractor, job) = bench.insured().await;
    let (_, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(assignment["status"], "active");
}

#[tokio::test]
async fn an_assignment_without_a_policy_is_created_but_not_eligible() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let (status, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(status, 201);
    assert_eq!(assignment["policy"], Value::Null);
    assert_eq!(
        assignment["eligible"],
        json!({"result": false, "message": "No matching policy found for assignment."})
    );
}

#[tokio::test]
async fn an_assignment_is_cancelled_only_before_its_start() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let assignment = id(bench.post("/assignments", guide_assignment(&contractor, &job)).await);
    let order = json!({"job_id": job, "reason": "called off"});
    bench.move_hour_to(1_761_997_200);
    let (status, error) = bench.post("/assignments/cancel", order.clone()).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("assignment_started")));
    bench.move_hour_to(NOW);
    for _ in 0..2 {
        let (status, cancelled) = bench.post("/assignments/cancel", order.clone()).await;
        assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
        assert_eq!((&cancelled["id"], &cancelled["reason"]), (&json!(assignment), &json!("called off")));
    }
    assert_eq!(bench.post("/assignments/cancel", json!({"job_id": "jb_none"})).await.0, 404);
    assert_eq!(bench.post("/assignments/cancel", json!({})).await.0, 400);
}

#[tokio::test]
async fn the_guides_invoice_yields_a_premium() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (status, invoice) = bench.post("/invoices", guide_invoice(&contractor, &job)).await;
    assert_eq!((status, &invoice["premium_due"]), (201, &json!(39)));
    let mut small = guide_invoice(&contractor, &job);
    small["gross_pay"] = json!(99);
    let (status, error) = bench.post("/invoices", small).await;
    assert_eq!((status, &error["message"]["gross_pay"]), (400, &json!("must be at least 100")));
}

fn certificate(contractor: &str, name: &str, media_type: &str, content: Vec<u8>) -> Form {
    let file = Part::bytes(content).file_name(name.to_owned()).mime_str(media_type).unwrap();
    Form::new()
        .part("certificate", file)
        .text("contractor", contractor.to_owned())
        .text("custom_metadata[work_order_id]", "12345")
}

async fn upload(bench: &Bench, form: Form) -> (u16, Value) {
    read(bench.api_request(Method::POST, "/files/certificates").multipart(form)).await
}

#[tokio::test]
async fn the_guides_certificate_is_pending_until_it_is_reviewed() {
    let bench = Bench::policy().await;
    let contractor = bench.contractor().await;
    let form = certificate(&contractor, "file.pdf", "application/pdf", b"%PDF-1.7".to_vec());
    let (status, uploaded) = upload(&bench, form).await;
    assert_eq!((status, &uploaded["status"]), (201, &json!("pending")));
    assert_eq!(uploaded["custom_metadata"], json!({"work_order_id": "12345"}));
    let id = uploaded["id"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/files/certificates/{id}")).await, (200, uploaded.clone()));
}

#[tokio::test]
async fn a_certificate_may_be_reviewed_by_itself() {
    let bench = Bench::policy_with(|settings| {
        settings.certificate_review =
            CertificateReview { verdict: Some(Verdict::Flagged), ..CertificateReview::default() };
    })
    .await;
    let contractor = bench.contractor().await;
    let form = certificate(&contractor, "file.PDF", "application/pdf", b"%PDF-1.7".to_vec());
    let id = id(upload(&bench, form).await);
    let path = format!("/files/certificates/{id}");
    eventually("it is flagged", async || bench.get(&path).await.1["status"] == "flagged").await;
}

#[tokio::test]
async fn only_pdfs_of_fifteen_megabytes_are_taken() {
    let bench = Bench::policy().await;
    let contractor = bench.contractor().await;
    let large = {
        let mut content = b"%PDF".to_vec();
        content.resize(15 * 1024 * 1024 + 1, b' ');
        content
    };
    for (name, media_type, content, code) in [
        ("file.txt", "application/pdf", b"%PDF".to_vec(), "invalid_file_type"),
        ("file.pdf", "text/plain", b"%PDF".to_vec(), "invalid_mime_type"),
        ("file.pdf", "application/pdf", b"PK".to_vec(), "invalid_file_type"),
        ("file.pdf", "application/pdf", large, "invalid_file_size"),
    ] {
        let (status, error) = upload(&bench, certificate(&contractor, name, media_type, content)).await;
        assert_eq!((status, &error["error_code"]), (400, &json!(code)), "{name} {media_type}");
    }
    let (status, error) = upload(&bench, Form::new().text("note", "nothing")).await;
    assert_eq!(status, 400);
    assert_eq!(error["message"], json!({"certificate": "is required", "contractor": "is required"}));
    let (status, error) = bench.post("/files/certificates", json!({})).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("bad_request")));
    assert_eq!(bench.count("certificates"), 0);
}

#[tokio::test]
async fn the_same_seed_and_order_make_the_same_ids() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let bench = Bench::policy_with(|settings| settings.seed = seed).await;
        ids.push((bench.contractor().await, bench.job().await));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn lists_come_newest_first_and_in_pages() {
    let bench = Bench::policy().await;
    let mut made = Vec::new();
    for number in 0..12 {
        let mut body = guide_contractor();
        body["contact"]["email"] = json!(format!("wk_{number}@x.org"));
        made.push(id(bench.post("/contractors", body).await));
    }
    made.reverse();
    let listed = async |query: &str| -> Vec<String> {
        let (_, list) = bench.get(&format!("/contractors{query}")).await;
        list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("").await, made[..10]);
    assert_eq!(listed("?limit=100").await, made);
    assert_eq!(listed(&format!("?starting_after={}", made[9])).await, made[10..]);
    assert_eq!(listed(&format!("?ending_before={}", made[2])).await, made[..2]);
    assert_eq!(bench.get("/contractors?limit=0").await.0, 400);
}
