//! Moments as RFC 3339 writes them, in UTC.

use super::malformed::Fault;
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use covertrail_domain::time::Timestamp;

/// In whole seconds: `2025-11-01T11:40:00Z`.
pub(super) fn seconds(at: Timestamp) -> String {
    let mut text = to_the_second(calendar(micros(at)));
    text.push('Z');
    text
}

/// In microseconds: `2025-11-01T11:40:00.000001Z`. Years outside 0 to 9999 are drawn in to them.
pub(super) fn microseconds(unix_micros: i64) -> String {
    let moment = calendar(unix_micros);
    let mut text = to_the_second(moment);
    text.push('.');
    push(&mut text, moment.timestamp_subsec_micros(), 100_000);
    text.push('Z');
    text
}

/// Reads a moment, in any way that RFC 3339 allows.
pub(super) fn parse(text: &str) -> Result<DateTime<Utc>, Fault> {
    let other = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    as_written_here(text).or_else(other).ok_or(Fault::new("is no moment as RFC 3339 writes it"))
}

/// Written by hand and into one buffer, for two of these stand in every envelope.
fn to_the_second(moment: DateTime<Utc>) -> String {
    let mut text = String::with_capacity("2025-11-01T11:40:00.000001Z".len());
    push(&mut text, moment.year().unsigned_abs(), 1000);
    let parts = [
        ('-', moment.month()),
        ('-', moment.day()),
        ('T', moment.hour()),
        (':', moment.minute()),
        (':', moment.second()),
    ];
    for (before, part) in parts {
        text.push(before);
        push(&mut text, part, 10);
    }
    text
}

/// The digits of a number, from that of the highest place given down to the ones.
fn push(text: &mut String, number: u32, highest: u32) {
    let mut place = highest;
    while place > 0 {
        text.push(char::from_digit(number / place % 10, 10).unwrap_or('0'));
        place /= 10;
    }
}

fn micros(at: Timestamp) -> i64 {
    at.unix().saturating_mul(1_000_000)
}

fn calendar(unix_micros: i64) -> DateTime<Utc> {
    let last = micros(Timestamp::MAX).saturating_add(999_999);
    // the calendar has every moment of these years, so the default never comes to pass
    DateTime::from_timestamp_micros(unix_micros.clamp(micros(Timestamp::MIN), last)).unwrap_or_default()
}

/// Reads the one way in which moments are written here, several times as fast as a parser of all of them:
/// every envelope of the log is read to rebuild a read model.
fn as_written_here(text: &str) -> Option<DateTime<Utc>> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date.as_bytes() else { return None };
    let &[h1, h2, b':', n1, n2, b':', s1, s2, ref fraction @ ..] = time.as_bytes() else { return None };
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] if digits.len() == 6 => number(digits)?,
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?
        .and_hms_micro_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?, micros)
        .map(|moment| moment.and_utc())
}

/// At most six digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number: u32, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}
