use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{FaultPlan, Outage, Span};
use super::*;

#[tokio::test]
async fn only_known_keys_are_let_in() {
    let bench = Bench::policy().await;
    let url = bench.url("/api/v1/contractors");
    for request in [
        bench.client.get(&url),
        bench.client.get(&url).bearer_auth("wrong"),
        bench.client.get(&url).header("authorization", KEY),
        bench.client.get(bench.url("/api/v1/nowhere")),
    ] {
        let (status, error) = read(request).await;
        assert_eq!((status, &error["error_code"]), (401, &json!("invalid_api_key")));
    }
}

#[tokio::test]
async fn a_key_may_come_as_the_user_of_basic_authentication() {
    let bench = Bench::policy().await;
    let url = bench.url("/api/v1/contractors");
    for (user, password, status) in [(KEY, Some(""), 200), (KEY, None, 200), ("wrong", Some(KEY), 401)] {
        assert_eq!(read(bench.client.get(&url).basic_auth(user, password)).await.0, status);
    }
    let broken = bench.client.get(&url).header("authorization", "Basic %%%");
    assert_eq!(read(broken).await.0, 401);
}

#[tokio::test]
async fn a_read_only_key_reads() {
    let bench = Bench::policy_with(|settings| settings.read_only_keys = vec!["t9k_reader".to_owned()]).await;
    let url = bench.url("/api/v1/jobs");
    assert_eq!(read(bench.client.get(&url).bearer_auth("t9k_reader")).await.0, 200);
    let write = bench.client.post(&url).bearer_auth("t9k_reader").body(guide_job().to_string());
    let (status, error) = read(write).await;
    assert_eq!((status, &error["error_code"]), (403, &json!("insufficient_permissions")));
    assert_eq!(bench.count("jobs"), 0);
}

#[tokio::test]
async fn unknown_paths_methods_and_bodies_are_refused_in_json() {
    let bench = Bench::policy().await;
    let (status, error) = bench.get("/assignments/an_x/cancel").await;
    assert_eq!((status, &error["error_code"]), (404, &json!("resource_not_found")));
    assert_eq!(bench.get("/contractors/cn_none").await.1["error_code"], "resource_not_found");
    let (status, error) = read(bench.api_request(Method::DELETE, "/contractors")).await;
    assert_eq!((status, &error["error_code"]), (405, &json!("method_not_allowed")));
    let (status, error) = read(bench.api_request(Method::POST, "/jobs").body("{")).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("bad_request")));
    let (status, error) = bench.post("/jobs", json!([])).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("invalid_input")));
    let (status, _) = read(bench.client.get(bench.url("/nowhere"))).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_body_over_a_megabyte_is_refused_by_name() {
    let bench = Bench::policy().await;
    let body = vec![b' '; 1024 * 1024 + 1];
    let (status, error) = read(bench.api_request(Method::POST, "/jobs").body(body)).await;
    assert_eq!((status, &error["error_code"]), (413, &json!("payload_too_large")));
}

#[tokio::test]
async fn the_first_answer_under_a_key_is_given_again() {
    let bench = Bench::policy().await;
    let first = bench.post_keyed("/jobs", "wo-1-job", &guide_job()).await;
    let mut other = guide_job();
    other["wage"] = json!(99_900);
    assert_eq!(bench.post_keyed("/jobs", "wo-1-job", &other).await, first);
    assert_eq!(bench.count("jobs"), 1);
    let seen = bench.running.handle().requests();
    assert_eq!(seen["idempotency_keys"]["wo-1-job"], json!({"seen": 2, "replayed": 1}));
    assert_eq!(seen["requests"][1]["ending"], "replayed");
    bench.move_hour_to(NOW + 24 * 60 * 60);
    assert_ne!(bench.post_keyed("/jobs", "wo-1-job", &guide_job()).await, first);
    assert_eq!(bench.count("jobs"), 2);
}

