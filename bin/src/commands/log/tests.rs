use super::*;
use crate::show::testing::assigned;
use covertrail_adapters::schema;
use covertrail_adapters::store::{Embedded, Expected, NewEvent};
use tempfile::TempDir;
use uuid::Uuid;

/// A log with one event of each kind, each in the stream of a work order of its own: 1, 2, …
async fn log_of(kinds: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    let store = Embedded::open(&path).unwrap();
    for (number, kind) in (1..).zip(kinds) {
        let event = NewEvent {
            id: Uuid::from_u128(number),
            kind: (*kind).to_owned(),
            data: schema::encode(&assigned("1")).data,
            metadata: b"{}".to_vec(),
            recorded_at: 1_000_000,
        };
        let stream = StreamName::parse(&format!("coverage-{number}")).unwrap();
        store.append(&stream, Expected::NoStream, vec![event]).await.unwrap();
    }
    store.close().await;
    (folder, path)
}

fn open(path: &Path) -> Result<Log, Failure> {
    Which { log: Some(path.to_str().unwrap().to_owned()), config: None }.open()
}

fn told(failure: Failure) -> String {
    let Failure::Log(message) = failure else { panic!("another failure: {failure:?}") };
    message
}

#[tokio::test]
async fn an_event_that_does_not_read_is_named_with_file_and_position() {
    let (_folder, path) = log_of(&["coverage.assigned.v1", "coverage.assigned.v9"]).await;
    let mut read = 0;
    let log = open(&path).unwrap();
    let failed = log.all(Some(COVERAGE), None, |recorded| {
        schema::decode(recorded.kind, recorded.data)?;
        read += 1;
        Ok(())
    });
    let told = told(failed.await.unwrap_err());
    assert_eq!(read, 1);
    for part in [path.to_str().unwrap(), "position 2", "stream coverage-2", "coverage.assigned.v9"] {
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test]
async fn a_log_is_read_up_to_a_position_and_by_work_order() {
    let (_folder, path) = log_of(&["coverage.assigned.v1"; 3]).await;
    let log = open(&path).unwrap();
    assert_eq!(log.head().await.unwrap(), Some(Position::new(3)));
    assert_eq!(log.recorded_at(Position::new(2)).await.unwrap(), Some(1_000_000));
    let mut streams = Vec::new();
    let work_order = WorkOrderId::parse("2").unwrap();
    let mut note = |recorded: &Recorded<'_>| {
        streams.push(recorded.stream.to_owned());
        Ok(())
    };
    log.of(&work_order, &mut note).await.unwrap();
    log.all(None, None, &mut note).await.unwrap();
    assert_eq!(streams, ["coverage-2", "coverage-1", "coverage-2", "coverage-3"]);
}

#[test]
fn what_is_no_log_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, however long it may be".repeat(100)).unwrap();
    let missing = folder.path().join("missing.sqlite");
    for (path, expected) in [
        (text.as_path(), "is not a covertrail log"),
        (&missing, "there is no log at"),
        (folder.path(), "is a folder"),
    ] {
        let told = told(open(path).err().unwrap());
        assert!(told.contains(expected) && told.contains(path.to_str().unwrap()), "{told}");
    }
    assert!(!missing.exists(), "reading makes no file");
}
