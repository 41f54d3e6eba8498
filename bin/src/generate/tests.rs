use super::{Plan, generate};
use crate::views::Question;
use crate::views::tests::folded;
use covertrail_adapters::store::{Embedded, EventStore, Position};
use covertrail_domain::coverage::{Badge, Stage};
use covertrail_domain::time::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

async fn generated(seed: u64, work_orders: u64) -> (Arc<dyn EventStore>, u64, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn EventStore> = Arc::new(Embedded::open(folder.path().join("log")).unwrap());
    let plan = Plan { work_orders, seed, until: Timestamp::from_unix(1_780_000_000) };
    let events = generate(&store, &plan, |_| ()).await.unwrap();
    (store, events, folder)
}

#[tokio::test]
async fn every_stage_and_standing_that_there_is_to_see_is_in_a_large_log() {
    let (store, events, _folder) = generated(1, 1_500).await;
    let head = store.head().await.unwrap().map_or(0, Position::get);
    assert_eq!(head, events);
    let (stories, deliveries, checklist) = folded(&store, Question::NOW, head).await;
    let at = Timestamp::from_unix(1_780_000_000);
    let stages: HashSet<_> = stories.iter().filter_map(|story| story.state.stage()).collect();
    let badges: HashSet<_> = stories.iter().map(|story| story.state.standing(at).badge).collect();
    for stage in
        [Stage::Assigned, Stage::Quoted, Stage::Applied, Stage::Active, Stage::Completed, Stage::Canceled]
    {
        assert!(stages.contains(&stage), "{stage}: {stages:?}");
    }
    for badge in [Badge::Done, Badge::NeedsReview, Badge::AtRisk, Badge::Arranging, Badge::Insured] {
        assert!(badges.contains(&badge), "{badge}: {badges:?}");
    }
    assert!(deliveries.len() > 3_000, "{}", deliveries.len());
    let unseen: Vec<_> =
        checklist.ticks().filter(|(_, tick)| tick.is_none()).map(|(item, _)| item.as_str()).collect();
    assert_eq!(unseen, ["certificate"], "nothing but a certificate that the vendor finds valid at once");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_log_and_another_another() {
    let mut logs = Vec::new();
    for seed in [7, 7, 8] {
        let (store, _, _folder) = generated(seed, 20).await;
        let page = store.read_all(None, None, 10_000).await.unwrap();
        logs.push(
            page.iter()
                .map(|event| format!("{event:?} {:?} {:?}", event.data, event.metadata))
                .collect::<Vec<_>>(),
        );
    }
    assert!(logs[0] == logs[1], "the same seed");
    assert!(logs[0] != logs[2], "another seed");
}
