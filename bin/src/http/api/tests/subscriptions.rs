use super::world::{World, token};
use crate::config::Role;
use covertrail_domain::coverage::Event;
use covertrail_domain::money::Cents;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Duration;

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    pub(super) event: String,
    pub(super) id: Option<String>,
    pub(super) data: String,
}

/// Whoever listens to a stream of events.
pub(super) struct Listener {
    answer: reqwest::Response,
    text: String,
    said: VecDeque<Said>,
}

impl Listener {
    pub(super) async fn to(world: &World, path: &str, last: Option<String>) -> Self {
        let request = world.request(Method::GET, path).bearer_auth(token(Role::Viewer));
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        let mut answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        // the first word is that somebody speaks
        let first = answer.chunk().await.unwrap().unwrap();
        let text = String::from_utf8(first.to_vec()).unwrap();
        Self { answer, text, said: VecDeque::new() }
    }

    /// What is said next; comments are for those who watch the line.
    pub(super) async fn next(&mut self) -> Said {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                self.said.extend(read(block));
                self.text = rest.to_owned();
            }
            if let Some(said) = self.said.pop_front() {
                return said;
            }
            let chunk = tokio::time::timeout(Duration::from_mins(1), self.answer.chunk()).await;
            let chunk = chunk.expect("something is said").unwrap().expect("it goes on");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Everything up to where the rows are told.
    async fn rows(&mut self) -> (Vec<Value>, String) {
        let mut rows = Vec::new();
        loop {
            let said = self.next().await;
            match said.event.as_str() {
                "row" => rows.push(serde_json::from_str(&said.data).unwrap()),
                "ready" => return (rows, said.id.unwrap()),
                other => panic!("{other}"),
            }
        }
    }
}

fn read(block: &str) -> Option<Said> {
    let mut said = Said::default();
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("event", event)) => said.event = event.to_owned(),
            Some(("id", id)) => said.id = Some(id.to_owned()),
            Some(("data", data)) => data.clone_into(&mut said.data),
            Some(_) | None => {}
        }
    }
    (!said.event.is_empty()).then_some(said)
}

async fn settled(world: &World) -> Vec<String> {
    let done = world.all("reconciliation", "&settlement=as-agreed", 100).await;
    done.iter().map(|row| row["work_order"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_snapshot_is_the_list_and_changes_follow_it() {
    let world = World::begin(60).await;
    let mut listener = Listener::to(&world, "/v1/subscriptions/board?stage=completed", None).await;
    let (rows, _) = listener.rows().await;
    assert_eq!(rows, world.all("work-orders", "&stage=completed", 1_000).await);
    let order = settled(&world).await.remove(0);
    let position = world.record(&order, &Event::PaySettled { pay: Cents::new(1) }, None).await;
    let said = listener.next().await;
    assert_eq!(said.event, "change");
    let change: Value = serde_json::from_str(&said.data).unwrap();
    assert_eq!(
        (&change["work_order"], &change["rows"][0]["position"]),
        (&order.as_str().into(), &position.into())
    );
}

#[tokio::test]
async fn whoever_reconnects_at_any_change_hears_every_change_once_and_in_order() {
    let world = World::begin(60).await;
    let orders = settled(&world).await;
    let mut listener = Listener::to(&world, "/v1/subscriptions/reconciliation", None).await;
    let (rows, mut last) = listener.rows().await;
    let mut known: BTreeMap<String, Value> =
        rows.into_iter().map(|row| (row["work_order"].as_str().unwrap().to_owned(), row)).collect();
    let mut heard = Vec::new();
    let mut expected = Vec::new();
    // so many changes are made, and so many heard before the line breaks
    for (round, (made, listened)) in (0_i64..).zip([(3, 1), (1, 2), (5, 0), (0, 4), (4, 2), (2, 1)]) {
        for step in 0..made {
            let order = &orders[usize::try_from(round + step).unwrap() % orders.len()];
            let paid = 50_000 + round * 10 + step;
            let position = world.record(order, &Event::PaySettled { pay: Cents::new(paid) }, None).await;
            // a change that follows another at once is one with it
            world.reaches(position).await;
            expected.push((order.clone(), paid));
        }
        drop(listener);
        listener = Listener::to(&world, "/v1/subscriptions/reconciliation", Some(last.clone())).await;
        for _ in 0..listened.min(expected.len() - heard.len()) {
            last = hear(&mut listener, &mut known, &mut heard).await;
        }
    }
    while heard.len() < expected.len() {
        hear(&mut listener, &mut known, &mut heard).await;
    }
    assert_eq!(heard, expected);
    for row in world.all("reconciliation", "", 1_000).await {
        assert_eq!(known[row["work_order"].as_str().unwrap()], row);
    }
}

async fn hear(
    listener: &mut Listener,
    known: &mut BTreeMap<String, Value>,
    heard: &mut Vec<(String, i64)>,
) -> String {
    let said = listener.next().await;
    assert_eq!(said.event, "change");
    let change: Value = serde_json::from_str(&said.data).unwrap();
    let order = change["work_order"].as_str().unwrap().to_owned();
    heard.push((order.clone(), change["rows"][0]["paid"].as_i64().unwrap()));
    known.insert(order, change["rows"][0].clone());
    said.id.unwrap()
}

#[tokio::test]
async fn whoever_comes_with_a_number_of_another_file_begins_anew() {
    let world = World::begin(5).await;
    for unknown in ["00000000-5", "nonsense", "17"] {
        let mut listener = Listener::to(&world, "/v1/subscriptions/gaps", Some(unknown.to_owned())).await;
        assert_eq!(listener.next().await.event, "reset", "{unknown}");
    }
}

#[tokio::test]
async fn whoever_listens_while_everything_is_folded_anew_begins_anew() {
    let world = World::begin(5).await;
    let mut listener = Listener::to(&world, "/v1/subscriptions/board", None).await;
    listener.rows().await;
    world.fold_anew().await;
    assert_eq!(listener.next().await.event, "reset");
}

#[tokio::test]
async fn a_standing_that_changes_with_time_alone_is_told_when_it_does() {
    let world = World::begin(1).await;
    let mut listener = Listener::to(&world, "/v1/subscriptions/board", None).await;
    listener.rows().await;
    // work is at risk from 48 hours before it begins: two seconds from now
    let start = crate::clock::now().plus(48 * 3_600 + 2);
    let assigned = world.assigned("soon", start).await;
    let mut told = Vec::new();
    while told.last().is_none_or(|(standing, _)| standing != "at-risk") {
        let change: Value = serde_json::from_str(&listener.next().await.data).unwrap();
        if change["work_order"] == "soon" {
            let row = &change["rows"][0];
            told.push((row["standing"].as_str().unwrap().to_owned(), row["position"].as_u64().unwrap()));
        }
    }
    assert!(told.iter().all(|(_, position)| *position == assigned), "nothing more was recorded: {told:?}");
}
