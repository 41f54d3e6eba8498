use super::*;
use covertrail_adapters::store::{Embedded, Expected, NewEvent, StreamName};
use tempfile::TempDir;
use uuid::Uuid;

fn event(number: u128, data: &[u8]) -> NewEvent {
    NewEvent {
        id: Uuid::from_u128(number),
        kind: "thing.happened.v1".to_owned(),
        data: data.to_vec(),
        metadata: b"{ }".to_vec(),
        recorded_at: 1_795_305_600_000_042,
    }
}

async fn append(log: &Embedded, stream: &str, revision: u64, events: Vec<NewEvent>) {
    let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
    log.append(&StreamName::parse(stream).unwrap(), expected, events).await.unwrap();
}

/// A log with events in three streams by turns, some of them no text.
async fn log(folder: &TempDir, name: &str, events: u64) -> Embedded {
    let log = Embedded::open(folder.path().join(name)).unwrap();
    for number in 0..events {
        let data = [&number.to_le_bytes()[..], b"\xff\0"].concat();
        append(&log, &format!("order-{}", number % 3), number / 3, vec![event(number.into(), &data)]).await;
    }
    log
}

#[tokio::test]
async fn a_copy_has_the_same_events_in_the_same_order() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (log(&folder, "from", 50).await, log(&folder, "to", 0).await);
    append(&from, "order-many", 0, (100..1500).map(|number| event(number, b"{}")).collect()).await;
    let copied = copy(&from, &to, |_| ()).await.unwrap();
    assert_eq!((copied.events, copied.before), (1450, 0));
    for (here, there) in from
        .read_all(None, None, 2000)
        .await
        .unwrap()
        .iter()
        .zip(&to.read_all(None, None, 2000).await.unwrap())
    {
        assert!(same(&here, &there) && here.position == there.position);
    }
    let again = copy(&from, &to, |_| ()).await.unwrap();
    assert_eq!((again.before, again.digest), (1450, copied.digest));
}

#[tokio::test]
async fn a_copy_that_was_broken_off_goes_on_and_one_that_is_older_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (log(&folder, "from", 30).await, log(&folder, "to", 17).await);
    assert_eq!(copy(&from, &to, |_| ()).await.unwrap().before, 17);
    append(&from, "order-0", 10, vec![event(77, b"{}")]).await;
    let copied = copy(&from, &to, |_| ()).await.unwrap();
    assert_eq!((copied.events, copied.before), (31, 30));
}

#[tokio::test]
async fn a_log_that_is_no_copy_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (log(&folder, "from", 30).await, log(&folder, "to", 10).await);
    append(&to, "order-1", 3, vec![event(10, b"something else")]).await;
    let different = copy(&from, &to, |_| ()).await.unwrap_err();
    assert!(matches!(different, CopyError::Different { here, .. } if here.get() == 11), "{different}");
    assert_eq!(to.head().await.unwrap().map(Position::get), Some(11));
    let longer =
        copy(&log(&folder, "short", 5).await, &log(&folder, "long", 6).await, |_| ()).await.unwrap_err();
    assert!(matches!(longer, CopyError::Longer(position) if position.get() == 6), "{longer}");
}

#[tokio::test]
async fn an_empty_log_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(&log(&folder, "from", 0).await, &log(&folder, "to", 0).await, |_| ()).await.unwrap();
    assert_eq!((copied.events, copied.before), (0, 0));
}
