//! The overview: what needs somebody now, whether we hear everything, and how it goes over time.

use super::calendar::midnight;
use super::charts::{self, Bar, Chart};
use super::feeds::Feed;
use super::page::{self, Place};
use super::read::{self, MANY};
use super::rows::{Count, Day, Review};
use super::session::Viewer;
use super::words::{icon, number, some, standing, tone};
use super::{Failed, feeds, live, time};
use crate::clock;
use crate::http::Shared;
use axum::Extension;
use axum::extract::State;
use covertrail_adapters::store::Position;
use covertrail_domain::coverage::Badge;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::{BLOCKED, BOARD, CERTIFICATES, FIGURES, REVIEWS};
use covertrail_projections::{Query, Reader, ViewsError, Where};
use maud::{Markup, html};
use std::sync::Arc;

/// How far back the charts look.
const DAYS: i64 = 30;

struct Found {
    standings: Vec<Count>,
    reviews: i64,
    blocked: i64,
    oldest: Option<Review>,
    /// How many have waited for more than a day.
    aged: u64,
    /// How many 1099Policy does not get done with.
    stuck: u64,
    heard: Vec<Feed>,
    days: Vec<Day>,
}

/// `GET /`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
) -> Result<Markup, Failed> {
    let now = clock::now();
    let stuck = shared.stuck();
    let (found, seen) = read::page(&shared, move |reader| found(reader, &stuck, now)).await?;
    let head = shared.engine.store.head().await.ok().flatten().map_or(0, Position::get);
    let behind = head.saturating_sub(shared.models.hub().progress().position);
    Ok(page::page(
        &viewer,
        Place::Overview,
        "Overview",
        &html! {
            div.head { h1 { "Overview" } (live::state(now)) }
            (live::kept_up("figures", "/", &seen, &html! {
                (needing(&found, now))
                (hearing(&found, behind, now))
                (over_time(&found.days, now))
            }))
        },
    ))
}

fn found(reader: &Reader, stuck: &[Where<'_>], now: Timestamp) -> Result<Found, ViewsError> {
    let oldest = Query { order: &["since"], limit: 1, ..Query::default() };
    let day_ago = Where::UpTo("since", now.plus(-86_400).into());
    let since = midnight(now.plus(-(DAYS - 1) * 86_400)).unix();
    let days = Query { wheres: vec![Where::From("began", since.into())], limit: MANY, ..Query::default() };
    Ok(Found {
        standings: read::counts(reader, &BOARD, "urgency")?,
        reviews: sum(&read::counts(reader, &REVIEWS, "waits_for")?),
        blocked: sum(&read::counts(reader, &BLOCKED, "step")?),
        oldest: read::rows(reader, &REVIEWS, &oldest)?.pop(),
        aged: reader.count(&REVIEWS, &[day_ago])?,
        stuck: reader.count(&CERTIFICATES, stuck)?,
        heard: feeds::all(reader)?,
        days: read::rows(reader, &FIGURES, &days)?,
    })
}

impl Found {
    fn standing(&self, badge: Badge) -> i64 {
        counted(&self.standings, &badge.urgency().to_string())
    }
}

fn sum(counts: &[Count]) -> i64 {
    counts.iter().map(|count| count.count).sum()
}

/// What was counted under a name.
pub(super) fn counted(counts: &[Count], what: &str) -> i64 {
    counts.iter().find(|count| count.what == what).map_or(0, |count| count.count)
}

fn needing(found: &Found, now: Timestamp) -> Markup {
    let (reviews, blocked) = (found.reviews, found.blocked);
    let oldest = found.oldest.as_ref().and_then(|review| review.since);
    html! {
        section aria-labelledby="now" {
            h2 id="now" { "Now" }
            ul.cards {
                @for badge in [Badge::UninsuredWorking, Badge::AtRisk, Badge::ExpiresBeforeWorkEnds, Badge::Expiring, Badge::NeedsReview, Badge::Insured] {
                    @let count = found.standing(badge);
                    li { a class={ "card " @if count > 0 { (tone(badge)) } @else { "none" } } href={ "/board?standing=" (badge.as_str()) } {
                        span.of { (icon(badge.as_str())) (standing(badge)) }
                        span.figure { (number(count)) }
                        span.hint { (meaning(badge)) }
                    } }
                }
                li { a class={ "card " @if reviews > 0 || found.stuck > 0 { "warn" } @else { "none" } } href="/reviews" {
                    span.of { (icon("reviews")) "Review queue" }
                    span.figure { (number(reviews)) }
                    span.hint { @match oldest { Some(since) => { "the oldest came " (time::ago(since, now)) @if found.aged > 0 { "; " (found.aged) " wait for more than a day" } }, None => "no certificate waits" } @if found.stuck > 0 { "; " (found.stuck) " stuck at 1099Policy" } }
                } }
                li { a class={ "card " @if blocked > 0 { "bad" } @else { "none" } } href="/integrations#blocked" {
                    span.of { (icon("refused")) "Blocked steps" }
                    span.figure { (number(blocked)) }
                    span.hint { "waiting for a person" }
                } }
            }
        }
    }
}

const fn meaning(badge: Badge) -> &'static str {
    match badge {
        Badge::UninsuredWorking => "work goes on without cover",
        Badge::AtRisk => "starts within 48 h, not bound",
        Badge::ExpiresBeforeWorkEnds => "cover ends before the work",
        Badge::Expiring => "outran its schedule, cover ends soon",
        Badge::NeedsReview => "something waits for a person",
        Badge::Insured => "every required line is covered",
        Badge::Unknown | Badge::Arranging | Badge::Waived | Badge::Exempt | Badge::Done => "",
    }
}

