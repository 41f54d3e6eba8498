use std::pin::Pin;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::{mpsc, watch};
use tonic::{Request, Response, Status, Streaming};

use super::access::Caller;
use super::append::Appends;
use super::forward::Log;
use super::outbox::Outbox;
use super::read::{Query, read};
use super::refusal::access_denied;
use super::subscribe::subscribe;
use super::wire::streams::streams_server::Streams as Service;
use super::wire::streams::{
    AppendReq, AppendResp, BatchAppendReq, BatchAppendResp, DeleteReq, DeleteResp, ReadReq, ReadResp,
};
use super::{append, batch};

/// How long an append may take to come in.
const APPEND_COMES_IN: Duration = Duration::from_secs(30);

/// A stream of answers.
pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The service of streams over one log.
pub(super) struct Streams {
    pub(super) log: Log,
    pub(super) appends: Appends,
    pub(super) stop: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl Service for Streams {
    type ReadStream = Answers<ReadResp>;
    type BatchAppendStream = Answers<BatchAppendResp>;

    async fn read(&self, request: Request<ReadReq>) -> Result<Response<Self::ReadStream>, Status> {
        let caller = Caller::of(&request)?;
        let query = Query::parse(&self.log, request.into_inner().options, &caller).await?;
        let (out, answers) = Outbox::new();
        let (log, stop) = (self.log.clone(), self.stop.clone());
        if query.limit.is_some() {
            tokio::spawn(async move { read(&log, query, out).await });
        } else {
            tokio::spawn(subscribe(log, query, out, stop));
        }
        Ok(Response::new(answers))
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        let appends = self.appends.of_caller(&Caller::of(&request)?);
        let received = tokio::time::timeout(APPEND_COMES_IN, appends.receive(request.into_inner())).await;
        let proposal =
            received.map_err(|_| Status::deadline_exceeded("the append did not come in time"))??;
        let wanted = proposal.wanted;
        let outcome: append::Outcome = appends.write(proposal).await?;
        Ok(Response::new(outcome.answer(wanted)))
    }

    async fn batch_append(
        &self,
        request: Request<Streaming<BatchAppendReq>>,
    ) -> Result<Response<Self::BatchAppendStream>, Status> {
        let appends = self.appends.of_caller(&Caller::of(&request)?);
        let (out, answers) = Outbox::new();
        tokio::spawn(batch::serve(appends, request.into_inner(), out));
        Ok(Response::new(answers))
    }

    async fn delete(&self, _: Request<DeleteReq>) -> Result<Response<DeleteResp>, Status> {
        Err(access_denied("nothing is deleted from this log"))
    }

    async fn tombstone(&self, _: Request<DeleteReq>) -> Result<Response<DeleteResp>, Status> {
        Err(access_denied("nothing is deleted from this log"))
    }
}

/// What is sent into a channel, as the answers of a call.
pub(super) fn answers_of<T: Send + 'static>(channel: mpsc::Receiver<Result<T, Status>>) -> Answers<T> {
    Box::pin(futures_util::stream::unfold(channel, |mut channel| async move {
        channel.recv().await.map(|answer| (answer, channel))
    }))
}
