use super::samples::worker;
use serde_json::json;

#[test]
fn a_worker_has_a_name() {
    let wrong = worker(json!({ "first_name": null, "last_name": " ", "email": 7 })).unwrap_err();
    assert_eq!(wrong.to_string(), "first_name: missing; last_name: empty; email: not a text");
}

#[test]
fn a_workers_debug_output_shows_the_id_alone() {
    let worker = worker(json!({ "email": "alex@example.com" })).unwrap();
    assert_eq!(format!("{worker:?}"), r#"Worker { id: WorkerId("wk_421"), .. }"#);
}
