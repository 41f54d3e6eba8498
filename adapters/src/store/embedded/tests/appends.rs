use std::sync::mpsc;

use uuid::Uuid;

use super::{Log, event, on_writer, stream};
use crate::store::embedded::Embedded;
use crate::store::embedded::heads::{Head, Heads};
use crate::store::embedded::writer::{Message, QUEUE};
use crate::store::{AppendError, EventStore, Expected, NewEvent, Position, ReadError};

/// Holds the writer still until the sender goes, so that what is appended meanwhile becomes one transaction.
async fn hold(log: &Embedded) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (holding, held) = tokio::sync::oneshot::channel();
    let inspect = Message::Inspect(Box::new(move |_| {
        holding.send(()).unwrap();
        // ends when the sender is dropped
        let _ = released.recv();
    }));
    assert!(log.writer.as_ref().unwrap().send(inspect).await.is_ok());
    held.await.unwrap();
    release
}

/// Waits until so many messages are queued.
async fn queued(log: &Embedded, count: usize) {
    let writer = log.writer.as_ref().unwrap();
    while writer.capacity() > QUEUE - count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_does_not_fail_the_others_of_its_transaction() {
    let place = Log::new();
    let log = place.open();
    let release = hold(&log).await;
    let appends: Vec<_> = (0..30)
        .map(|number| {
            let log = log.clone();
            // every third expects a stream that is not there
            let expected = if number % 3 == 0 { Expected::Exact(7) } else { Expected::NoStream };
            tokio::spawn(async move { log.append(&stream(number), expected, vec![event()]).await })
        })
        .collect();
    queued(&log, 30).await;
    drop(release);
    for (number, append) in appends.into_iter().enumerate() {
        let answer = append.await.unwrap();
        let conflict = matches!(answer, Err(AppendError::Conflict { current: None, .. }));
        assert_eq!(conflict, number % 3 == 0, "{answer:?}");
    }
    assert_eq!(log.verify().await.unwrap().events, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_of_one_transaction_see_each_other() {
    let place = Log::new();
    let log = place.open();
    let release = hold(&log).await;
    let given = vec![event()];
    let appends: Vec<_> = (0..10)
        .map(|_| {
            let (log, given) = (log.clone(), given.clone());
            tokio::spawn(async move { log.append(&stream(1), Expected::NoStream, given).await.unwrap() })
        })
        .collect();
    queued(&log, 10).await;
    drop(release);
    let mut written = 0;
    for append in appends {
        let appended = append.await.unwrap();
        assert_eq!(appended.position, Position::new(1));
        written += usize::from(!appended.repeated);
    }
    assert_eq!(written, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_known_after_a_restart() {
    let place = Log::new();
    let log = place.open();
    let (one, two) = (vec![event(), event()], vec![event()]);
    let first = log.append(&stream(1), Expected::Any, one.clone()).await.unwrap();
    log.close().await;
    let log = place.open();
    let again = log.append(&stream(1), Expected::Any, one.clone()).await.unwrap();
    assert!(again.repeated && again.position == first.position);
    log.append(&stream(1), Expected::Exact(1), two).await.unwrap();
    log.close().await;
    let log = place.open();
    let again = log.append(&stream(1), Expected::NoStream, one).await.unwrap();
    assert!(again.repeated && again.position == first.position);
    assert_eq!(log.head().await.unwrap(), Some(Position::new(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_answers_what_waits_and_refuses_what_comes() {
    let place = Log::new();
    let log = place.open();
    let mut subscription = log.subscribe(Some(Position::new(50)), None).await.unwrap();
    let release = hold(&log).await;
    let appends: Vec<_> = (0..50)
        .map(|number| {
            let log = log.clone();
            tokio::spawn(async move { log.append(&stream(number), Expected::NoStream, vec![event()]).await })
        })
        .collect();
    queued(&log, 50).await;
    let other = log.clone();
    let closing = tokio::spawn(log.close());
    queued(&other, 51).await;
    drop(release);
    closing.await.unwrap();
    for append in appends {
        append.await.unwrap().unwrap();
    }
    let late = other.append(&stream(99), Expected::NoStream, vec![event()]).await;
    assert!(matches!(late, Err(AppendError::Unavailable(_))), "{late:?}");
    // it says that it caught up, then that the log is closed: it does not end in silence
    subscription.next().await.unwrap();
    let ended = subscription.next().await;
    assert!(matches!(ended, Err(ReadError::Unavailable(_))), "{ended:?}");
    assert_eq!(place.open().verify().await.unwrap().events, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_last_handle_goes_what_waits_is_written() {
    let place = Log::new();
    let log = place.open();
    let release = hold(&log).await;
    let append = {
        let log = log.clone();
        tokio::spawn(async move { log.append(&stream(1), Expected::NoStream, vec![event()]).await })
    };
    queued(&log, 1).await;
    append.abort();
    assert!(append.await.is_err());
    drop(log);
    drop(release);
    // the writer's thread lets go of the lock when it has written
    let log = loop {
        match Embedded::open(place.path()) {
            Ok(log) => break log,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(log.verify().await.unwrap().events, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_appends_until_there_is_room() {
    let place = Log::new();
    let log = place.open();
    log.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    on_writer(&log, |connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    })
    .await;
    let large = NewEvent { data: vec![b'x'; 100_000], ..event() };
    let release = hold(&log).await;
    let refused = [(1, Expected::Exact(0), event()), (2, Expected::NoStream, large.clone())];
    let refused = refused.map(|(id, expected, event)| {
        let log = log.clone();
        tokio::spawn(async move { log.append(&stream(id), expected, vec![event]).await })
    });
    queued(&log, 2).await;
    drop(release);
    for append in refused {
        let answer = append.await.unwrap();
        assert!(matches!(answer, Err(AppendError::Unavailable(_))), "{answer:?}");
    }
    assert!(log.read_stream(&stream(1), 1, 10).await.unwrap().is_empty());
    on_writer(&log, |connection| {
        connection.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    })
    .await;
    let appended = log.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();
    assert_eq!((appended.first_revision, appended.position), (1, Position::new(2)));
    let appended = log.append(&stream(2), Expected::NoStream, vec![large]).await.unwrap();
    assert_eq!((appended.first_revision, appended.repeated), (0, false));
    assert_eq!(log.verify().await.unwrap().streams, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wal_is_copied_while_the_log_is_in_use() {
    let place = Log::new();
    let log = place.open();
    for number in 0..30 {
        let large = NewEvent { data: vec![b'x'; 500_000], ..event() };
        log.append(&stream(number), Expected::NoStream, vec![large]).await.unwrap();
    }
    // the file itself grows only by what is copied into it
    while std::fs::metadata(place.path()).unwrap().len() < 5_000_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.verify().await.unwrap().events, 30);
}

#[test]
fn the_ends_of_streams_are_remembered_within_bounds() {
    let mut heads = Heads::new(10);
    let head = |origin| Head { origin, revision: 0, id: Uuid::nil() };
    for number in 0..1000 {
        heads.keep(format!("coverage-{number}").into(), head(number));
        assert_eq!(heads.find(&format!("coverage-{number}")), Some(head(number)));
    }
    let kept = (0..1000).filter(|number| heads.find(&format!("coverage-{number}")).is_some()).count();
    assert!((10..=20).contains(&kept), "{kept}");
    heads.forget();
    assert_eq!(heads.find("coverage-999"), None);
}
