//! A bounded queue of lines and the one thread that writes them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many lines may wait, and how many bytes they may have together.
pub(super) const MOST_LINES: usize = 2_048;
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// After how long a stream that has no room for now, and says so, is tried again.
const NO_ROOM: Duration = Duration::from_millis(20);

/// Lines that wait to be written, and a count of those that never are.
pub(super) struct LogQueue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    dropped_in_all: AtomicU64,
    clock: fn() -> i64,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// Lines that were dropped after the newest entry.
    dropped: Option<Dropped>,
    /// Whether the thread has taken an entry that it has not finished.
    is_writing: bool,
    is_finished: bool,
}

enum Entry {
    Line(Vec<u8>),
    /// Here lines are missing.
    Missing(Dropped),
}

/// Lines that are missing, and since when, in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Dropped {
    lines: u64,
    since: i64,
}

impl LogQueue {
    /// Starts the thread. `missing` makes the line that says how many lines are missing and since when.
    pub(super) fn start(
        stream: impl Write + Send + 'static,
        missing: impl Fn(u64, i64) -> Vec<u8> + Send + 'static,
        clock: fn() -> i64,
    ) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            dropped_in_all: AtomicU64::new(0),
            clock,
        });
        let writer = Writer { queue: Arc::clone(&queue), stream, missing, is_mid_line: false };
        std::thread::Builder::new().name("logging".into()).spawn(move || writer.run())?;
        Ok(queue)
    }

    /// Hands over a line, or counts it where there is no room. Never waits.
    pub(super) fn push(&self, line: Vec<u8>) {
        let mut waiting = self.waiting();
        let has_room = waiting.entries.len() < MOST_LINES
            && waiting.bytes.saturating_add(line.len()) <= MOST_BYTES
            && !waiting.is_finished;
        if has_room {
            self.enqueue(&mut waiting, line);
        } else {
            self.drop_line(&mut waiting);
        }
    }

    /// Hands over a line that is kept whatever else waits: the last one of the process.
    pub(super) fn push_last(&self, line: Vec<u8>) {
        self.enqueue(&mut self.waiting(), line);
    }

    /// Waits until all is written that was handed over, or for so long. Later lines are dropped.
    pub(super) fn finish(&self, patience: Duration) {
        let mut waiting = self.waiting();
        waiting.is_finished = true;
        self.changed.notify_all();
        let written = self.changed.wait_timeout_while(waiting, patience, |waiting| {
            waiting.is_writing || !waiting.entries.is_empty()
        });
        // what is not written by now is lost with the process
        drop(written);
    }

    /// How many lines were lost since the start.
    pub(super) fn dropped_in_all(&self) -> u64 {
        self.dropped_in_all.load(Ordering::Relaxed)
    }

    fn enqueue(&self, waiting: &mut Waiting, line: Vec<u8>) {
        if let Some(dropped) = waiting.dropped.take() {
            waiting.entries.push_back(Entry::Missing(dropped));
        }
        waiting.bytes = waiting.bytes.saturating_add(line.len());
        waiting.entries.push_back(Entry::Line(line));
        self.changed.notify_all();
    }

    fn drop_line(&self, waiting: &mut Waiting) {
        self.dropped_in_all.fetch_add(1, Ordering::Relaxed);
        waiting.add_missing(Dropped { lines: 1, since: (self.clock)() });
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // each change is whole before anything can panic
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add_missing(&mut self, more: Dropped) {
        let before = self.dropped.unwrap_or(Dropped { lines: 0, since: more.since });
        let lines = before.lines.saturating_add(more.lines);
        self.dropped = Some(Dropped { lines, since: before.since.min(more.since) });
    }
}

struct Writer<S, M> {
    queue: Arc<LogQueue>,
    stream: S,
    missing: M,
    /// Whether the stream took the beginning of a line and refused the rest.
    is_mid_line: bool,
}

impl<S: Write, M: Fn(u64, i64) -> Vec<u8>> Writer<S, M> {
    /// Runs as long as the process.
    fn run(mut self) {
        let mut is_writable = true;
        loop {
            is_writable = match self.next(is_writable) {
                Entry::Line(line) => {
                    let written = self.write(&line);
                    if written.is_err() {
                        self.queue.drop_line(&mut self.queue.waiting());
                    }
                    written.is_ok()
                }
                Entry::Missing(dropped) => {
                    let line = (self.missing)(dropped.lines, dropped.since);
                    let written = self.write(&line);
                    if written.is_err() {
                        self.queue.waiting().add_missing(dropped);
                    }
                    written.is_ok()
                }
            };
        }
    }

    /// Waits for what is to be written next. That lines are missing is said before the next line or, where the stream
    /// takes lines, as soon as nothing else waits.
    fn next(&self, is_writable: bool) -> Entry {
        let mut waiting = self.queue.waiting();
        waiting.is_writing = false;
        self.queue.changed.notify_all();
        loop {
            let entry = waiting.entries.pop_front();
            let entry = entry.or_else(|| waiting.dropped.take_if(|_| is_writable).map(Entry::Missing));
            if let Some(entry) = entry {
                if let Entry::Line(line) = &entry {
                    waiting.bytes = waiting.bytes.saturating_sub(line.len());
                }
                waiting.is_writing = true;
                return entry;
            }
            waiting = self.queue.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_mid_line {
            self.write_bytes(b"\n")?;
            self.is_mid_line = false;
        }
        self.write_bytes(line)
    }

    fn write_bytes(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    self.is_mid_line = !bytes.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // somebody who shares the stream made it so
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(NO_ROOM),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