#[tokio::test]
async fn the_vendors_own_header_wins() {
    let bench = Bench::policy().await;
    let send = |guide: &str| {
        let request = bench.api_request(Method::POST, "/jobs").body(guide_job().to_string());
        read(request.header("Idempotency-Key", guide).header("Ten99Policy-Idempotent-Key", "ours"))
    };
    assert_eq!(send("random-1").await, send("random-2").await);
    let request =
        bench.api_request(Method::POST, "/jobs").body("{}").header("Ten99Policy-Idempotent-Key", "k");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["ten99policy-idempotent-key"], "k", "where the vendor's clients look for it");
    assert_eq!(bench.count("jobs"), 1);
}

#[tokio::test]
async fn a_refused_request_may_come_again_corrected_under_its_key() {
    let bench = Bench::policy().await;
    assert_eq!(bench.post_keyed("/jobs", "k", &json!({})).await.0, 400);
    assert_eq!(bench.post_keyed("/jobs", "k", &guide_job()).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_at_once_under_one_key_make_one_object() {
    let bench = Bench::policy().await;
    let body = guide_job();
    let all = (0..20).map(|_| bench.post_keyed("/jobs", "k", &body));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(bench.count("jobs"), 1);
    for (status, answer) in &answers {
        let busy = *status == 409 && answer["error_code"] == "idempotency_in_progress";
        assert!(*status == 201 || busy, "{status} {answer}");
    }
    assert_eq!(bench.post_keyed("/jobs", "k", &body).await.0, 201);
}

#[tokio::test]
async fn a_key_being_worked_on_is_busy_and_free_again_when_its_caller_hangs_up() {
    let hours = FaultPlan { delay: 1.0, delay_ms: [9_000_000, 9_000_000], ..FaultPlan::default() };
    let bench = Bench::policy_with(|settings| settings.faults = hours).await;
    let held: Vec<_> = (0..16)
        .map(|number| {
            let request = bench
                .api_request(Method::POST, "/jobs")
                .header("Idempotency-Key", format!("k{number}"))
                .body(guide_job().to_string());
            tokio::spawn(request.send())
        })
        .collect();
    // Half of the delays come before the effect; those keys are claimed and stay so.
    eventually("all sixteen are under way", async || {
        let keys = bench.running.handle().requests()["idempotency_keys"].clone();
        keys.as_object().unwrap().len() == 16
    })
    .await;
    bench.order("/faults", json!({})).await;
    let mut busy = Vec::new();
    for number in 0..16 {
        let key = format!("k{number}");
        let (status, _) = bench.post_keyed("/jobs", &key, &json!({})).await;
        match status {
            409 => busy.push(key),
            other => assert_eq!(other, 201, "an effect before the delay is saved at once"),
        }
    }
    assert!(!busy.is_empty() && busy.len() < 16, "{busy:?}");
    held.iter().for_each(tokio::task::JoinHandle::abort);
    for key in busy {
        eventually("the key is free", async || bench.post_keyed("/jobs", &key, &guide_job()).await.0 == 201)
            .await;
    }
    assert_eq!(bench.count("jobs"), 16);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect_and_the_replay_tells() {
    let bench = Bench::policy().await;
    let lost = FaultPlan { answer_lost: 1.0, ..FaultPlan::default() };
    bench.running.handle().set_faults(lost);
    let request =
        bench.api_request(Method::POST, "/jobs").header("Idempotency-Key", "k").body(guide_job().to_string());
    assert!(request.send().await.is_err());
    assert_eq!(bench.count("jobs"), 1);
    bench.running.handle().set_faults(FaultPlan::default());
    assert_eq!(bench.post_keyed("/jobs", "k", &guide_job()).await.0, 201);
    assert_eq!(bench.count("jobs"), 1);
    assert_eq!(bench.running.handle().requests()["requests"][0]["ending"], "answer_lost");
}

#[tokio::test]
async fn a_lost_answer_is_a_connection_that_closes_without_a_byte() {
    let bench = Bench::policy().await;
    bench.running.handle().set_faults(FaultPlan { answer_lost: 1.0, ..FaultPlan::default() });
    let mut line = tokio::net::TcpStream::connect(bench.running.address()).await.unwrap();
    let request =
        format!("GET /api/v1/contractors HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    // A reset instead of an end is a closed connection just as well.
    let _ = line.read_to_end(&mut heard).await;
    assert_eq!(String::from_utf8_lossy(&heard), "");
}

#[tokio::test]
async fn a_429_says_when_to_come_again_and_changes_nothing() {
    let bench = Bench::policy().await;
    let order = json!({"too_many_requests": 1.0});
    assert_eq!(bench.order("/faults", order).await.0, 200);
    let answer = bench.api_request(Method::POST, "/jobs").body(guide_job().to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let wait = answer.headers()["retry-after"].to_str().unwrap();
    assert!(["0", "1"].contains(&wait), "{wait}");
    assert_eq!(bench.count("jobs"), 0);
}

#[tokio::test]
async fn a_500_passes_unless_it_sticks_to_its_key() {
    for (sticky, again) in [(false, 201), (true, 500)] {
        let bench = Bench::policy().await;
        bench.order("/faults", json!({"server_error": 1.0, "sticky_500": sticky})).await;
        assert_eq!(bench.post_keyed("/jobs", "k", &guide_job()).await.0, 500);
        bench.order("/faults", json!({})).await;
        assert_eq!(bench.post_keyed("/jobs", "k", &guide_job()).await.0, again);
        assert_eq!(bench.count("jobs"), u64::from(!sticky));
    }
}

#[tokio::test]
async fn the_same_seed_draws_the_same_faults() {
    let mut runs = Vec::new();
    for seed in [3, 3, 4] {
        let bench = Bench::policy_with(|settings| {
            settings.seed = seed;
            settings.faults = FaultPlan { server_error: 0.4, too_many_requests: 0.3, ..FaultPlan::default() };
        })
        .await;
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(bench.get("/contractors").await.0);
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    for status in [200, 429, 500] {
        assert!(runs[0].contains(&status), "{status}");
    }
}

#[tokio::test]
async fn an_outage_lasts_as_ordered() {
    let bench = Bench::policy().await;
    bench.order("/outage", json!({"for_requests": 2})).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(bench.get("/contractors").await.0);
    }
    assert_eq!(statuses, [503, 503, 200]);
    bench.order("/outage", json!({"until": NOW + 10})).await;
    let answer = bench.api_request(Method::POST, "/jobs").body(guide_job().to_string()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("retry-after")), (503, None));
    bench.move_hour_to(NOW + 10);
    assert_eq!(bench.get("/contractors").await.0, 200);
    bench.order("/outage", json!({"on": true})).await;
    assert_eq!(bench.get("/contractors").await.0, 503);
    bench.order("/outage", json!({"on": false})).await;
    assert_eq!(bench.get("/contractors").await.0, 200);
    assert_eq!(bench.count("jobs"), 0);
}

#[tokio::test]
async fn an_outage_may_close_connections() {
    let bench = Bench::policy().await;
    bench.order("/outage", json!({"for_requests": 1, "closes": true})).await;
    assert!(bench.api_request(Method::GET, "/contractors").send().await.is_err());
    bench.running.handle().set_outage(Outage { span: Span::Requests(1), closes: true });
    assert!(bench.api_request(Method::GET, "/contractors").send().await.is_err());
    assert_eq!(bench.get("/contractors").await.0, 200);
    bench.running.handle().set_outage(Outage::on());
    assert_eq!(bench.get("/contractors").await.0, 503);
    bench.running.handle().set_outage(Outage::off());
    assert_eq!(bench.get("/contractors").await.0, 200);
}

#[tokio::test]
async fn the_log_of_calls_has_no_personal_data() {
    let bench = Bench::policy().await;
    bench.contractor().await;
    bench.get("/contractors?email=wk_421@relay.yourdomain.com").await;
    let (_, log) = read(bench.client.get(bench.url("/sandbox/requests"))).await;
    assert_eq!(log["requests"][1]["path"], "/api/v1/contractors");
    assert!(!log.to_string().contains("relay"));
}

#[tokio::test]
async fn a_sandbox_shut_down_is_gone() {
    let bench = Bench::policy().await;
    let url = bench.url("/sandbox/state");
    bench.running.shutdown().await;
    assert!(bench.client.get(url).send().await.is_err());
}
