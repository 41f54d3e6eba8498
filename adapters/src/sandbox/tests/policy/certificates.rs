use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::super::super::policy::{CertificateReview, Verdict};
use super::super::*;

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
    let listed = bench.get(&format!("/files/certificates?contractor={contractor}")).await.1;
    assert_eq!(listed[0]["failed_rules"], json!(["reviewed_automatically"]));
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
async fn someone_may_be_quicker_than_the_review_by_itself() {
    let bench = Bench::policy_with(|settings| {
        let after = Duration::from_hours(1000);
        settings.certificate_review = CertificateReview { verdict: Some(Verdict::Validated), after };
    })
    .await;
    let contractor = bench.contractor().await;
    let form = certificate(&contractor, "file.pdf", "application/pdf", b"%PDF-1.7".to_vec());
    let id = id(upload(&bench, form).await);
    for (order, standing) in [("process", "processing"), ("verdict", "error")] {
        let (status, _) =
            bench.order(&format!("/certificates/{id}/{order}"), json!({"verdict": "error"})).await;
        assert_eq!(status, 200);
        assert_eq!(bench.get(&format!("/files/certificates/{id}")).await.1["status"], standing);
    }
    assert_eq!(bench.get("/events").await.1[0]["type"], "certificate.error");
}
