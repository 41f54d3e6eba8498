use serde_json::json;

use super::super::*;

#[tokio::test]
async fn a_change_replaces_what_it_names_and_leaves_the_rest() {
    let bench = Bench::policy().await;
    let (_, job) = bench.post("/jobs", guide_job()).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    bench.move_hour_to(NOW + 5);
    let change = json!({"wage": 40_000, "custom_metadata": {"site": "7"}, "id": "jb_other", "created": 1});
    let (status, changed) = bench.put(&path, change).await;
    let mut expected = job;
    expected["wage"] = json!(40_000);
    expected["custom_metadata"] = json!({"work_order_id": "12345", "site": "7"});
    assert_eq!((status, &changed), (200, &expected));
    assert_eq!(bench.get(&path).await, (200, expected));
}

#[tokio::test]
async fn null_and_empty_texts_take_away_what_may_be_absent() {
    let bench = Bench::policy().await;
    let path = format!("/jobs/{}", bench.job().await);
    let (_, changed) =
        bench.put(&path, json!({"region": "", "custom_metadata": {"work_order_id": null}})).await;
    assert_eq!((changed.get("region"), &changed["custom_metadata"]), (None, &json!({})));
    let (status, error) = bench.put(&path, json!({"name": null})).await;
    assert_eq!((status, &error["message"]), (400, &json!({"name": "is required"})));
    assert_eq!(bench.get(&path).await.1["name"], guide_job()["name"], "a refused change changes nothing");
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_its_email_free() {
    let bench = Bench::policy().await;
    let path = format!("/contractors/{}", bench.contractor().await);
    let (status, gone) = bench.delete(&path).await;
    let id = path.rsplit('/').next().unwrap();
    let expected = json!({"id": id, "object": "contractor", "deleted": true, "deleted_at": NOW});
    assert_eq!((status, gone), (200, expected));
    for (status, error) in
        [bench.get(&path).await, bench.put(&path, json!({})).await, bench.delete(&path).await]
    {
        assert_eq!((status, &error["error_code"]), (404, &json!("resource_not_found")));
    }
    assert_eq!(bench.count("contractors"), 0);
    assert_ne!(bench.contractor().await, id, "an id is never given again");
}

#[tokio::test]
async fn a_contractor_may_take_another_email_but_nobody_elses() {
    let bench = Bench::policy().await;
    let path = format!("/contractors/{}", bench.contractor().await);
    let mut other = guide_contractor();
    other["contact"]["email"] = json!("sam@x.org");
    bench.post("/contractors", other).await;
    let (status, error) = bench.put(&path, json!({"email": "SAM@x.org"})).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("duplicate_email")));
    assert_eq!(bench.put(&path, json!({"email": "alex@x.org"})).await.0, 200);
    assert_eq!(bench.get("/contractors?email=wk_421@relay.yourdomain.com").await.1, json!([]));
    assert_eq!(bench.get("/contractors?email=alex@x.org").await.1[0]["email"], "alex@x.org");
    assert_eq!(bench.put(&path, json!({"email": "Alex@x.org"})).await.0, 200, "its own in other letters");
}

#[tokio::test]
async fn an_invoiced_job_is_locked_until_its_invoice_is_deleted() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let invoice = id(bench.post("/invoices", guide_invoice(&contractor, &job)).await);
    let path = format!("/jobs/{job}");
    for (status, error) in [bench.put(&path, json!({"wage": 200})).await, bench.delete(&path).await] {
        assert_eq!((status, &error["error_code"]), (400, &json!("invoice_exists")));
    }
    bench.delete(&format!("/invoices/{invoice}")).await;
    assert_eq!(bench.put(&path, json!({"wage": 200})).await.0, 200);
    assert_eq!(bench.delete(&path).await.1["error_code"], "job_is_used");
}

#[tokio::test]
async fn a_quote_keeps_its_dates_unless_the_change_names_them() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let body = json!({"contractor": contractor, "job": job, "coverage_type": ["general"]});
    let (_, quote) = bench.post("/quotes", body).await;
    let path = format!("/quotes/{}", quote["id"].as_str().unwrap());
    bench.move_hour_to(NOW + 2 * 86_400);
    let (status, changed) = bench.put(&path, json!({"coverage_type": ["general", "media"]})).await;
    assert_eq!((status, &changed["net_rate"]), (200, &json!(145)));
    assert_eq!(changed["effective_date"], quote["effective_date"], "passed meanwhile, and not changed");
    assert_eq!((&changed["gl_net_rate"], &changed["wc_net_rate"]), (&json!(85), &Value::Null));
    let (status, error) = bench.put(&path, json!({"effective_date": NOW})).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("effective_date_invalid")));
}

#[tokio::test]
async fn a_quote_applied_for_is_not_changed_any_more() {
    let bench = Bench::policy().await;
    bench.insured().await;
    let quote = bench.get("/quotes").await.1[0]["id"].as_str().unwrap().to_owned();
    let (status, error) = bench.put(&format!("/quotes/{quote}"), json!({"custom_metadata": {}})).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("cant_update_create_new_quote")));
}

#[tokio::test]
async fn nothing_is_written_about_a_blocked_contractor() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let quote = bench.get("/quotes").await.1[0]["id"].as_str().unwrap().to_owned();
    let order = json!({"contractor": contractor, "quote": "ineligible"});
    bench.order("/contractors/behaviour", order).await;
    bench.order("/contractors/behaviour", json!({"contractor": contractor, "blocked": true})).await;
    let path = format!("/contractors/{contractor}");
    for (status, error) in [
        bench.put(&path, json!({"phone": "1"})).await,
        bench.delete(&path).await,
        bench.post("/assignments", guide_assignment(&contractor, &job)).await,
        bench.post("/invoices", guide_invoice(&contractor, &job)).await,
        bench.post("/apply/sessions", guide_session(&quote)).await,
    ] {
        assert_eq!((status, &error["error_code"]), (403, &json!("contractor_blocked_for_writes")));
    }
    assert_eq!(bench.get(&path).await.0, 200);
    bench.order("/contractors/behaviour", json!({"contractor": contractor, "blocked": false})).await;
    assert_eq!(bench.put(&path, json!({"phone": "1"})).await.0, 200);
    let mut longer = guide_quote(&contractor, &job);
    longer["end_date"] = json!(1_762_083_601);
    let (_, quote) = bench.post("/quotes", longer).await;
    assert_eq!(quote["eligible"], false, "the order before is still in force");
}
