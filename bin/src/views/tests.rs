use super::{Known, Question, ReadModels, SEARCHED, Words, fold, rebuild};
use crate::clock;
use crate::generate::{Plan, generate};
use covertrail_adapters::store::{Embedded, EventStore, Position};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{
    Cell, Checklist, Checkpoint, Delivery, Part, Query, Reader, Story, Views, Where, tables,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);

/// What the log comes to.
pub(crate) async fn folded(
    store: &Arc<dyn EventStore>,
    question: Question,
    upto: u64,
) -> (Vec<Story>, Vec<Delivery>, Checklist) {
    let (told, parts) = mpsc::channel();
    fold(store, &tables::STORED, question, upto, |_| (), move |part| told.send(part).unwrap()).await.unwrap();
    parts.into_iter().fold(Default::default(), |(stories, deliveries, checklist), part| match part {
        Part::Stories(stories) => (stories, deliveries, checklist),
        Part::Deliveries(deliveries) => (stories, deliveries, checklist),
        Part::Checklist(checklist) => (stories, deliveries, checklist),
    })
}

struct World {
    store: Arc<dyn EventStore>,
    head: u64,
    path: PathBuf,
    _folder: TempDir,
}

async fn world(work_orders: u64) -> World {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn EventStore> = Arc::new(Embedded::open(folder.path().join("log")).unwrap());
    let plan = Plan { work_orders, seed: 11, until: clock::now() };
    let head = generate(&store, &plan, |_| ()).await.unwrap();
    World { store, head, path: folder.path().join("views"), _folder: folder }
}

/// Follows until a position; answers where it was then and what every read model said.
async fn followed(store: &Arc<dyn EventStore>, path: &Path, upto: u64) -> (Checkpoint, Vec<[u8; 32]>) {
    let models = ReadModels::new(Arc::clone(store), path);
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    assert!(models.hub().reaches(upto, PATIENCE).await, "it comes there");
    let said = Reader::open(path).unwrap().snapshot(|views| {
        let reached = views.checkpoint(&tables::BOARD)?.unwrap();
        let digests = tables::STORED.iter().map(|table| views.digest(table)).collect::<Result<_, _>>()?;
        Ok((reached, digests))
    });
    following.abort();
    // whoever is aborted may still write: nobody else does before it is gone
    let _ = following.await;
    said.unwrap()
}

async fn anew(store: &Arc<dyn EventStore>, reached: Checkpoint) -> Vec<[u8; 32]> {
    let views = Views::in_memory().unwrap();
    let which = tables::STORED.to_vec();
    let (views, rebuilt) =
        rebuild(store, views, which, (Question::NOW, reached), |_| (), |_| ()).await.unwrap();
    rebuilt.unwrap();
    tables::STORED.map(|table| views.digest(table).unwrap()).into()
}

#[tokio::test]
async fn what_followed_a_log_event_by_event_is_what_a_fold_of_it_comes_to() {
    let World { store, head, path, _folder } = world(40).await;
    // begins where a fold of the first third has come, so that the rest is followed
    let first = Checkpoint { position: head / 3, at: clock::now().plus(-3_600) };
    let views = Views::open(&path).unwrap();
    let (views, rebuilt) =
        rebuild(&store, views, tables::STORED.to_vec(), (Question::NOW, first), |_| (), |_| ())
            .await
            .unwrap();
    rebuilt.unwrap();
    drop(views);
    let (reached, digests) = followed(&store, &path, head).await;
    assert_eq!(reached.position, head);
    assert_eq!(digests, anew(&store, reached).await);
}

#[tokio::test]
async fn words_are_looked_for_in_memory_and_found_where_the_database_finds_them() {
    let World { store, head, path, _folder } = world(40).await;
    let first = Checkpoint { position: head / 3, at: clock::now().plus(-3_600) };
    let views = Views::open(&path).unwrap();
    let (views, rebuilt) =
        rebuild(&store, views, tables::STORED.to_vec(), (Question::NOW, first), |_| (), |_| ())
            .await
            .unwrap();
    rebuilt.unwrap();
    drop(views);
    let words = Words::default();
    let before = found_alike(&words, &Reader::open(&path).unwrap());
    followed(&store, &path, head).await;
    let after = found_alike(&words, &Reader::open(&path).unwrap());
    assert!(before > 20 && after > before, "{before} and then {after} were found");
    let all = words.among(&Reader::open(&path).unwrap(), "wo-", 20).unwrap();
    assert_eq!(all, None, "more than are asked for are not told");
    // another file's changes have other numbers
    let other = world(10).await;
    followed(&other.store, &other.path, other.head).await;
    found_alike(&words, &Reader::open(&other.path).unwrap());
}

