use std::fs;

use super::*;
use crate::store::embedded::checkpoint::ROOM_BYTES;
use covertrail_files::beside;

#[tokio::test]
async fn a_wal_with_room_in_it_is_read_to_the_end_of_its_frames_after_a_crash() {
    let log = Log::new();
    let store = log.open();
    store.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    let wal = beside(&log.path(), "-wal");
    while fs::metadata(&wal).unwrap().len() < ROOM_BYTES {
        tokio::task::yield_now().await;
    }
    store.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();

    // what a process that dies at this moment leaves
    let left = Log::new();
    fs::copy(log.path(), left.path()).unwrap();
    fs::copy(wal, beside(&left.path(), "-wal")).unwrap();
    let after = left.open();
    assert_eq!(after.read_stream(&stream(1), 0, 10).await.unwrap().len(), 2);
    after.append(&stream(1), Expected::Exact(1), vec![event()]).await.unwrap();
    after.close().await;
    store.close().await;
}
