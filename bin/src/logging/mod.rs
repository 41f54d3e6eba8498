//! Log lines on standard error: as JSON for machines, as text for people.
//!
//! Logging never waits for the reader of standard error. Lines go through a bounded queue to one thread; what finds no
//! room or cannot be written is dropped and counted, and a later line says how many lines are missing and since when.

mod escape;
mod queue;
#[cfg(test)]
mod tests;

pub(crate) use escape::escape_controls;

use crate::clock;
use crate::config::{Log, LogFormat};
use crate::telemetry::{SPANS, Spans};
use queue::LogQueue;
use serde_json::json;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::panic::PanicHookInfo;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

/// How long the end of the process waits for lines that are not written yet.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The queue of this process, once logging has begun.
static QUEUE: OnceLock<Arc<LogQueue>> = OnceLock::new();

/// Begins logging. `RUST_LOG` comes before the configured filter.
pub fn begin(log: &Log) -> Result<(), String> {
    begin_with(log, None)
}

/// Begins logging, and tracing too where there is a collector for the spans.
pub fn begin_with(log: &Log, spans: Option<Spans>) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(&filter).map_err(|error| format!("RUST_LOG: {error}"))?,
        Err(_) => EnvFilter::try_new(&log.filter).map_err(|error| format!("log.filter: {error}"))?,
    };
    // spans are for the collector, log lines for everybody else
    let filter = filter.and(filter_fn(|metadata| metadata.target() != SPANS));
    let queue = queue_to_standard_error(log.format)?;
    let lines = layer(log.format, has_colours(&io::stderr()), Lines(Arc::clone(&queue), log.format));
    let spans = spans.map(|spans| spans.with_filter(filter_fn(|metadata| metadata.target() == SPANS)));
    let begun = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
    begun.map_err(|error| error.to_string())?;
    let format = log.format;
    std::panic::set_hook(Box::new(move |panic| queue.push(panic_line(format, panic))));
    Ok(())
}

/// How many log lines of this process were lost so far.
pub fn dropped_lines() -> u64 {
    QUEUE.get().map_or(0, |queue| queue.dropped_in_all())
}

/// Writes the last message of the process to standard error, after the log lines that wait. Gives up after a second
/// each, so that the process ends even where nobody reads.
pub(crate) fn write_last(message: Option<String>) {
    let queue = match QUEUE.get() {
        Some(queue) => Ok(Arc::clone(queue)),
        None if message.is_none() => return,
        None => queue_to_standard_error(LogFormat::Text),
    };
    // without a thread or a standard error there is nobody to tell
    let Ok(queue) = queue else { return };
    if let Some(message) = message {
        queue.push_last(message.into_bytes());
    }
    queue.finish(LAST_LINES);
}

/// Whether a stream of this process gets colours: a terminal does, unless `NO_COLOR` or `TERM=dumb` says otherwise, and
/// whatever `CLICOLOR_FORCE` forces.
pub(crate) fn has_colours(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Whether a picture can be drawn on standard error and be replaced: a terminal that moves its cursor.
pub(crate) fn standard_error_is_drawable() -> bool {
    use std::io::IsTerminal as _;
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

fn queue_to_standard_error(format: LogFormat) -> Result<Arc<LogQueue>, String> {
    // a handle of its own: whoever else writes to standard error holds no lock that this thread needs, nor the reverse
    let handle = io::stderr().as_fd().try_clone_to_owned();
    let file = File::from(handle.map_err(|error| format!("standard error cannot be used: {error}"))?);
    let missing = move |lines, since| missing_lines(format, lines, since);
    let started = LogQueue::start(file, missing, clock::now_micros);
    let queue = started.map_err(|error| format!("no thread for logging: {error}"))?;
    Ok(Arc::clone(QUEUE.get_or_init(|| queue)))
}

fn layer<S, W>(format: LogFormat, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).log_internal_errors(false);
    match format {
        LogFormat::Json => {
            let lines = lines.with_ansi(false).json().flatten_event(true);
            lines.with_current_span(false).with_span_list(false).boxed()
        }
        LogFormat::Text => {
            let fields = debug_fn(write_field).delimited(" ");
            lines.fmt_fields(fields).with_ansi(colours).with_target(false).boxed()
        }
    }
}

/// A field of a line for people. The formatter's own way lets escape sequences through.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = escape_controls(&format!("{value:?}")).replace('\n', "\\n");
    if field.name() == "message" { writer.write_str(&value) } else { write!(writer, "{field}={value}") }
}

/// Where the formatted lines go.
struct Lines(Arc<LogQueue>, LogFormat);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Lines {
    /// Takes one whole line, as the formatter hands it over.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(escape::escaped_line(self.1, line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The line that stands where lines are missing.
fn missing_lines(format: LogFormat, lines: u64, since: i64) -> Vec<u8> {
    let fields = [("lines", json!(lines)), ("since", json!(clock::rfc3339(since)))];
    own_line(format, "WARN", "log lines are missing here: they could not be written in time", &fields)
}

fn panic_line(format: LogFormat, panic: &PanicHookInfo<'_>) -> Vec<u8> {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let what = panic.payload_as_str().unwrap_or("a panic without a message");
    let mut fields = vec![
        ("panic", json!(what)),
        ("place", json!(place)),
        ("thread", json!(thread.name().unwrap_or_default())),
    ];
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        fields.push(("backtrace", json!(backtrace.to_string())));
    }
    own_line(format, "ERROR", "a defect of covertrail stopped a task; please report it", &fields)
}

/// A line that does not come through `tracing`, in the form of those that do.
fn own_line(format: LogFormat, level: &str, message: &str, fields: &[(&str, serde_json::Value)]) -> Vec<u8> {
    let now = clock::rfc3339(clock::now_micros());
    let line = match format {
        LogFormat::Json => {
            let mut line = json!({ "timestamp": now, "level": level, "message": message });
            if let Some(members) = line.as_object_mut() {
                members.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            }
            line.to_string()
        }
        LogFormat::Text => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{now} {level:>5} {message} {}", fields.join(" "))
        }
    };
    escape::escaped_line(format, format!("{line}\n").as_bytes())
}
