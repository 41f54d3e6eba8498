//! Takes in spans as they begin and end.

use super::span::{Attribute, Span};
use crate::clock;
use std::fmt;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Takes in spans and hands on those that have ended. Where nobody keeps up, they are dropped: what is traced never
/// waits for its traces.
pub struct Spans {
    ended: mpsc::Sender<Span>,
}

impl Spans {
    pub(super) const fn new(ended: mpsc::Sender<Span>) -> Self {
        Self { ended }
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(new) = context.span(id) else { return };
        // the filter of this layer passes no other spans, so neither does the way to the parent
        let parent = new
            .parent()
            .and_then(|parent| parent.extensions().get::<Span>().map(|parent| (parent.trace, parent.id)));
        let mut said = Said(Vec::new());
        attributes.record(&mut said);
        new.extensions_mut().insert(Span {
            trace: parent.map_or_else(|| rand::random::<u128>().max(1), |(trace, _)| trace),
            id: rand::random::<u64>().max(1),
            parent: parent.map(|(_, id)| id),
            name: attributes.metadata().name(),
            began: clock::now_micros(),
            ended: 0,
            attributes: said.0,
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut said = Said(Vec::new());
        values.record(&mut said);
        if let Some(span) = context.span(id)
            && let Some(span) = span.extensions_mut().get_mut::<Span>()
        {
            span.attributes.extend(said.0);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let ended = span.extensions_mut().remove::<Span>();
        if let Some(mut ended) = ended {
            ended.ended = clock::now_micros();
            // full: see above
            let _ = self.ended.try_send(ended);
        }
    }
}

struct Said(Vec<(&'static str, Attribute)>);

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), Attribute::Text(value.to_owned())));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), Attribute::Number(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), Attribute::Number(i64::try_from(value).unwrap_or(i64::MAX))));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), Attribute::Truth(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), Attribute::Text(format!("{value:?}"))));
    }
}
