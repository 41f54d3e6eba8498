use serde_json::json;

use super::super::*;

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
