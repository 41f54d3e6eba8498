//! Anything at all, at every door: each answers that it is wrong, none falls over.

use crate::world::{Plan, REVIEWER_TOKEN, World, now, standard};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const SENTENCES: [&str; 8] = [
    r#"{"id":"ev_1","type":"policy.active","created":1761997200,"data":{"object":{"id":"pl_1","status":"active","coverage_type":["general"]}}}"#,
    r#"{"event_id":"we_1","work_order_id":"12345","status":"ASSIGNED"}"#,
    r#"{"certificate":"ci_1","decision":"approve","reason":"seen","lines":["general"],"start":1,"end":2}"#,
    r#"{"reason":"the client insures","until":1893456000}"#,
    r#"{"step":"quote"}"#,
    "--b\r\ncontent-disposition: form-data; name=\"certificate\"; filename=\"a.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n",
    "[1e999,-0,\"\\ud800\",{\"\":{}}]",
    "",
];

/// A sentence of some door with a few bytes torn out, doubled or changed.
fn noise(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = SENTENCES[random.random_range(0..SENTENCES.len())].as_bytes().to_vec();
    for _ in 0..random.random_range(0..6) {
        let place = random.random_range(0..=bytes.len());
        match random.random_range(0..3) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, random.random()),
            _ => bytes.extend_from_within(place..),
        }
    }
    bytes
}

#[tokio::test]
async fn noise_at_any_door_is_answered_and_the_program_lives_on() {
    let world = World::begin(Plan::default()).await;
    let (secret, hook) = {
        let plan = world.plan.lock().unwrap();
        (plan.secrets.policy_webhook.clone(), plan.secrets.workmarket_webhook.clone())
    };
    let (bearer, person) = (format!("Bearer {hook}"), format!("Bearer {REVIEWER_TOKEN}"));
    let doors = ["certificates", "review", "waive", "retry"];
    let mut random = StdRng::seed_from_u64(0x00c0_7e57);
    for round in 0..150 {
        let body = noise(&mut random);
        let signed = standard(&secret, &format!("ev_{round}"), now(), &body);
        let mut answers = vec![
            world.deliver("/webhooks/1099policy", &signed, body.clone()).await,
            world.post("/webhooks/workmarket/assigned", &[("authorization", &bearer)], body.clone()).await,
            world.get(&format!("/apply/12345?key={}", random.random::<u64>())).await.unwrap(),
        ];
        for door in doors {
            let path = format!("/v1/work-orders/{}/{door}", ["12345", "%00", "..", "%F0%9F"][round % 4]);
            let kind = ["application/json", "multipart/form-data; boundary=b"][round / 4 % 2];
            let headers = [("authorization", person.as_str()), ("content-type", kind)];
            answers.push(world.post(&path, &headers, body.clone()).await);
        }
        for answer in &answers {
            let told = (200..500).contains(&answer.status);
            assert!(told, "{} {} for {:?}", answer.status, answer.text, String::from_utf8_lossy(&body));
        }
        assert!(answers[3..].iter().all(|answer| answer.status >= 400), "nobody knows the work order");
    }
    assert!(!world.printed().contains("panicked"), "{}", world.printed());
    world.restart().await;
}
