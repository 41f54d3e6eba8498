//! The aggregate: a lifecycle whose commands are taken in their order. Its rules are simpler than Covertrail's,
//! which is in its favour.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

/// A work order's coverage, as far as the measurement needs it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Coverage {
    steps: usize,
    last: Option<Event>,
}

/// Does the next step.
pub struct Record {
    /// Which, from 0.
    pub step: usize,
    /// How many events it makes.
    pub events: usize,
    /// How large each is as JSON.
    pub data_bytes: usize,
}

/// Something that happened, about as rich in fields as Covertrail's events are on average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    step: usize,
    completes: bool,
    pub(crate) policy: String,
    assignment: String,
    pub(crate) lines: Vec<String>,
    pub(crate) start: i64,
    pub(crate) end: i64,
    note: String,
}

/// A step out of turn.
#[derive(Debug)]
pub struct OutOfTurn;

impl std::fmt::Display for OutOfTurn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the step is out of turn")
    }
}

impl std::error::Error for OutOfTurn {}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        "coverage.recorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Coverage {
    const TYPE: &'static str = "coverage";
    type Command = Record;
    type Event = Event;
    type Error = OutOfTurn;
    type Services = ();

    async fn handle(
        &mut self,
        command: Record,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OutOfTurn> {
        if command.step != self.steps {
            return Err(OutOfTurn);
        }
        for number in 1..=command.events {
            sink.write(Event::new(&command, number == command.events), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.steps += usize::from(event.completes);
        self.last = Some(event);
    }
}

impl Event {
    /// The event of a command, which may be its last.
    pub(crate) fn new(command: &Record, completes: bool) -> Self {
        let mut event = Self {
            step: command.step,
            completes,
            policy: "pl_8Zk2mQ4r".to_owned(),
            assignment: "an_5Tq9xW2c".to_owned(),
            lines: vec!["general".to_owned()],
            start: 1_761_997_200,
            end: 1_762_083_600,
            note: String::new(),
        };
        let so_far = serde_json::to_string(&event).map_or(0, |text| text.len());
        event.note = "n".repeat(command.data_bytes.saturating_sub(so_far));
        event
    }
}
