//! Persistent subscriptions: groups of consumers that share a stream, with a checkpoint that outlives them.

mod asked;
mod consumer;
#[cfg(test)]
mod fuzz;
mod group;
mod info;
mod ledger;
mod listen;
mod settings;
mod settle;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tonic::{Code, Request, Response, Status, Streaming};
use uuid::Uuid;

use self::asked::Asked;
use self::consumer::Consumer;
use self::group::{Ask, Group, Look};
use self::ledger::{Ledger, Name, Record};
use self::listen::listen;
use self::settings::Settings;
use super::access::Caller;
use super::confidential::Sight;
use super::event::IdForm;
use super::forward::Log;
use super::read::From;
use super::refusal::{access_denied, missing, refusal};
use super::source::Source;
use super::streams::{Answers, answers_of};
use super::subscribe::end;
use super::wire::persistent_subscriptions::persistent_subscriptions_server::PersistentSubscriptions;
use super::wire::persistent_subscriptions::read_req::Content;
use super::wire::persistent_subscriptions::{
    CreateReq, DeleteReq, GetInfoReq, GetInfoResp, ListReq, ListResp, ReadReq, ReadResp, ReplayParkedReq,
    delete_req, get_info_req, list_req, read_req, read_resp, replay_parked_req,
};
use super::wire::{Empty, StreamIdentifier, SubscriptionConfirmation};

/// How many asks may wait for a group.
const ASKS: usize = 256;

/// The most events that a consumer may have at once.
const MOST_SLOTS: usize = 4096;

/// How long a consumer may take to say what it wants.
const FIRST_MESSAGE: std::time::Duration = std::time::Duration::from_secs(10);

/// All groups. A group works from when it is first asked something.
#[derive(Clone)]
pub(super) struct Groups {
    log: Log,
    ledger: Ledger,
    working: Arc<Mutex<HashMap<Name, mpsc::Sender<Ask>>>>,
    /// How many there may be.
    most: usize,
    stop: watch::Receiver<bool>,
}

impl Groups {
    pub(super) fn open(
        log: Log,
        path: PathBuf,
        most: usize,
        stop: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        Ok(Self { log, ledger: Ledger::open(path)?, working: Arc::default(), most, stop })
    }

    /// Whether the file can be read.
    pub(super) fn check(path: &Path) -> io::Result<()> {
        Ledger::open(path.to_owned()).map(drop)
    }

    /// The way to a group, which begins to work if it does not.
    async fn find(&self, name: &Name) -> Result<mpsc::Sender<Ask>, Status> {
        if let Some(group) = at_work(&*self.working.lock().await, name) {
            return Ok(group);
        }
        // before others have to wait for this one
        let kept = self.ledger.find(name).ok_or_else(|| absent(name))?.settings.filter;
        let filter = match &kept {
            Some(kept) => kept.filter(&self.log.patterns).await?,
            None => None,
        };
        let mut working = self.working.lock().await;
        if let Some(group) = at_work(&working, name) {
            return Ok(group);
        }
        working.retain(|_, group| !group.is_closed());
        let record = self.ledger.find(name).ok_or_else(|| absent(name))?;
        let group = Group::new(name.clone(), self.log.clone(), self.ledger.clone(), record, filter);
        let (asks, asked) = mpsc::channel(ASKS);
        tokio::spawn(group.run(asked, self.stop.clone()));
        working.insert(name.clone(), asks.clone());
        Ok(asks)
    }

    /// Refuses a client that may not read what a group reads.
    fn admits(&self, name: &Name, caller: &Caller) -> Result<(), Status> {
        Sight::of_caller(&self.log.confidential, caller).admits(&Source::parse(name.stream.as_bytes()))?;
        let record = self.ledger.find(name).ok_or_else(|| absent(name))?;
        if record.sees_everything && !caller.role.sees_everything() {
            return Err(access_denied("this group has confidential events: it is for auditors and admins"));
        }
        Ok(())
    }

    async fn ask<T>(&self, name: &Name, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, Status> {
        let group = self.find(name).await?;
        let (answer, answered) = oneshot::channel();
        let ended = || Status::unavailable("the group has just ended");
        group.send(ask(answer)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())
    }

    /// Ends a group's work and puts what `change` makes of it.
    async fn replace(
        &self,
        name: &Name,
        change: impl FnOnce(Option<Record>) -> Result<Option<Record>, Status>,
    ) -> Result<(), Status> {
        // held, so that it does not begin again before it is changed
        let mut working = self.working.lock().await;
        if let Some(group) = working.remove(name) {
            // fails only when it has ended
            let _ = group.send(Ask::End).await;
            group.closed().await;
        }
        let record = change(self.ledger.find(name))?;
        self.ledger
            .put(name, record)
            .await
            .map_err(|error| Status::unavailable(format!("the group cannot be saved: {error}")))
    }

    async fn look(&self, name: &Name) -> Result<Look, Status> {
        self.ask(name, |answer| Ask::Look { answer }).await
    }
}

#[tonic::async_trait]
impl PersistentSubscriptions for Groups {
    type ReadStream = Answers<ReadResp>;

