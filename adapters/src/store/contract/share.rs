use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::fixture::{Fixture, PATIENCE, event, events};
use crate::store::{Expected, Handed, Membership, Settled};

/// Where only one process writes there is nobody to share with, and each of these is kept by saying so.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "who shares a log hears of what is appended after the first joined, each event once",
        check: |f| Box::pin(each_once(f)),
    },
    Case { name: "the events of a stream go to one member", check: |f| Box::pin(one_member_a_stream(f)) },
    Case {
        name: "what a lost member had not settled goes to another, who hears how often it was handed out",
        check: |f| Box::pin(inherited(f)),
    },
    Case { name: "what is put aside does not come again", check: |f| Box::pin(put_aside(f)) },
];

async fn join(fixture: &Fixture) -> Option<Membership> {
    let category = fixture.category("order");
    let joined = fixture.store.join(category.as_str(), std::slice::from_ref(&category)).await.unwrap();
    assert_eq!(joined.is_some(), fixture.store.is_shared());
    joined
}

async fn next(member: &mut Membership) -> Handed {
    let next = tokio::time::timeout(PATIENCE, member.handed.recv()).await;
    next.expect("nothing is handed out").expect("the member hears why").unwrap()
}

fn settle(member: &Membership, handed: &Handed, parked: bool) {
    member.settle.send(Settled { id: handed.id, parked }).unwrap();
}

async fn each_once(fixture: Fixture) {
    fixture.append(&fixture.stream("order", 0), Expected::NoStream, &events(5)).await;
    let Some(mut member) = join(&fixture).await else { return };
    let given = event("order.placed.v1");
    let appended =
        fixture.append(&fixture.stream("order", 1), Expected::NoStream, std::slice::from_ref(&given)).await;
    fixture.append(&fixture.stream("other", 1), Expected::NoStream, &events(5)).await;
    let last = event("order.shipped.v1");
    fixture.append(&fixture.stream("order", 1), Expected::Exact(0), std::slice::from_ref(&last)).await;
    let handed = next(&mut member).await;
    assert_eq!((handed.id, handed.position, handed.before), (given.id, appended.position, 0));
    assert_eq!((handed.kind, handed.data), (given.kind, given.data));
    assert_eq!(handed.stream, fixture.stream("order", 1).as_str());
    settle(&member, &Handed { data: vec![], stream: String::new(), kind: String::new(), ..handed }, false);
    assert_eq!(next(&mut member).await.id, last.id);
}

async fn one_member_a_stream(fixture: Fixture) {
    let Some(mut one) = join(&fixture).await else { return };
    let mut other = join(&fixture).await.unwrap();
    let (streams, each) = (12, 5);
    for number in 0..streams {
        fixture.append(&fixture.stream("order", number), Expected::NoStream, &events(each)).await;
    }
    let mut heard: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for _ in 0..streams * each {
        let (handed, by) = tokio::select! {
            handed = next(&mut one) => (handed, "one"),
            handed = next(&mut other) => (handed, "other"),
        };
        settle(if by == "one" { &one } else { &other }, &handed, false);
        heard.entry(handed.stream).or_default().insert(by);
    }
    assert_eq!(heard.len(), streams);
    assert!(heard.values().all(|by| by.len() == 1), "{heard:?}");
}

async fn inherited(fixture: Fixture) {
    let Some(mut member) = join(&fixture).await else { return };
    let given = events(2);
    fixture.append(&fixture.stream("order", 1), Expected::NoStream, &given).await;
    let first = next(&mut member).await;
    settle(&member, &first, false);
    for lost in 0..3 {
        let handed = next(&mut member).await;
        // it may not have been heard that the first was settled
        if handed.id != first.id {
            assert_eq!((handed.id, handed.before), (given[1].id, lost));
        }
        drop(member);
        member = join(&fixture).await.unwrap();
    }
}

async fn put_aside(fixture: Fixture) {
    let Some(mut member) = join(&fixture).await else { return };
    let given = events(2);
    fixture.append(&fixture.stream("order", 1), Expected::NoStream, &given).await;
    for expected in &given {
        let handed = next(&mut member).await;
        assert_eq!(handed.id, expected.id);
        settle(&member, &handed, handed.id == given[0].id);
    }
    let late = event("order.shipped.v1");
    fixture.append(&fixture.stream("order", 2), Expected::NoStream, std::slice::from_ref(&late)).await;
    assert_eq!(next(&mut member).await.id, late.id);
    drop(member);
    let mut member = join(&fixture).await.unwrap();
    let last = event("order.closed.v1");
    fixture.append(&fixture.stream("order", 3), Expected::NoStream, std::slice::from_ref(&last)).await;
    let mut heard = BTreeSet::new();
    while !heard.contains(&last.id) {
        heard.insert(next(&mut member).await.id);
    }
    assert!(!heard.contains(&given[0].id), "it was put aside");
}
