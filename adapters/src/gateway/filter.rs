use std::sync::Arc;

use tonic::Status;

use super::pattern::{Pattern, Patterns};
use super::wire::filter_options::{Expression, Filter as Wire, Window};
use super::wire::{self};
use crate::store::Batch;

/// How many events are looked at between two checkpoints, times the client's multiplier, unless it says so.
const WINDOW: u32 = 32;
/// The most prefixes of one filter, and the most bytes of one.
const MAX_PREFIXES: usize = 256;
const MAX_PREFIX_BYTES: usize = 512;

/// Which events of `$all` a reader wants.
#[derive(Clone)]
pub(super) struct Filter {
    on: On,
    by: By,
    patterns: Patterns,
    /// After so many events looked at, a subscriber is told how far that was.
    pub(super) checkpoint_interval: u64,
}

#[derive(Debug, Clone, Copy)]
enum On {
    Stream,
    Kind,
}

#[derive(Debug, Clone)]
enum By {
    Prefixes(Arc<[String]>),
    Pattern(Arc<Pattern>),
}

impl Filter {
    /// Reads a filter; a regular expression may look ahead, as the clients' own do.
    pub(super) async fn parse(
        patterns: &Patterns,
        filter: wire::FilterOptions,
    ) -> Result<Option<Self>, Status> {
        let (on, Expression { regex, prefix }) = match filter.filter {
            Some(Wire::StreamIdentifier(expression)) => (On::Stream, expression),
            Some(Wire::EventType(expression)) => (On::Kind, expression),
            None => return Ok(None),
        };
        if prefix.len() > MAX_PREFIXES || prefix.iter().any(|prefix| prefix.len() > MAX_PREFIX_BYTES) {
            return Err(Status::invalid_argument(format!(
                "filter: there are at most {MAX_PREFIXES} prefixes, each of at most {MAX_PREFIX_BYTES} bytes"
            )));
        }
        let by = if regex.is_empty() {
            By::Prefixes(prefix.into())
        } else {
            By::Pattern(patterns.compile(regex).await?)
        };
        let window = match filter.window {
            Some(Window::Max(max)) => max.max(1),
            Some(Window::Count(_)) | None => WINDOW,
        };
        let interval = u64::from(window).saturating_mul(filter.checkpoint_interval_multiplier.max(1).into());
        Ok(Some(Self { on, by, patterns: patterns.clone(), checkpoint_interval: interval }))
    }

    /// Which events of a page are wanted, in their order.
    pub(super) async fn wants(&self, batch: &Batch) -> Result<Vec<bool>, Status> {
        let texts = batch.iter().map(|event| match self.on {
            On::Stream => event.stream,
            On::Kind => event.kind,
        });
        match &self.by {
            By::Prefixes(prefixes) => Ok(texts
                .map(|text| prefixes.iter().any(|prefix| text.starts_with(prefix.as_str())))
                .collect()),
            By::Pattern(pattern) => self.patterns.matches(pattern, texts.map(str::to_owned).collect()).await,
        }
    }
}