    async fn create(&self, request: Request<CreateReq>) -> Result<Response<Empty>, Status> {
        let caller = Caller::of(&request)?;
        caller.manages_groups()?;
        let asked = Asked::parse(&self.log, request.into_inner().options).await?;
        let sight = Sight::of_caller(&self.log.confidential, &caller);
        sight.admits(&asked.source)?;
        let next = match asked.from {
            From::Start => 0,
            From::At(place) => place,
            From::End => end(&self.log, &asked.source, &sight).await?.0,
        };
        let name = asked.name;
        self.replace(&name, |record| match record {
            Some(_) => {
                Err(named(Code::AlreadyExists, "persistent-subscription-exists", "the group exists", &name))
            }
            None if self.ledger.count() >= self.most => Err(Status::resource_exhausted(format!(
                "there are {} persistent subscriptions, which is all there may be: delete one",
                self.most
            ))),
            None => Ok(Some(Record {
                settings: asked.settings,
                next,
                parked: Vec::new(),
                sees_everything: caller.role.sees_everything(),
            })),
        })
        .await?;
        Ok(Response::new(Empty {}))
    }

    async fn update(&self, request: Request<CreateReq>) -> Result<Response<Empty>, Status> {
        let caller = Caller::of(&request)?;
        caller.manages_groups()?;
        let asked = Asked::parse(&self.log, request.into_inner().options).await?;
        let name = asked.name;
        self.admits(&name, &caller)?;
        self.replace(&name, |record| {
            let record = record.ok_or_else(|| absent(&name))?;
            // an update cannot say what is filtered, and does not go back
            let filter = record.settings.filter.clone();
            Ok(Some(Record { settings: Settings { filter, ..asked.settings }, ..record }))
        })
        .await?;
        Ok(Response::new(Empty {}))
    }

    async fn delete(&self, request: Request<DeleteReq>) -> Result<Response<Empty>, Status> {
        use delete_req::options::StreamOption;
        let caller = Caller::of(&request)?;
        caller.manages_groups()?;
        let options = request.into_inner().options.ok_or_else(|| missing("options"))?;
        let stream = match options.stream_option {
            Some(StreamOption::StreamIdentifier(stream)) => Some(stream),
            Some(StreamOption::All(_)) => None,
            None => return Err(missing("stream_option")),
        };
        let name = name(stream, options.group_name);
        self.admits(&name, &caller)?;
        self.replace(&name, |record| if record.is_some() { Ok(None) } else { Err(absent(&name)) }).await?;
        Ok(Response::new(Empty {}))
    }

    async fn read(&self, request: Request<Streaming<ReadReq>>) -> Result<Response<Self::ReadStream>, Status> {
        let caller = Caller::of(&request)?;
        let mut messages = request.into_inner();
        let first = tokio::time::timeout(FIRST_MESSAGE, messages.message()).await;
        let first = first.map_err(|_| Status::deadline_exceeded("the options did not come in time"))??;
        let Some(ReadReq { content: Some(Content::Options(options)) }) = first else {
            return Err(missing("options"));
        };
        let stream = match options.stream_option {
            Some(read_req::options::StreamOption::StreamIdentifier(stream)) => Some(stream),
            Some(read_req::options::StreamOption::All(_)) => None,
            None => return Err(missing("stream_option")),
        };
        let name = name(stream, options.group_name);
        self.admits(&name, &caller)?;
        let slots = usize::try_from(options.buffer_size).unwrap_or_default().clamp(1, MOST_SLOTS);
        // a place for each slot, the confirmation and the end
        let (out, answers) = mpsc::channel(slots.saturating_add(2));
        let id = Uuid::new_v4();
        let subscription_id = format!("{}::{}", name.stream, name.group);
        let confirmation = SubscriptionConfirmation { subscription_id };
        let first = ReadResp { content: Some(read_resp::Content::SubscriptionConfirmation(confirmation)) };
        // there is room: it is the first
        let _ = out.try_send(Ok(first));
        let (number, _) = id.as_u64_pair();
        let ids = IdForm::of(options.uuid_option);
        let consumer = Consumer { number, out: out.clone(), slots, ids, taken: 0, total: 0 };
        self.ask(&name, |answer| Ask::Join { consumer, answer }).await??;
        let group = self.find(&name).await?;
        tokio::spawn(listen(messages, group, number, out));
        Ok(Response::new(answers_of(answers)))
    }

