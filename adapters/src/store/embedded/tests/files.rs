use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use covertrail_files::{DatabaseKind, Sharing, beside};
use rusqlite::Connection;

use super::{Log, event, stream};
use crate::store::embedded::{Embedded, NotOurs, OpenError};
use crate::store::{AppendError, EventStore, Expected, Position, Update};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_one_file_when_it_is_closed() {
    let place = Log::with_events(3).await;
    assert_eq!(place.files(), [place.path().file_name().unwrap().to_str().unwrap()]);
    let log = place.open();
    assert_eq!(log.head().await.unwrap(), Some(Position::new(3)));
    let appended = log.append(&stream(2), Expected::NoStream, vec![event()]).await.unwrap();
    assert_eq!(appended.position, Position::new(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_becomes_a_log_and_what_lies_beside_it_is_left_alone() {
    let place = Log::new();
    let theirs = beside(&place.path(), ".new");
    fs::write(&theirs, "not ours").unwrap();
    fs::write(place.path(), "").unwrap();
    place.open().append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    assert_eq!(fs::read(&theirs).unwrap(), b"not ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_log_is_the_same_log_with_the_same_lock() {
    let place = Log::new();
    let log = place.open();
    log.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    let link = place.directory.path().join("link.sqlite");
    symlink(place.path(), &link).unwrap();
    assert!(matches!(Embedded::open(&link), Err(OpenError::Locked { .. })));
    assert_eq!(Embedded::open_read_only(&link).unwrap().head().await.unwrap(), Some(Position::new(1)));
    log.close().await;
    let log = Embedded::open(&link).unwrap();
    log.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();
    log.close().await;
    assert_eq!(place.files(), [place.path().file_name().unwrap().to_str().unwrap(), "link.sqlite"]);
}

/// The permission bits of everything in the directory, the lock included.
fn modes(place: &Log) -> Vec<(String, u32)> {
    let mut modes: Vec<_> = fs::read_dir(place.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name.replace("a log?#100%.sqlite", "log"), entry.metadata().unwrap().mode() & 0o777)
        })
        .collect();
    modes.sort();
    modes
}

fn named(modes: &[(&str, u32)]) -> Vec<(String, u32)> {
    modes.iter().map(|(name, mode)| ((*name).to_owned(), *mode)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_reads_a_log_and_a_group_where_one_is_named() {
    let place = Log::new();
    let log = place.open();
    log.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    let closed = [("log", 0o600), ("log-shm", 0o600), ("log-wal", 0o600), ("log.lock", 0o600)];
    assert_eq!(modes(&place), named(&closed));
    log.close().await;
    // from now on a group reads it, also while nobody writes
    let log = Embedded::open_shared(place.path(), &own_group()).unwrap();
    log.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();
    let shared = [("log", 0o640), ("log-shm", 0o640), ("log-wal", 0o640), ("log.lock", 0o600)];
    assert_eq!(modes(&place), named(&shared));
    log.close().await;
    assert_eq!(modes(&place), named(&shared), "what SQLite needs beside the log stays for the readers");
    assert_eq!(fs::metadata(beside(&place.path(), "-wal")).unwrap().len(), 0);
}

/// A group that whoever runs the tests may give files to: their own.
fn own_group() -> Sharing {
    let name = std::process::Command::new("id").arg("-gn").output().unwrap().stdout;
    Sharing::with_group(String::from_utf8(name).unwrap().trim()).unwrap()
}

/// Opening is refused in both ways, as `expected` says, and nothing in the directory changes.
fn expect_refused(place: &Log, expected: impl Fn(&OpenError) -> bool) {
    let (bytes, files) = (fs::read(place.path()).unwrap(), place.files());
    for refused in [Embedded::open(place.path()), Embedded::open_read_only(place.path())] {
        let error = refused.err().expect("it is opened");
        assert!(expected(&error), "{error:?}");
        assert!(error.to_string().contains(place.path().to_str().unwrap()), "{error}");
    }
    assert!(fs::read(place.path()).unwrap() == bytes, "the file is as it was");
    assert_eq!(place.files(), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_a_newer_version_is_refused() {
    let place = Log::with_events(3).await;
    let newer = DatabaseKind::Log.version() + 1;
    Connection::open(place.path()).unwrap().pragma_update(None, "user_version", newer).unwrap();
    expect_refused(
        &place,
        |error| matches!(error, OpenError::NotOurs(NotOurs::Version { found, .. }) if *found == newer),
    );
}

#[test]
fn a_file_that_is_no_log_is_refused() {
    let place = Log::new();
    fs::write(place.path(), "dear diary, ".repeat(1000)).unwrap();
    expect_refused(&place, |error| matches!(error, OpenError::NotOurs(_)));
    fs::write(place.path(), "short").unwrap();
    expect_refused(&place, |error| matches!(error, OpenError::NotOurs(_)));
}

#[test]
fn the_database_of_another_program_is_refused() {
    let place = Log::new();
    Connection::open(place.path()).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    expect_refused(&place, |error| matches!(error, OpenError::NotOurs(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_is_refused() {
    let place = Log::with_events(200).await;
    let whole = fs::read(place.path()).unwrap();
    fs::write(place.path(), &whole[..whole.len() / 2]).unwrap();
    expect_refused(&place, |error| matches!(error, OpenError::Damaged { .. }));
    let mut scribbled = whole;
    scribbled[100..4000].fill(0x5a);
    fs::write(place.path(), &scribbled).unwrap();
    expect_refused(&place, |error| matches!(error, OpenError::Damaged { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_one_of_its_parts_is_refused() {
    let place = Log::with_events(3).await;
    let vandal = Connection::open(place.path()).unwrap();
    vandal
        .execute_batch("PRAGMA journal_mode = DELETE; ALTER TABLE events DROP COLUMN metadata")
        .unwrap_err();
    vandal.execute_batch("DROP VIEW log; ALTER TABLE events DROP COLUMN metadata").unwrap();
    drop(vandal);
    for refused in [Embedded::open(place.path()), Embedded::open_read_only(place.path())] {
        assert!(matches!(refused.err(), Some(OpenError::Damaged { .. })));
    }
}

#[test]
fn where_there_is_nothing_there_is_nothing_to_read() {
    let place = Log::new();
    assert!(matches!(Embedded::open_read_only(place.path()), Err(OpenError::Missing { .. })));
    assert!(place.files().is_empty());
    let nowhere = place.path().join("nowhere").join("log");
    assert!(matches!(Embedded::open(nowhere), Err(OpenError::Unavailable { .. })));
    assert!(matches!(Embedded::open(place.directory.path()), Err(OpenError::NotOurs(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_writes_and_others_read_beside_it() {
    let place = Log::new();
    let log = place.open();
    let first = log.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    assert!(matches!(Embedded::open(place.path()), Err(OpenError::Locked { .. })));

    let reading = Embedded::open_read_only(place.path()).unwrap();
    assert_eq!(reading.head().await.unwrap(), Some(first.position));
    let refused = reading.append(&stream(1), Expected::Any, vec![event()]).await;
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    let mut subscription = reading.subscribe(Some(first.position), None).await.unwrap();
    assert!(matches!(subscription.next().await.unwrap(), Update::CaughtUp));
    let second = log.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();
    match subscription.next().await.unwrap() {
        Update::Events(batch) => assert_eq!(batch.last_position(), Some(second.position)),
        Update::CaughtUp => panic!("it had caught up"),
    }

    log.close().await;
    assert_eq!(reading.head().await.unwrap(), Some(second.position));
    place.open().append(&stream(1), Expected::Exact(1), vec![event()]).await.unwrap();
}
