use super::samples::{Guide, client};
use crate::http::testing::{Asked, Reply, Vendor};
use crate::policy::WageType;
use serde_json::json;

async fn making(id: &str) -> Vendor {
    Vendor::answering(201, json!({ "id": id, "url": "https://apply.example.com/x" }).to_string()).await
}

fn posted(vendor: &Vendor, path: &str) -> Asked {
    let asked = vendor.only();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", path));
    assert_eq!(asked.header("idempotency-key"), Some("the-key"));
    asked
}

#[tokio::test]
async fn a_contractor_is_made_in_the_words_of_section_4_1() {
    let (vendor, guide) = (making("cn_1").await, Guide::new());
    let id = client(&vendor).create_contractor("the-key", &guide.contractor()).await.unwrap();
    assert_eq!(id.as_str(), "cn_1");
    let sample = json!({
        "contact": { "first_name": "Alex", "last_name": "Nguyen", "email": "wk_421@relay.yourdomain.com" },
        "address": { "country": "US", "region": "CA" },
        "custom_metadata": { "workmarket_worker_id": "wk_421" }
    });
    assert_eq!(posted(&vendor, "/api/v1/contractors").json(), sample);
}

#[test]
fn an_unknown_part_of_the_address_is_left_out() {
    let guide = Guide::new();
    let mut contractor = guide.contractor();
    contractor.region = None;
    assert_eq!(contractor.body()["address"], json!({ "country": "US" }));
    contractor.country = None;
    assert_eq!(contractor.body().get("address"), None);
}

#[tokio::test]
async fn a_job_is_made_in_the_words_of_section_4_2() {
    let (vendor, guide) = (making("jb_1").await, Guide::new());
    assert_eq!(client(&vendor).create_job("the-key", &guide.job()).await.unwrap().as_str(), "jb_1");
    let sample = json!({
        "name": "WO 12345 — Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "entity": "en_abc123",
        "category_code": "jc_MTqpkbkp6G",
        "wage": 32500,
        "wage_type": "flatfee",
        "region": "CA",
        "custom_metadata": { "work_order_id": "12345" }
    });
    assert_eq!(posted(&vendor, "/api/v1/jobs").json(), sample);
}

#[test]
fn a_job_without_a_region_says_none_and_every_kind_of_wage_has_its_word() {
    let guide = Guide::new();
    let mut job = guide.job();
    job.region = None;
    assert_eq!(job.body().get("region"), None);
    for (wage_type, word) in [
        (WageType::FlatFee, "flatfee"),
        (WageType::Hourly, "hourly"),
        (WageType::Unit, "unit"),
        (WageType::Blended, "blended"),
    ] {
        job.wage_type = wage_type;
        assert_eq!(job.body()["wage_type"], word);
    }
}

#[tokio::test]
async fn a_quote_is_asked_for_in_the_words_of_section_4_3() {
    let (vendor, guide) = (making("qt_1").await, Guide::new());
    client(&vendor).create_quote("the-key", &guide.quote()).await.unwrap();
    let sample = json!({
        "contractor": "cn_Ehb3bYa",
        "job": "jb_jsb9KEcTpc",
        "coverage_type": ["general", "workers-comp"],
        "effective_date": 1_761_997_200,
        "end_date": 1_762_083_600,
        "custom_metadata": { "work_order_id": "12345" }
    });
    assert_eq!(posted(&vendor, "/api/v1/quotes").json(), sample);
}

#[tokio::test]
async fn a_session_is_opened_in_the_words_of_section_4_4() {
    let (vendor, guide) = (making("ias_1").await, Guide::new());
    client(&vendor).open_session("the-key", &guide.session()).await.unwrap();
    let sample = json!({
        "quote": "qt_5DciVga8Kt",
        "success_url": "https://workmarket.com/workorders/12345?coverage=active",
        "cancel_url": "https://workmarket.com/workorders/12345?coverage=canceled",
        "custom_metadata": { "work_order_id": "12345" }
    });
    assert_eq!(posted(&vendor, "/api/v1/apply/sessions").json(), sample);
}

