//! A calendar of the next days, with how many of something each has.

use super::time;
use covertrail_domain::time::Timestamp;
use maud::{Markup, html};

/// How many days it shows.
pub(super) const DAYS: i64 = 30;
const DAY: i64 = 86_400;

/// The beginning of a moment's day, in UTC.
pub(super) fn midnight(moment: Timestamp) -> Timestamp {
    moment.plus(-moment.unix().rem_euclid(DAY))
}

/// The days from `first` on, in weeks that begin on Monday. Days with something in them lead to it.
pub(super) fn calendar(first: Timestamp, ends: impl Fn(Timestamp, Timestamp) -> [i64; 2]) -> Markup {
    let before = i64::from(time::weekday(first));
    let weeks = (before + DAYS + 6) / 7;
    html! {
        table.calendar {
            caption.visually-hidden { "Cover that ends and gaps that begin, by day" }
            thead { tr { @for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] { th scope="col" { (day) } } } }
            tbody { @for week in 0..weeks { tr { @for weekday in 0..7 {
                @let place = week * 7 + weekday - before;
                @if (0..DAYS).contains(&place) {
                    @let day = first.plus(place * DAY);
                    @let [expiring, gaps] = ends(day, day.plus(DAY));
                    td class=[(place == 0).then_some("today")] {
                        time.day datetime=(time::civil(day)) { (time::day(day)) }
                        @if expiring > 0 { a.mark.warn href={ "#expires-" (time::civil(day)) } { (expiring) span.word { @if expiring == 1 { " ends" } @else { " end" } } span.visually-hidden { " on " (time::date(day)) } } }
                        @if gaps > 0 { a.mark.bad href={ "#gap-" (time::civil(day)) } { (gaps) span.word { @if gaps == 1 { " gap" } @else { " gaps" } } span.visually-hidden { " on " (time::date(day)) } } }
                    }
                } @else { td.outside {} }
            } } } }
        }
    }
}
