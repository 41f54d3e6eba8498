//! Moments as they are shown: in UTC as served, in the viewer's zone once the script has run, with UTC on hover.

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};
use covertrail_adapters::visible::visible;
use covertrail_domain::time::{Timestamp, Window};
use maud::{Markup, html};

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix(), 0).unwrap_or_default()
}

/// A moment, to the minute.
pub(super) fn at(moment: Timestamp) -> Markup {
    let shown = utc(moment).format("%e %b %Y, %H:%M UTC").to_string();
    html! { time.at datetime=(machine(moment)) title=(moment) { (shown.trim_start()) } }
}

/// A moment of recording, in microseconds, to the millisecond.
pub(super) fn recorded(micros: i64) -> Markup {
    let moment = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let iso = moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    html! {
        time.at.fine datetime=(iso) title=(moment.format("%Y-%m-%d %H:%M:%S%.3f UTC")) {
            (moment.format("%e %b, %H:%M:%S%.3f UTC").to_string().trim_start())
        }
    }
}

/// A moment as a distance from now.
pub(super) fn ago(moment: Timestamp, now: Timestamp) -> Markup {
    html! { time.ago datetime=(machine(moment)) title=(moment) { (relative(moment.unix().saturating_sub(now.unix()))) } }
}

/// Words with the moments in them, as the rules write them, made into times.
pub(super) fn sentence(text: &str) -> Markup {
    let (mut rest, mut parts) = (text, Vec::new());
    while let Some((before, moment, after)) = first_moment(rest) {
        parts.push((before, Some(moment)));
        rest = after;
    }
    parts.push((rest, None));
    html! { bdi { @for (words, moment) in parts { (visible(words)) @if let Some(moment) = moment { (at(moment)) } } } }
}

/// The first `2025-11-01 11:40:00 UTC` of a text, and what stands before and after it; in a span only the end has the zone.
fn first_moment(text: &str) -> Option<(&str, Timestamp, &str)> {
    for (place, _) in text.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
        let (before, here) = text.split_at_checked(place)?;
        let Some((written, after)) = here.split_at_checked(19) else { continue };
        if let Ok(moment) = NaiveDateTime::parse_from_str(written, "%Y-%m-%d %H:%M:%S") {
            let after = after.strip_prefix(" UTC").unwrap_or(after);
            return Some((before, Timestamp::from_unix(moment.and_utc().timestamp()), after));
        }
    }
    None
}

/// The time between two moments.
pub(super) fn span(window: Window) -> Markup {
    html! { span.span { (at(window.start())) " – " (at(window.end())) } }
}

/// The form that `<time>` and queries take.
pub(super) fn machine(moment: Timestamp) -> String {
    utc(moment).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day, as a calendar's box has it.
pub(super) fn day(moment: Timestamp) -> String {
    let day = utc(moment);
    if day.day() == 1 { day.format("%-d %b").to_string() } else { day.format("%-d").to_string() }
}

/// The day in words.
pub(super) fn date(moment: Timestamp) -> String {
    utc(moment).format("%-d %b %Y").to_string()
}

/// The day of the week, Monday 0.
pub(super) fn weekday(moment: Timestamp) -> u32 {
    utc(moment).weekday().num_days_from_monday()
}

/// The form of `<input type="date">`.
pub(super) fn civil(moment: Timestamp) -> String {
    utc(moment).format("%Y-%m-%d").to_string()
}

/// `in 3 h`, `12 min ago`.
pub(super) fn relative(seconds: i64) -> String {
    let length = length(seconds.saturating_abs());
    match seconds {
        -4..=4 => "now".to_owned(),
        ..=-5 => format!("{length} ago"),
        5.. => format!("in {length}"),
    }
}

/// A length of time by its greatest unit; the script says the same.
pub(super) fn length(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800.. => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_told_by_their_greatest_unit() {
        for (seconds, told) in [
            (0, "now"),
            (-4, "now"),
            (59, "in 59 s"),
            (-60, "1 min ago"),
            (7_199, "in 1 h"),
            (-172_799, "47 h ago"),
            (172_800, "in 2 d"),
            (i64::MIN, "106751991167300 d ago"),
        ] {
            assert_eq!(relative(seconds), told);
        }
    }

    #[test]
    fn moments_within_words_are_times_too() {
        let told = |text: &str| sentence(text).into_string();
        let time = at(Timestamp::from_unix(1_761_997_200)).into_string();
        assert_eq!(told("ended 2025-11-01 11:40:00 UTC; é"), format!("<bdi>ended {time}; é</bdi>"));
        assert_eq!(
            told("é 2025-11-01 11:40:00 → 2025-11-01 11:40:00 UTC"),
            format!("<bdi>é {time} → {time}</bdi>")
        );
        for plain in ["", "no 2025-11-01 here", "2025-13-01 11:40:00 UTC", "1234567890123456789é"] {
            assert_eq!(told(plain), format!("<bdi>{plain}</bdi>"));
        }
    }

    #[test]
    fn a_moment_is_served_in_utc_for_eyes_and_machines() {
        let markup = at(Timestamp::from_unix(1_761_997_200)).into_string();
        assert_eq!(
            markup,
            "<time class=\"at\" datetime=\"2025-11-01T11:40:00Z\" title=\"2025-11-01 11:40:00 UTC\">1 Nov 2025, 11:40 UTC</time>"
        );
    }
}
