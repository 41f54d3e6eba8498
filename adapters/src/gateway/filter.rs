use fancy_regex::Regex;
use tonic::Status;

use super::wire::filter_options::{Expression, Filter as Wire, Window};
use super::wire::{self};

/// How many events are looked at between two checkpoints, times the client's multiplier, unless it says so.
const WINDOW: u32 = 32;

/// Which events of `$all` a reader wants.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    on: On,
    by: By,
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
    Prefixes(Vec<String>),
    Regex(Regex),
}

impl Filter {
    /// Reads a filter; a regular expression may look ahead, as the clients' own do.
    pub(super) fn parse(filter: wire::FilterOptions) -> Result<Option<Self>, Status> {
        let (on, Expression { regex, prefix }) = match filter.filter {
            Some(Wire::StreamIdentifier(expression)) => (On::Stream, expression),
            Some(Wire::EventType(expression)) => (On::Kind, expression),
            None => return Ok(None),
        };
        let by = if regex.is_empty() {
            By::Prefixes(prefix)
        } else {
            By::Regex(
                Regex::new(&regex).map_err(|error| Status::invalid_argument(format!("filter: {error}")))?,
            )
        };
        let window = match filter.window {
            Some(Window::Max(max)) => max.max(1),
            Some(Window::Count(_)) | None => WINDOW,
        };
        let interval = u64::from(window).saturating_mul(filter.checkpoint_interval_multiplier.max(1).into());
        Ok(Some(Self { on, by, checkpoint_interval: interval }))
    }

    /// Whether an event of this stream and kind is wanted; an expression that cannot be decided is an error,
    /// so that nothing is left out in silence.
    pub(super) fn wants(&self, stream: &str, kind: &str) -> Result<bool, Status> {
        let text = match self.on {
            On::Stream => stream,
            On::Kind => kind,
        };
        match &self.by {
            By::Prefixes(prefixes) => Ok(prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()))),
            By::Regex(regex) => {
                regex.is_match(text).map_err(|error| Status::invalid_argument(format!("filter: {error}")))
            }
        }
    }
}
