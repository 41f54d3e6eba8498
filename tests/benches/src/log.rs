//! A log as it would have grown: many work orders at once, each with its whole history.

use crate::engine::engine;
use crate::story::Story;
use covertrail_adapters::store::{Embedded, EventStore};
use covertrail_domain::time::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// How many histories go on at once: that far apart do the events of one work order lie.
const AT_ONCE: usize = 1024;

/// Makes a log of at least so many events, by executing the commands of whole histories; answers how many it has.
pub async fn grow(file: &Path, events: u64) -> u64 {
    tell(file, move |number, head| (head < events).then(|| Story::any(number))).await
}

/// Makes a log of so many work orders that are insured and begin at a moment; answers how many events it has.
pub async fn open(file: &Path, work_orders: u64, start: Timestamp) -> u64 {
    tell(file, move |number, _| (number < work_orders).then(|| Story::to_begin(number, start))).await
}

/// Tells stories, by their numbers and the log's head, until there is none.
async fn tell(file: &Path, story: impl Fn(u64, u64) -> Option<Story> + Send + Sync + Clone + 'static) -> u64 {
    let store = Embedded::open(file).expect("a log");
    let engine = engine(file.parent().expect("a directory"), Arc::new(store.clone()));
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (engine, next, store, story) =
            (Arc::clone(&engine), Arc::clone(&next), store.clone(), story.clone());
        tasks.spawn(async move {
            while let Some(story) = story(next.fetch_add(1, Ordering::Relaxed), head(&store).await) {
                for (command, cause) in (0..).map_while(|step| story.command(step)) {
                    engine
                        .execute(&story.work_order, &command, &cause)
                        .await
                        .expect("a command of a history");
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("a history");
    }
    let grown = head(&store).await;
    drop(engine);
    store.close().await;
    grown
}

async fn head(store: &Embedded) -> u64 {
    store.head().await.expect("a log").map_or(0, |position| position.get())
}
