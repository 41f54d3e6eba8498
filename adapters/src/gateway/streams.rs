use std::pin::Pin;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tonic::{Request, Response, Status, Streaming};

use super::append::Appends;
use super::forward::Log;
use super::read::{Query, read};
use super::refusal::access_denied;
use super::subscribe::subscribe;
use super::wire::streams::streams_server::Streams as Service;
use super::wire::streams::{
    AppendReq, AppendResp, BatchAppendReq, BatchAppendResp, DeleteReq, DeleteResp, ReadReq, ReadResp,
};
use super::{append, batch};

/// How many answers may wait for a client; who reads slowly is waited for.
const WAITING: usize = 256;

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
        let query = Query::parse(request.into_inner().options)?;
        let (out, answers) = mpsc::channel(WAITING);
        let (log, stop) = (self.log.clone(), self.stop.clone());
        if query.limit.is_some() {
            tokio::spawn(async move { read(&log, query, out).await });
        } else {
            tokio::spawn(subscribe(log, query, out, stop));
        }
        Ok(Response::new(answers_of(answers)))
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        let proposal = self.appends.receive(request.into_inner()).await?;
        let wanted = proposal.wanted;
        let outcome: append::Outcome = self.appends.write(proposal).await?;
        Ok(Response::new(outcome.answer(wanted)))
    }

    async fn batch_append(
        &self,
        request: Request<Streaming<BatchAppendReq>>,
    ) -> Result<Response<Self::BatchAppendStream>, Status> {
        let (out, answers) = mpsc::channel(WAITING);
        tokio::spawn(batch::serve(self.appends.clone(), request.into_inner(), out));
        Ok(Response::new(answers_of(answers)))
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
    Box::pin(stream::unfold(channel, |mut channel| async move {
        channel.recv().await.map(|answer| (answer, channel))
    }))
}
