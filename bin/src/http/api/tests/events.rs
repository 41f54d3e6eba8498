use super::subscriptions::{Listener, Said};
use super::world::World;
use covertrail_adapters::store::Category;
use covertrail_domain::coverage::Event;
use covertrail_domain::money::Cents;
use serde_json::Value;

#[tokio::test]
async fn whoever_resumes_hears_every_coverage_event_once_and_in_order() {
    let world = World::begin(60).await;
    let category = Category::parse("coverage").unwrap();
    let mut expected: Vec<u64> = world
        .store
        .read_all(None, Some(&category), 8_000)
        .await
        .unwrap()
        .iter()
        .map(|event| event.position.get())
        .collect();
    let mut heard: Vec<u64> = Vec::new();
    let order = world.all("reconciliation", "&settlement=as-agreed", 1).await[0]["work_order"]
        .as_str()
        .unwrap()
        .to_owned();
    // so many are heard before the line breaks
    for many in [1, 40, 3, 100, 7] {
        let after = heard.last().copied().unwrap_or(0);
        let mut listener = Listener::to(&world, "/v1/events?after=0", Some(after.to_string())).await;
        for _ in 0..many {
            heard.push(listener.next().await.id.unwrap().parse().unwrap());
        }
        let pay = Cents::new(70_000 + many);
        expected.push(world.record(&order, &Event::PaySettled { pay }, None).await);
    }
    let mut listener = Listener::to(&world, "/v1/events", heard.last().map(u64::to_string)).await;
    while heard.len() < expected.len() {
        heard.push(listener.next().await.id.unwrap().parse().unwrap());
    }
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn an_event_comes_as_it_is_recorded_in_the_envelope_of_cloud_events() {
    let world = World::begin(20).await;
    let order = world.all("reconciliation", "&settlement=as-agreed", 1).await[0]["work_order"]
        .as_str()
        .unwrap()
        .to_owned();
    let wanted = format!("/v1/events?work_order={order}&type=coverage.pay_settled.v1");
    let mut listener = Listener::to(&world, &wanted, None).await;
    let position = world.record(&order, &Event::PaySettled { pay: Cents::new(12_345) }, None).await;
    let Said { event, id, data } = listener.next().await;
    assert_eq!((event.as_str(), id), ("coverage", Some(position.to_string())));
    let data: Value = serde_json::from_str(&data).unwrap();
    for (member, value) in [
        ("specversion", "1.0"),
        ("type", "coverage.pay_settled.v1"),
        ("subject", &order),
        ("actor", "1099policy"),
    ] {
        assert_eq!(data[member], value, "{data}");
    }
    assert!(data["data"].to_string().contains("12345"), "{data}");
}