fn hearing(found: &Found, behind: u64, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="feeds" {
            h2 id="feeds" { "Feeds" }
            dl.facts.wide {
                @for feed in &found.heard { div { dt { (feed.vendor) " last heard" } dd { a href="/integrations" { (feed.told(now)) } } } }
                div { dt { "Read models behind the log" } dd { a href="/integrations" {
                    @if behind == 0 { "not at all" } @else { (some(i64::try_from(behind).unwrap_or(i64::MAX), "event", "events")) }
                } } }
            }
        }
    }
}

fn over_time(days: &[Day], now: Timestamp) -> Markup {
    let each = (0..DAYS).rev().map(|back| midnight(now.plus(-back * 86_400)));
    let of: Vec<(Timestamp, Option<&Day>)> =
        each.map(|day| (day, days.iter().find(|known| known.day == Some(day)))).collect();
    let bars = |value: fn(&Day) -> Option<i64>, told: fn(&Day) -> Option<String>| -> Vec<Bar> {
        let bar = |(day, known): &(Timestamp, Option<&Day>)| Bar {
            of: time::date(*day),
            value: known.and_then(value),
            told: known.and_then(told).unwrap_or_else(|| "–".to_owned()),
        };
        of.iter().map(bar).collect()
    };
    let insured = bars(
        |day| Some(day.insured_percent),
        |day| Some(format!("{} % of {}", day.insured_percent, number(day.work_orders))),
    );
    let until = bars(|day| day.seconds_to_active, |day| day.seconds_to_active.map(time::length));
    let slowest = days.iter().filter_map(|day| day.seconds_to_active).max().unwrap_or(1).max(1);
    html! {
        section aria-labelledby="time" {
            h2 id="time" { "Last " (DAYS) " days" span.hint { " by the day on which work began, in UTC" } }
            @if days.is_empty() {
                (page::empty("No work has begun in these days.", &html! { "Figures come with the first work order that starts. " a href="/board?sort=starts" { "See what starts next" } "." }))
            } @else {
                div.pair {
                    (charts::bars(&Chart { title: "Insured throughout", link: "/board?sort=starts", unit: "Insured", most: 100, told: "100 %".to_owned(), kind: "share" }, &insured))
                    (charts::bars(&Chart { title: "From assigned to insured, on average", link: "/board?standing=arranging", unit: "Time", most: slowest, told: time::length(slowest), kind: "length" }, &until))
                }
            }
        }
    }
}