fn found_alike(words: &Words, reader: &Reader) -> usize {
    let searches = ["WO-1", "wo-39", "install", "a", "CL_", "cn_wk_1", "wk_10", "%", "nobody"];
    let all = searches.iter().map(|search| {
        let says = vec![Where::Says(SEARCHED, search)];
        let rows =
            reader.query(&tables::BOARD, &Query { wheres: says, limit: 1_000, ..Query::default() }).unwrap();
        let mut by_words: Vec<Cell<'_>> =
            words.among(reader, search, 1_000).unwrap().unwrap().into_iter().map(Cell::from).collect();
        by_words.sort_unstable();
        let by_database: Vec<Cell<'_>> = rows.into_iter().map(|mut row| row.swap_remove(0)).collect();
        assert_eq!(by_words, by_database, "{search}");
        by_words.len()
    });
    all.sum()
}

#[tokio::test]
async fn a_file_of_ours_that_is_damaged_is_put_aside_and_folded_again() {
    let World { store, head, path, _folder } = world(10).await;
    followed(&store, &path, head).await;
    let mut bytes = std::fs::read(&path).unwrap();
    // the header stays; the pages behind it do not
    bytes[100..].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let (reached, digests) = followed(&store, &path, head).await;
    assert_eq!(digests, anew(&store, reached).await);
    let aside = covertrail_files::beside(&path, ".aside-1");
    assert_eq!(std::fs::read(aside).unwrap(), bytes, "what was there is kept");
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_left_alone_until_it_is_moved_away() {
    let World { store, head, path, _folder } = world(10).await;
    let theirs = "name,pay\nana,7\n";
    std::fs::write(&path, theirs).unwrap();
    let models = ReadModels::new(Arc::clone(&store), &path);
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    let read = models.read(|reader| reader.epoch()).await;
    assert!(read.unwrap_err().to_string().contains("is no SQLite database"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), theirs);
    std::fs::rename(&path, path.with_extension("csv")).unwrap();
    assert!(models.hub().reaches(head, PATIENCE).await, "it follows once the path is free");
    following.abort();
    let _ = following.await;
    assert_eq!(std::fs::read_to_string(path.with_extension("csv")).unwrap(), theirs);
}

#[tokio::test]
async fn a_file_that_another_takes_the_place_of_is_no_longer_read_and_the_other_is_left_alone() {
    let World { store, head, path, _folder } = world(10).await;
    let models = ReadModels::new(Arc::clone(&store), &path);
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    assert!(models.hub().reaches(head, PATIENCE).await, "it comes there");
    let theirs = path.with_extension("theirs");
    std::fs::write(&theirs, "name,pay\nana,7\n").unwrap();
    std::fs::rename(&theirs, &path).unwrap();
    let refused = async {
        loop {
            match models.read(|reader| reader.epoch()).await {
                Err(error) if error.to_string().contains("is no SQLite database") => return,
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("it is noticed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "name,pay\nana,7\n");
    following.abort();
}

#[tokio::test]
async fn a_file_that_is_taken_away_is_made_again_and_read_from_then_on() {
    let World { store, head, path, _folder } = world(10).await;
    let models = ReadModels::new(Arc::clone(&store), &path);
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    assert!(models.hub().reaches(head, PATIENCE).await, "it comes there");
    let epoch = async || models.read(|reader| reader.epoch()).await.ok();
    let before = epoch().await;
    std::fs::remove_file(&path).unwrap();
    let mut now = epoch().await;
    while now.is_none() || now == before {
        tokio::time::sleep(Duration::from_millis(10)).await;
        now = epoch().await;
    }
    assert!(models.hub().reaches(head, PATIENCE).await, "it comes there again");
    following.abort();
    let _ = following.await;
    let views = Reader::open(&path).unwrap();
    let reached = views.checkpoint(&tables::BOARD).unwrap().unwrap();
    let digests: Vec<_> = tables::STORED.map(|table| views.digest(table).unwrap()).into();
    assert_eq!(digests, anew(&store, reached).await);
}

#[tokio::test]
async fn what_was_known_at_a_position_is_judged_when_that_was_recorded() {
    let World { store, head, path, _folder } = world(10).await;
    let models = ReadModels::new(Arc::clone(&store), &path);
    let last = head / 2;
    let page = store.read_all(Some(Position::new(last - 1)), None, 1).await.unwrap();
    let recorded = page.iter().next().unwrap().recorded_at.div_euclid(1_000_000);
    let question = Question { known: Known::Position(last), ..Question::NOW };
    let then = Checkpoint { position: last, at: Timestamp::from_unix(recorded) };
    let whole = anew(&store, then).await;
    for (table, whole) in tables::STORED.into_iter().zip(whole) {
        let views = models.then(table, question).await.unwrap();
        let views = views.lock().unwrap();
        assert_eq!(views.checkpoint(table).unwrap(), Some(then), "{}", table.name);
        assert_eq!(views.digest(table).unwrap(), whole, "{}", table.name);
    }
}

#[tokio::test]
async fn read_models_of_another_log_are_folded_anew_from_this_one() {
    let [longer, shorter] = [world(30).await, world(10).await];
    followed(&longer.store, &longer.path, longer.head).await;
    let models = ReadModels::new(Arc::clone(&shorter.store), &longer.path);
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    let mut progress = models.hub().progress();
    while !(progress.is_caught_up && progress.position == shorter.head) {
        tokio::task::yield_now().await;
        progress = models.hub().progress();
    }
    following.abort();
    let views = Reader::open(&longer.path).unwrap();
    let reached = views.checkpoint(&tables::BOARD).unwrap().unwrap();
    let digests: Vec<_> = tables::STORED.map(|table| views.digest(table).unwrap()).into();
    assert_eq!(digests, anew(&shorter.store, reached).await);
}

#[tokio::test]
async fn every_work_order_of_the_whole_fold_is_what_its_own_stream_comes_to() {
    let World { store, head, path, _folder } = world(60).await;
    let models = ReadModels::new(Arc::clone(&store), &path);
    let day = clock::now().plus(-30 * 86_400);
    let micros = day.unix() * 1_000_000;
    for (known, as_of) in [
        (Known::Everything, None),
        (Known::Position(head / 2), None),
        (Known::Recorded(micros), None),
        (Known::Everything, Some(day)),
        (Known::Position(head / 2), Some(Timestamp::from_unix(day.unix() - 86_400 * 90))),
        (Known::Recorded(micros), Some(day)),
    ] {
        let question = Question { known, as_of, recorded: None };
        let (stories, ..) = folded(&store, question, head).await;
        let mut many = 0;
        for number in 0..60 {
            let id = WorkOrderId::parse(&format!("WO-{number}")).unwrap();
            let alone = models.story(&id, question).await.unwrap();
            let of = |story: &&Story| story.state.coverage().is_some_and(|known| known.work_order == id);
            let together = stories.iter().find(of);
            assert_eq!(alone.as_ref(), together, "{id} {question:?}");
            many += usize::from(alone.is_some());
        }
        assert!(many > 5, "{question:?} is about something");
    }
}

#[tokio::test]
async fn the_log_is_followed_from_an_empty_one_on() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn EventStore> = Arc::new(Embedded::open(folder.path().join("log")).unwrap());
    let models = ReadModels::new(Arc::clone(&store), &folder.path().join("views"));
    let following = tokio::spawn(Arc::clone(&models).follow_always());
    let plan = Plan { work_orders: 20, seed: 2, until: clock::now() };
    let head = generate(&store, &plan, |_| ()).await.unwrap();
    assert!(models.hub().reaches(head, PATIENCE).await);
    assert_eq!(store.head().await.unwrap().map(Position::get), Some(head));
    following.abort();
}
