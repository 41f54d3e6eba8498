use super::queue::{LogQueue, MOST_BYTES, MOST_LINES};
use super::*;
use std::sync::{Condvar, Mutex};

/// A stream that takes lines, refuses them or lets the writer wait, as it is set.
#[derive(Clone, Default)]
struct Reader(Arc<(Mutex<Reading>, Condvar)>);

#[derive(Default)]
struct Reading {
    text: String,
    is_asleep: bool,
    /// After so many more bytes every write fails.
    room: Option<usize>,
    waits: bool,
}

impl Reader {
    fn set(&self, change: impl FnOnce(&mut Reading)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    /// What has arrived once it is as wanted.
    fn until(&self, wanted: impl Fn(&Reading) -> bool) -> String {
        let reading = self.0.0.lock().unwrap();
        let patience = Duration::from_mins(1);
        let (reading, timed) = self.0.1.wait_timeout_while(reading, patience, |now| !wanted(now)).unwrap();
        assert!(!timed.timed_out(), "{}", reading.text);
        reading.text.clone()
    }

    fn queue(&self) -> Arc<LogQueue> {
        let missing = |lines, since| format!("{lines} missing since {since}\n").into_bytes();
        LogQueue::start(self.clone(), missing, || 7).unwrap()
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut reading = self.0.0.lock().unwrap();
        reading.waits = true;
        self.0.1.notify_all();
        let mut reading = self.0.1.wait_while(reading, |now| now.is_asleep).unwrap();
        reading.waits = false;
        let taken = bytes.len().min(reading.room.unwrap_or(usize::MAX));
        if taken == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        reading.room = reading.room.map(|room| room - taken);
        reading.text.push_str(std::str::from_utf8(&bytes[..taken]).unwrap());
        self.0.1.notify_all();
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_without_a_reader_are_dropped_and_counted_where_they_are_missing() {
    let reader = Reader::default();
    reader.set(|now| now.is_asleep = true);
    let queue = reader.queue();
    queue.push(b"first\n".to_vec());
    reader.until(|now| now.waits);
    for number in 0..MOST_LINES + 3 {
        queue.push(format!("{number}\n").into_bytes());
    }
    assert_eq!(queue.dropped_in_all(), 3);
    reader.set(|now| now.is_asleep = false);
    reader.until(|now| now.text.contains("missing"));
    queue.push(b"later\n".to_vec());
    let text = reader.until(|now| now.text.contains("later"));
    let end = format!("\n{}\n3 missing since 7\nlater\n", MOST_LINES - 1);
    assert!(text.starts_with("first\n0\n1\n") && text.ends_with(&end), "{text}");
}

#[test]
fn few_long_lines_are_too_many_as_well() {
    let reader = Reader::default();
    reader.set(|now| now.is_asleep = true);
    let queue = reader.queue();
    queue.push(b"first\n".to_vec());
    reader.until(|now| now.waits);
    queue.push(vec![b'a'; MOST_BYTES]);
    queue.push(b"b".to_vec());
    assert_eq!(queue.dropped_in_all(), 1);
}

#[test]
fn after_a_full_disk_the_next_line_begins_a_line_and_the_lost_ones_are_counted() {
    let reader = Reader::default();
    reader.set(|now| now.room = Some(10));
    let queue = reader.queue();
    queue.push(b"first\n".to_vec());
    queue.push(b"second\n".to_vec());
    queue.push(b"third\n".to_vec());
    queue.finish(Duration::from_mins(1));
    assert_eq!(queue.dropped_in_all(), 2);
    reader.set(|now| now.room = None);
    queue.push_last(b"last\n".to_vec());
    queue.finish(Duration::from_mins(1));
    assert_eq!(reader.until(|_| true), "first\nseco\n2 missing since 7\nlast\n");
}

#[test]
fn the_end_waits_for_what_is_written_and_not_for_a_reader_that_sleeps() {
    let reader = Reader::default();
    let queue = reader.queue();
    for _ in 0..MOST_LINES {
        queue.push(b"line\n".to_vec());
    }
    queue.finish(Duration::from_mins(1));
    assert_eq!(reader.until(|_| true).lines().count(), MOST_LINES);
    reader.set(|now| now.is_asleep = true);
    queue.push_last(b"last\n".to_vec());
    queue.finish(Duration::from_millis(10));
    assert!(!reader.until(|_| true).contains("last"));
}

/// The lines that an event leaves, formatted as the process formats them.
fn logged(format: LogFormat, colours: bool, log: impl FnOnce()) -> String {
    let reader = Reader::default();
    let queue = reader.queue();
    let layer = layer(format, colours, Lines(Arc::clone(&queue), format));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
    queue.finish(Duration::from_mins(1));
    reader.until(|_| true)
}

const HOSTILE: &str =
    "a\x1b[31m\u{9b}2J\r\n2026-11-28T00:00:00Z ERROR forged\u{2028}\u{202e}\u{7f}\0\t\u{1b}]0;title\u{7} \"é";

#[test]
fn what_comes_from_outside_moves_no_cursor_begins_no_line_and_turns_no_text() {
    for (format, colours) in [(LogFormat::Text, false), (LogFormat::Text, true), (LogFormat::Json, false)] {
        let text = logged(format, colours, || {
            tracing::warn!(display = %HOSTILE, debug = ?HOSTILE, plain = HOSTILE, "message {HOSTILE}");
        });
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        let ours =
            text.replace("\x1b[0m", "").replace("\x1b[2m", "").replace("\x1b[3m", "").replace("\x1b[33m", "");
        assert_eq!(ours == text, !colours, "{text:?}");
        let line = ours.trim_end_matches('\n');
        let bad = |character: char| character.is_control() || "\u{2028}\u{202e}".contains(character);
        assert!(!line.contains(bad) && line.contains('é'), "{line:?}");
        if format == LogFormat::Json {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["plain"], HOSTILE, "nothing of it is lost");
        }
    }
}

#[test]
fn lines_of_our_own_look_like_all_others() {
    let fields = [("lines", json!(3)), ("since", json!(HOSTILE))];
    let line = String::from_utf8(own_line(LogFormat::Json, "WARN", "missing", &fields)).unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["level"], &line["lines"], &line["since"]),
        (&json!("WARN"), &json!(3), &json!(HOSTILE))
    );
    let line = String::from_utf8(own_line(LogFormat::Text, "WARN", "missing", &fields)).unwrap();
    assert!(line.contains("  WARN missing lines=3") || line.contains(" WARN missing lines=3"), "{line}");
    assert_eq!(line.matches('\n').count(), 1);
}

#[test]
fn messages_for_people_keep_their_lines_and_lose_their_controls() {
    assert_eq!(escape_controls("two\nlines \x1b[2J \u{202e}é"), "two\nlines \\u{1b}[2J \\u{202e}é");
}