    async fn get_info(&self, request: Request<GetInfoReq>) -> Result<Response<GetInfoResp>, Status> {
        use get_info_req::options::StreamOption;
        let caller = Caller::of(&request)?;
        let options = request.into_inner().options.ok_or_else(|| missing("options"))?;
        let stream = match options.stream_option {
            Some(StreamOption::StreamIdentifier(stream)) => Some(stream),
            Some(StreamOption::All(_)) => None,
            None => return Err(missing("stream_option")),
        };
        let name = name(stream, options.group_name);
        self.admits(&name, &caller)?;
        let look = self.look(&name).await?;
        Ok(Response::new(GetInfoResp { subscription_info: Some(info::of(&name, &look)) }))
    }

    async fn replay_parked(&self, request: Request<ReplayParkedReq>) -> Result<Response<Empty>, Status> {
        use replay_parked_req::options::{StopAtOption, StreamOption};
        let caller = Caller::of(&request)?;
        caller.manages_groups()?;
        let options = request.into_inner().options.ok_or_else(|| missing("options"))?;
        let stream = match options.stream_option {
            Some(StreamOption::StreamIdentifier(stream)) => Some(stream),
            Some(StreamOption::All(_)) => None,
            None => return Err(missing("stream_option")),
        };
        let most = match options.stop_at_option {
            Some(StopAtOption::StopAt(most)) => u64::try_from(most).ok().filter(|most| *most > 0),
            Some(StopAtOption::NoLimit(_)) | None => None,
        };
        let name = name(stream, options.group_name);
        self.admits(&name, &caller)?;
        self.ask(&name, |answer| Ask::Replay { most, answer }).await??;
        Ok(Response::new(Empty {}))
    }

    async fn list(&self, request: Request<ListReq>) -> Result<Response<ListResp>, Status> {
        use list_req::options::ListOption;
        use list_req::stream_option::StreamOption;
        let caller = Caller::of(&request)?;
        let options = request.into_inner().options.ok_or_else(|| missing("options"))?;
        let of = match options.list_option {
            Some(ListOption::ListAllSubscriptions(_)) => None,
            Some(ListOption::ListForStream(stream)) => match stream.stream_option {
                Some(StreamOption::Stream(stream)) => Some(name(Some(stream), String::new()).stream),
                Some(StreamOption::All(_)) => Some("$all".to_owned()),
                None => return Err(missing("stream_option")),
            },
            None => return Err(missing("list_option")),
        };
        let mut subscriptions = Vec::new();
        for name in self.ledger.names() {
            if of.as_ref().is_none_or(|of| *of == name.stream) && self.admits(&name, &caller).is_ok() {
                subscriptions.push(info::of(&name, &self.look(&name).await?));
            }
        }
        if subscriptions.is_empty() {
            return Err(refusal(
                Code::NotFound,
                "persistent-subscription-does-not-exist",
                "there is no group",
            ));
        }
        Ok(Response::new(ListResp { subscriptions }))
    }

    async fn restart_subsystem(&self, request: Request<Empty>) -> Result<Response<Empty>, Status> {
        Caller::of(&request)?.manages_groups()?;
        // every group begins again by itself when it is next asked
        for (_, group) in self.working.lock().await.drain() {
            let _ = group.send(Ask::End).await;
            group.closed().await;
        }
        Ok(Response::new(Empty {}))
    }
}

/// The way to a group that works.
fn at_work(working: &HashMap<Name, mpsc::Sender<Ask>>, name: &Name) -> Option<mpsc::Sender<Ask>> {
    working.get(name).filter(|group| !group.is_closed()).cloned()
}

/// The group's name; without a stream it is one of `$all`.
fn name(stream: Option<StreamIdentifier>, group: String) -> Name {
    let source = stream.map_or(Source::All, |stream| Source::parse(&stream.stream_name));
    Name { stream: source.name(), group }
}

fn absent(name: &Name) -> Status {
    named(Code::NotFound, "persistent-subscription-does-not-exist", "there is no such group", name)
}

fn named(code: Code, exception: &'static str, message: &str, name: &Name) -> Status {
    let mut status = refusal(code, exception, message);
    for (key, value) in [("stream-name", &name.stream), ("group-name", &name.group)] {
        // what cannot stand in a header is left out
        if let Ok(value) = value.parse() {
            status.metadata_mut().insert(key, value);
        }
    }
    status
}
