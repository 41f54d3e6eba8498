//! Characters from outside that would move a terminal's cursor, begin a line of their own or turn text around.

use crate::config::LogFormat;
use std::fmt::Write as _;

/// A formatted line, safe to be shown: one line, and no control characters but our own colours.
pub(super) fn escaped_line(format: LogFormat, line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut safe = String::with_capacity(text.len() + 1);
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        // fields are escaped before they are coloured: what is left is a colour of ours
        let colour = character == '\x1b' && is_colour(rest.as_str());
        if !colour && is_control(character) {
            push_escaped(&mut safe, format, character);
        } else {
            safe.push(character);
        }
    }
    safe.push('\n');
    safe.into_bytes()
}

/// A message for people, safe to be shown; it keeps its line breaks.
pub(crate) fn escape_controls(message: &str) -> String {
    let mut safe = String::with_capacity(message.len());
    for character in message.chars() {
        if character != '\n' && is_control(character) {
            push_escaped(&mut safe, LogFormat::Text, character);
        } else {
            safe.push(character);
        }
    }
    safe
}

fn push_escaped(safe: &mut String, format: LogFormat, character: char) {
    let code = u32::from(character);
    // writing to a string cannot fail
    let _ = match (format, character) {
        // all of these are in the basic plane, and beyond ASCII a line of JSON has them in its strings only
        (LogFormat::Json, _) => write!(safe, "\\u{code:04x}"),
        (LogFormat::Text, '\n') => write!(safe, "\\n"),
        (LogFormat::Text, '\r') => write!(safe, "\\r"),
        (LogFormat::Text, '\t') => write!(safe, "\\t"),
        (LogFormat::Text, _) => write!(safe, "\\u{{{code:x}}}"),
    };
}

/// Controls, line separators, and what changes the direction of the text after it.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether an ESC before this begins a sequence that sets colours and does nothing else.
fn is_colour(after: &str) -> bool {
    let Some(parameters) = after.strip_prefix('[') else { return false };
    parameters
        .trim_start_matches(|character: char| character.is_ascii_digit() || character == ';')
        .starts_with('m')
}
