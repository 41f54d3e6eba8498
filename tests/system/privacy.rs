//! Names, emails, keys and tokens are neither logged nor kept in events. What a vendor sent stays as it came.

use crate::stories::begin_insured;
use crate::world::{Order, Plan, REVIEWER_TOKEN, World};
use covertrail_adapters::sandbox::FaultPlan;
use covertrail_adapters::store::{Embedded, EventStore};
use serde_json::json;

/// At the finest level, for all that is ours.
const TRACE: &str = "info,covertrail=trace,covertrail_adapters=trace,covertrail_projections=trace";

const PERSONAL: [&str; 4] = ["Zebulon", "Quartermaine", "zq@quartermaine.example", "+1-555-0147"];

#[tokio::test]
async fn secrets_and_personal_data_are_neither_logged_nor_kept_in_events() {
    let plan = Plan { log_filter: TRACE, ..Plan::default() };
    let mut hidden: Vec<String> = PERSONAL.iter().map(|text| (*text).to_owned()).collect();
    let secrets = plan.secrets.clone();
    hidden.extend([secrets.policy_api_key, secrets.policy_webhook.clone(), secrets.workmarket_token]);
    hidden.push(secrets.workmarket_secret);
    hidden.extend([
        secrets.link,
        secrets.workmarket_webhook,
        REVIEWER_TOKEN.to_owned(),
        "/apply/ias_".to_owned(),
    ]);
    hidden.push(secrets.policy_webhook.trim_start_matches("whsec_").to_owned());
    let world = World::begin(plan).await;
    trouble(&world).await;
    let printed = world.printed();
    assert!(printed.contains("step taken") && printed.contains("step blocked"), "{printed}");
    for secret in &hidden {
        assert!(!printed.contains(secret), "{secret} is logged:\n{printed}");
    }
    // where a contractor applies is a fact of the log
    hidden.retain(|secret| secret != "/apply/ias_");
    let log = Embedded::open_read_only(world.path("covertrail.sqlite")).unwrap();
    let mut after = None;
    loop {
        let page = log.read_all(after, None, 500).await.unwrap();
        let Some(last) = page.iter().last() else { break };
        after = Some(last.position);
        for recorded in &page {
            let data = if recorded.kind == "delivery.received.v1" { &[][..] } else { recorded.data };
            let text = [data, recorded.metadata].map(String::from_utf8_lossy).concat();
            let text = format!("{} {} {text}", recorded.stream, recorded.kind);
            for secret in &hidden {
                assert!(!text.contains(secret), "{secret} is in an event: {text}");
            }
        }
    }
}

/// A work order that goes well under faults, and every kind of thing that goes wrong.
async fn trouble(world: &std::sync::Arc<World>) {
    let person = json!({
        "first_name": PERSONAL[0], "last_name": PERSONAL[1], "email": PERSONAL[2], "phone": PERSONAL[3],
    });
    let order = Order::new(world, "12345", "wk_421");
    order.create(person.clone(), json!({})).await;
    let faults = FaultPlan { server_error: 0.3, answer_lost: 0.3, ..FaultPlan::default() };
    world.policy.set_faults(faults.clone());
    world.workmarket.set_faults(faults);
    begin_insured(&order).await;
    world.policy.set_faults(FaultPlan::default());
    world.workmarket.set_faults(FaultPlan::default());
    world.apply("12345").await;
    // another worker with the same email, whom the vendor refuses
    let twin = Order::new(world, "12346", "wk_422");
    twin.create(person, json!({})).await;
    twin.assign().await;
    twin.event("step_blocked").await;
    let named = json!({ "id": "ev_1", "type": "policy.active", "data": { "first_name": PERSONAL[0], "email": PERSONAL[2] } });
    assert_eq!(world.policy_says(&named).await.status, 200);
    let odd = json!({ "event_id": "we_1", "work_order_id": [PERSONAL[0]], "worker": PERSONAL[2] });
    assert_eq!(world.workmarket_says("assigned", &odd).await.status, 200);
    let headers = vec![("authorization", format!("Bearer {REVIEWER_TOKEN}x"))];
    assert_eq!(world.deliver("/webhooks/workmarket/assigned", &headers, PERSONAL[1]).await.status, 401);
    assert_eq!(world.as_reviewer("/v1/work-orders/12345/review", PERSONAL[0]).await.status, 400);
    world
        .until("all is dealt with", |log| {
            log.deliveries
                .values()
                .all(|kept| kept.handled().or(kept.waited().map(|why| (why, ""))).is_some())
                .then_some(())
        })
        .await;
}
