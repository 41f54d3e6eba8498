use serde_json::json;

use super::*;

async fn page(bench: &Bench, path: &str) -> (u16, String) {
    let answer = bench.client.get(bench.url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn press(bench: &Bench, path: &str) -> (u16, String) {
    let answer = bench.client.post(bench.url(path)).send().await.unwrap();
    let location = answer.headers().get("location").map(|link| link.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

#[tokio::test]
async fn the_page_shows_the_quote_and_escapes_what_came_from_outside() {
    let bench = Bench::policy().await;
    let contractor = bench.contractor().await;
    let mut body = guide_job();
    body["name"] = json!("<script>alert(1)</script> & Sons");
    let job = id(bench.post("/jobs", body).await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    let (status, html) = page(&bench, &format!("/apply/{session}")).await;
    assert_eq!(status, 200);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons"), "{html}");
    assert!(!html.contains("<script>"));
    assert!(html.contains("general, workers-comp"));
    assert!(html.contains("1 November 2025, 11:40 UTC"));
    assert!(html.contains("$3.25 per $100 of pay"));
}

#[tokio::test]
async fn agreeing_leads_to_the_success_link_once() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let (first, second) = (bench.session(&quote).await, bench.session(&quote).await);
    let (status, link) = press(&bench, &format!("/apply/{first}/complete")).await;
    assert_eq!((status, link.as_str()), (303, "https://workmarket.com/workorders/12345?coverage=active"));
    assert_eq!(press(&bench, &format!("/apply/{first}/complete")).await.0, 400);
    assert_eq!(press(&bench, &format!("/apply/{second}/complete")).await.0, 400);
    assert_eq!(bench.count("policies"), 1);
    let (_, html) = page(&bench, &format!("/apply/{first}")).await;
    assert!(html.contains("This application is complete.") && !html.contains("<button"));
    assert_eq!(bench.post(&format!("/apply/sessions/{first}/expire"), json!({})).await.0, 400);
}

#[tokio::test]
async fn leaving_leads_to_the_cancel_link_and_keeps_the_session_open() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    let (status, link) = press(&bench, &format!("/apply/{session}/abandon")).await;
    assert_eq!((status, link.as_str()), (303, "https://workmarket.com/workorders/12345?coverage=canceled"));
    assert_eq!(press(&bench, &format!("/apply/{session}/complete")).await.0, 303);
}

#[tokio::test]
async fn an_expired_session_binds_nothing() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    bench.post(&format!("/apply/sessions/{session}/expire"), json!({})).await;
    assert_eq!(press(&bench, &format!("/apply/{session}/complete")).await.0, 400);
    assert_eq!(bench.count("policies"), 0);
    assert_eq!(page(&bench, "/apply/ias_none").await.0, 404);
}