#[tokio::test]
async fn an_assignment_is_made_in_the_words_of_section_4_5() {
    let (vendor, guide) = (making("an_1").await, Guide::new());
    client(&vendor).create_assignment("the-key", &guide.assignment()).await.unwrap();
    let sample = json!({
        "contractor": "cn_Ehb3bYa",
        "job": "jb_jsb9KEcTpc",
        "effective_date": 1_761_997_200,
        "end_date": 1_762_083_600,
        "coverage_type": ["general", "workers-comp"],
        "custom_metadata": { "work_order_id": "12345" }
    });
    assert_eq!(posted(&vendor, "/api/v1/assignments").json(), sample);
}

#[tokio::test]
async fn a_job_s_assignment_is_canceled_with_a_reason() {
    let (vendor, guide) = (Vendor::answering(200, "").await, Guide::new());
    client(&vendor).cancel_assignment("the-key", &guide.job, "work order canceled").await.unwrap();
    let canceled = json!({ "job_id": "jb_jsb9KEcTpc", "reason": "work order canceled" });
    assert_eq!(posted(&vendor, "/api/v1/assignments/cancel").json(), canceled);
}

#[tokio::test]
async fn an_invoice_is_recorded_in_the_words_of_section_4_7() {
    let (vendor, guide) = (making("in_1").await, Guide::new());
    assert_eq!(client(&vendor).record_invoice("the-key", &guide.invoice()).await.unwrap().as_str(), "in_1");
    let sample = json!({
        "contractor": "cn_Ehb3bYa",
        "job": "jb_jsb9KEcTpc",
        "gross_pay": 1200,
        "paycycle_startdate": 1_714_419_793,
        "paycycle_enddate": 1_714_419_793
    });
    assert_eq!(posted(&vendor, "/api/v1/invoices").json(), sample);
}

#[tokio::test]
async fn a_certificate_is_uploaded_with_the_fields_of_section_4_6() {
    let (vendor, guide) = (making("ci_1").await, Guide::new());
    let mut certificate = guide.certificate(b"%PDF-1.7\r\n--covertrail-\r\n\0\xff");
    certificate.file_name = "Ann \"A\".pdf";
    let id = client(&vendor).upload_certificate("the-key", &certificate).await.unwrap();
    assert_eq!(id.as_str(), "ci_1");
    let asked = posted(&vendor, "/api/v1/files/certificates");
    let boundary =
        asked.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let lines: [&[u8]; 15] = [
        b"--BOUNDARY",
        b"Content-Disposition: form-data; name=\"certificate\"; filename=\"Ann %22A%22.pdf\"",
        b"Content-Type: application/pdf",
        b"",
        b"%PDF-1.7\r\n--covertrail-\r\n\0\xff",
        b"--BOUNDARY",
        b"Content-Disposition: form-data; name=\"contractor\"",
        b"",
        b"cn_Ehb3bYa",
        b"--BOUNDARY",
        b"Content-Disposition: form-data; name=\"custom_metadata[work_order_id]\"",
        b"",
        b"12345",
        b"--BOUNDARY--",
        b"",
    ];
    let [opening, closing] = [format!("--{boundary}"), format!("--{boundary}--")];
    let expected = lines.map(|line| match line {
        b"--BOUNDARY" => opening.as_bytes(),
        b"--BOUNDARY--" => closing.as_bytes(),
        _ => line,
    });
    assert_eq!(asked.body, expected.join(&b"\r\n"[..]));
}

#[tokio::test]
async fn an_upload_sends_the_same_bytes_when_tried_again() {
    let replies = [Reply::Drop, Reply::Answer(201, r#"{"id":"ci_1"}"#.to_owned())];
    let (vendor, guide) = (Vendor::replying(replies).await, Guide::new());
    client(&vendor).upload_certificate("the-key", &guide.certificate(b"%PDF-1.7")).await.unwrap();
    let asked = vendor.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body);
    assert_eq!(asked[0].header("content-type"), asked[1].header("content-type"));
}
