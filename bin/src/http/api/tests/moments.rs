use super::world::World;
use covertrail_domain::coverage::{Event, Evidence};
use covertrail_domain::id::PolicyId;
use covertrail_domain::time::Timestamp;
use serde_json::Value;

/// A completed work order that was insured throughout, with a moment in the middle of its work and its policy.
async fn insured(world: &World) -> (String, i64, PolicyId) {
    for row in world.all("work-orders", "&stage=completed", 100).await {
        let order = row["work_order"].as_str().unwrap();
        let one = world.json(&format!("/v1/work-orders/{order}")).await;
        let policy = one["cover"].as_array().unwrap().iter().find(|cover| cover["evidence"] == "policy");
        if let (Some(policy), Some(0)) = (policy, row["uninsured_seconds"].as_i64()) {
            let middle = i64::midpoint(row["starts"].as_i64().unwrap(), row["ends"].as_i64().unwrap());
            return (order.to_owned(), middle, PolicyId::parse(policy["id"].as_str().unwrap()).unwrap());
        }
    }
    panic!("none of them was insured throughout");
}

#[tokio::test]
async fn no_answer_by_what_was_known_changes_with_what_is_recorded_later() {
    let world = World::begin(60).await;
    let (order, middle, policy) = insured(&world).await;
    let known = world.json("/v1/work-orders?limit=1").await["position"].as_u64().unwrap();
    let day = Timestamp::from_unix(middle).to_string().replace(' ', "T").replace("TUTC", "Z");
    let asked = |known: Option<u64>| {
        let known = known.map_or_else(String::new, |known| format!("&known_at={known}"));
        [
            format!("/v1/work-orders?as_of={day}{known}&limit=1000"),
            format!("/v1/contractors?as_of={day}{known}&limit=1000"),
            format!("/v1/gaps?as_of={day}{known}&limit=1000"),
            format!("/v1/work-orders/{order}/standing?at={day}{known}"),
            format!("/v1/work-orders/{order}?as_of={day}{known}"),
        ]
    };
    let answers = async |known: Option<u64>| -> Vec<Value> {
        let mut answers = Vec::new();
        for asked in asked(known) {
            let mut answer = world.json(&asked).await;
            // how far the log was read is of the asking, not of the answer
            answer.as_object_mut().unwrap().remove("position");
            answers.push(answer);
        }
        answers
    };
    let (before, now) = (answers(Some(known)).await, answers(None).await);
    assert_eq!(before, now, "nothing was recorded in between");
    assert_eq!(now[3]["standing"], "insured");
    let canceled = Event::CoverageCanceled {
        evidence: Evidence::Policy(policy.clone()),
        effective: Timestamp::from_unix(middle - 60),
        at: crate::clock::now(),
    };
    let position = world.record(&order, &canceled, None).await;
    world.reaches(position).await;
    assert_eq!(answers(Some(known)).await, before, "what was known is what was known");
    assert_eq!(answers(None).await[3]["standing"], "uninsured-and-working", "what was so is another matter");
}

#[tokio::test]
async fn the_board_of_any_moment_is_each_work_orders_own_answer() {
    let world = World::begin(40).await;
    for day in ["2020-01-01", "2026-03-01", "2026-08-15T12:00:00Z"] {
        let board = world.all("work-orders", &format!("&as_of={day}"), 1_000).await;
        for row in &board {
            let order = row["work_order"].as_str().unwrap();
            let alone = world.json(&format!("/v1/work-orders/{order}/standing?at={day}")).await;
            assert_eq!(
                (&row["standing"], &row["reason"]),
                (&alone["standing"], &alone["reason"]),
                "{order} {day}"
            );
        }
        assert_eq!(board.is_empty(), day == "2020-01-01");
    }
}
