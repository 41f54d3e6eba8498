use super::*;
use crate::engine::testing::World;
use crate::show::testing::applying;
use covertrail_adapters::store::Position;
use serde_json::json;
use std::time::Duration;

/// What a member hears and says, from the other side.
fn membership()
-> (mpsc::UnboundedSender<Result<Handed, ReadError>>, mpsc::UnboundedReceiver<Settled>, Membership) {
    let (hand, handed) = mpsc::unbounded_channel();
    let (settle, settled) = mpsc::unbounded_channel();
    (hand, settled, Membership { handed, settle })
}

fn handed(stream: &str, kind: &str, before: u32) -> Handed {
    let (stream, kind) = (stream.to_owned(), kind.to_owned());
    Handed { id: Uuid::new_v4(), position: Position::new(1), stream, kind, data: vec![], before }
}

#[tokio::test]
async fn what_ended_node_after_node_is_put_aside_and_its_step_is_blocked() {
    let mut quoted = applying();
    quoted.pop();
    let world = World::given(&quoted).await;
    // its step cannot be taken for now
    world.vendor.answers("POST apply/sessions", [(503, json!({}))]);
    let running = world.engine();
    let (engine, (hand, mut settled, membership)) = (Arc::clone(running.engine()), membership());
    let taking_part = tokio::spawn(async move { engine.take_part(membership).await });
    let event = handed("coverage-12345", "coverage.quoted.v1", TOO_OFTEN);
    let id = event.id;
    hand.send(Ok(event)).unwrap();
    let blocked = world.until("coverage.step_blocked.v1", 1).await;
    assert!(blocked[0].to_string().contains("put aside: nodes ended 10 times"), "{blocked:?}");
    assert_eq!(settled.recv().await, Some(Settled { id, parked: true }));
    drop(hand);
    taking_part.await.unwrap().unwrap();
    running.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn what_makes_nothing_due_is_settled_at_once() {
    let world = World::given(&applying()).await;
    let running = world.engine();
    let (engine, (hand, mut settled, membership)) = (Arc::clone(running.engine()), membership());
    tokio::spawn(async move { engine.take_part(membership).await });
    for (stream, kind) in [("delivery-policy-1", "delivery.handled.v1"), ("other-1", "thing.happened.v1")] {
        let event = handed(stream, kind, 0);
        let id = event.id;
        hand.send(Ok(event)).unwrap();
        assert_eq!(settled.recv().await, Some(Settled { id, parked: false }));
    }
    running.shut_down(Duration::from_mins(1)).await;
}
