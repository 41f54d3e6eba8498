//! The log, read back from its file as an auditor would.

use covertrail::clock;
use covertrail_adapters::schema;
use covertrail_adapters::store::embedded::OpenError;
use covertrail_adapters::store::{Embedded, EventStore, Position, ReadError, Recorded};
use covertrail_domain::coverage::{Badge, Event, Stage, State};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// What was read so far.
pub(crate) struct Log {
    path: PathBuf,
    open: Option<Embedded>,
    after: Option<Position>,
    read_at: Option<Instant>,
    /// Nobody but the program opens the file now.
    pub(crate) rests: bool,
    pub(crate) orders: BTreeMap<String, Told>,
    pub(crate) deliveries: BTreeMap<String, Delivered>,
    /// Until when WorkMarket was asked what was changed, each time that it was stored.
    pub(crate) polled_until: Vec<i64>,
    /// By work order: the data and metadata of what was refused.
    pub(crate) refusals: BTreeMap<String, Vec<(Value, Value)>>,
}

/// A work order's stream.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) events: Vec<Happened>,
    pub(crate) state: State,
}

/// One event as it is stored.
pub(crate) struct Happened {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
    pub(crate) metadata: Value,
    pub(crate) event: Event,
}

/// A delivery's stream: each event's name and data.
#[derive(Default, Debug)]
pub(crate) struct Delivered {
    pub(crate) records: Vec<(String, Value)>,
}

impl Delivered {
    fn data(&self, kind: &str) -> Option<&Value> {
        self.records.iter().find(|(name, _)| name == kind).map(|(_, data)| data)
    }

    /// What was delivered.
    pub(crate) fn body(&self) -> Value {
        let body = self.data("delivery.received.v1").and_then(|data| data["body"].as_str());
        serde_json::from_str(body.unwrap_or_default()).unwrap_or_default()
    }

    pub(crate) fn event(&self) -> &str {
        self.data("delivery.received.v1").and_then(|data| data["event"].as_str()).unwrap_or_default()
    }

    /// Why it waited, if it ever did.
    pub(crate) fn waited(&self) -> Option<&str> {
        self.data("delivery.waiting.v1").and_then(|data| data["reason"].as_str())
    }

    /// What became of it: the outcome and, where there is one, the reason.
    pub(crate) fn handled(&self) -> Option<(&str, &str)> {
        let data = self.data("delivery.handled.v1")?;
        Some((data["outcome"].as_str()?, data["reason"].as_str().unwrap_or_default()))
    }
}

impl Told {
    /// The stored data of its events of that name, such as `quoted`.
    pub(crate) fn all(&self, name: &str) -> Vec<&Value> {
        self.named(name).map(|event| &event.data).collect()
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Happened> {
        self.events.iter().filter(move |event| {
            event.kind.strip_prefix("coverage.").and_then(|kind| kind.split_once(".v")).map(|(kind, _)| kind)
                == Some(name)
        })
    }

    pub(crate) fn badge(&self) -> Badge {
        self.state.standing(clock::now()).badge
    }

    pub(crate) fn stage(&self) -> Option<Stage> {
        self.state.stage()
    }
}

impl Log {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self {
            path,
            open: None,
            after: None,
            read_at: None,
            rests: true,
            orders: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            polled_until: Vec::new(),
            refusals: BTreeMap::new(),
        }
    }

    /// Lets go of the file until the program has opened it again.
    pub(crate) fn rest(&mut self) {
        self.open = None;
        self.rests = true;
    }

    /// Reads what is new.
    pub(crate) async fn catch_up(&mut self) {
        let just_read = self.read_at.is_some_and(|read| read.elapsed() < Duration::from_millis(15));
        if self.rests || just_read {
            return;
        }
        while let Some(page) = self.page().await {
            page.iter().for_each(|recorded| self.fold(&recorded));
            if page.is_empty() {
                break;
            }
        }
        self.read_at = Some(Instant::now());
    }

    async fn page(&mut self) -> Option<covertrail_adapters::store::Batch> {
        if self.open.is_none() {
            self.open = match Embedded::open_read_only(&self.path) {
                Ok(open) => Some(open),
                Err(OpenError::Missing { .. } | OpenError::Unavailable { .. }) => return None,
                Err(error) => panic!("the log cannot be opened: {error}"),
            };
        }
        match self.open.as_ref()?.read_all(self.after, None, 500).await {
            Ok(page) => Some(page),
            Err(ReadError::Unavailable(_)) => None,
            Err(error @ ReadError::Malformed(_)) => panic!("the log cannot be read: {error}"),
        }
    }

    fn fold(&mut self, recorded: &Recorded<'_>) {
        self.after = Some(recorded.position);
        let json = |bytes| serde_json::from_slice::<Value>(bytes).unwrap();
        let (category, id) = recorded.stream.split_once('-').unwrap();
        if category == "coverage" {
            let told = self.orders.entry(id.to_owned()).or_default();
            let event = schema::decode(recorded.kind, recorded.data).unwrap();
            told.state = std::mem::take(&mut told.state).evolve(&event);
            told.events.push(Happened {
                id: recorded.id.to_string(),
                kind: recorded.kind.to_owned(),
                data: json(recorded.data),
                metadata: json(recorded.metadata),
                event,
            });
        } else if category == "delivery" {
            let delivered = self.deliveries.entry(recorded.stream.to_owned()).or_default();
            delivered.records.push((recorded.kind.to_owned(), json(recorded.data)));
        } else if category == "poll" {
            // tests put junk there, too
            let line: Value = serde_json::from_slice(recorded.data).unwrap_or_default();
            self.polled_until.extend(line["until"].as_i64());
        } else if category == "refusal" {
            let refused = self.refusals.entry(id.to_owned()).or_default();
            if let Ok(data) = serde_json::from_slice(recorded.data) {
                refused.push((data, json(recorded.metadata)));
            }
        }
    }

    /// Checks the whole file; answers how many events it has.
    pub(crate) async fn verify(&mut self) -> u64 {
        self.catch_up().await;
        self.open.as_ref().expect("the log is there").verify().await.unwrap().events
    }

    /// The delivery whose body has this event id, whichever vendor sent it.
    pub(crate) fn delivery(&self, event_id: &str) -> Option<&Delivered> {
        self.deliveries.values().find(|delivered| {
            let body = delivered.body();
            body["id"] == event_id || body["event_id"] == event_id
        })
    }

    /// Everything that happened, for a failed test's message.
    pub(crate) fn account(&self) -> String {
        let order = |(id, told): (&String, &Told)| {
            let standing = told.state.standing(clock::now());
            let stage = told.stage().map_or("unheard", Stage::as_str);
            let kinds: Vec<_> =
                told.events.iter().map(|event| format!("{} {}", event.kind, event.data)).collect();
            format!("{id}: {stage}, {}: {}\n    {}", standing.badge, standing.reason, kinds.join("\n    "))
        };
        let delivery = |delivered: &Delivered| match delivered.handled() {
            Some(("applied" | "nothing_new", _)) => None,
            handled => Some(format!("{}: {handled:?}, waited {:?}", delivered.event(), delivered.waited())),
        };
        let orders: Vec<_> = self.orders.iter().map(order).collect();
        let deliveries: Vec<_> = self.deliveries.values().filter_map(delivery).collect();
        format!("{}\n{}", orders.join("\n"), deliveries.join("\n"))
    }
}
