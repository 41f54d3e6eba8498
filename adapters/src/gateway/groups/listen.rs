use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use super::group::{Ask, How};
use crate::gateway::event::id_of;
use crate::gateway::wire::persistent_subscriptions::read_req::Content;
use crate::gateway::wire::persistent_subscriptions::read_req::nack::Action;
use crate::gateway::wire::persistent_subscriptions::{ReadReq, ReadResp};

/// The most ids of one answer that are looked at; no consumer has more events at once.
const MAX_IDS: usize = super::MOST_SLOTS;

/// Hands what a consumer says to its group, until the consumer goes.
pub(super) async fn listen(
    mut messages: Streaming<ReadReq>,
    group: mpsc::Sender<Ask>,
    consumer: u64,
    out: mpsc::Sender<Result<ReadResp, Status>>,
) {
    loop {
        let message = tokio::select! {
            message = messages.message() => message,
            () = out.closed() => break,
            () = group.closed() => return,
        };
        let (ids, how) = match message {
            Ok(Some(ReadReq { content: Some(Content::Ack(ack)) })) => (ack.ids, How::Done),
            Ok(Some(ReadReq { content: Some(Content::Nack(nack)) })) => (nack.ids, how(nack.action)),
            Ok(Some(ReadReq { content: Some(Content::Options(_)) | None })) => continue,
            Ok(None) | Err(_) => break,
        };
        let ids = ids.into_iter().take(MAX_IDS).filter_map(|id| id_of(Some(id))).collect();
        if group.send(Ask::Settle { consumer, ids, how }).await.is_err() {
            return;
        }
    }
    // fails only when the group has ended
    let _ = group.send(Ask::Leave { consumer }).await;
}

fn how(action: i32) -> How {
    match Action::try_from(action) {
        Ok(Action::Park) => How::Park,
        Ok(Action::Skip) => How::Done,
        Ok(Action::Stop) => How::Stop,
        Ok(Action::Retry | Action::Unknown) | Err(_) => How::Retry,
    }
}
