//! The review queue: each certificate beside the rules it failed; and those that 1099Policy does not get done with.

use super::list::encoded;
use super::page::{self, Place};
use super::read::{self, MANY};
use super::rows::{Review, Unjudged};
use super::session::Viewer;
use super::words::{copyable, plain};
use super::{Failed, live, time};
use crate::clock;
use crate::http::Shared;
use crate::http::four_eyes::FourEyes;
use axum::Extension;
use axum::extract::State;
use covertrail_domain::id::CertificateId;
use covertrail_domain::time::{Timestamp, Window};
use covertrail_projections::Query;
use covertrail_projections::tables::{CERTIFICATES, REVIEWS};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;

/// `GET /reviews`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
) -> Result<Markup, Failed> {
    let query = Query { order: &["since"], limit: MANY, ..Query::default() };
    let stuck = Query { wheres: shared.stuck(), order: &["handed_in"], limit: MANY, ..Query::default() };
    let ((found, stuck), seen): ((Vec<Review>, Vec<Unjudged>), _) = read::page(&shared, move |reader| {
        Ok((read::rows(reader, &REVIEWS, &query)?, read::rows(reader, &CERTIFICATES, &stuck)?))
    })
    .await?;
    let now = clock::now();
    let own = own_certificates(&shared, &viewer, &found).await?;
    Ok(page::page(
        &viewer,
        Place::Reviews,
        "Review queue",
        &html! {
            div.head { h1 { "Review queue" } p.hint { "whoever waits longest comes first" } (live::state(now)) }
            (live::kept_up("queue", "/reviews", &seen, &html! {
                @if found.is_empty() {
                    (page::empty("No certificate waits for a person.", &html! { "1099Policy’s flags bring them here. " a href="/board" { "Back to the board" } }))
                }
                @for review in &found { (waiting(review, &viewer, own.contains(&review.certificate), now)) }
                @if !stuck.is_empty() { (unjudged(&stuck, now)) }
            }))
        },
    ))
}

/// Those that this viewer may not approve, because they handed them in.
pub(super) async fn own_certificates(
    shared: &Shared,
    viewer: &Viewer,
    reviews: &[Review],
) -> Result<HashSet<String>, Failed> {
    let four_eyes = FourEyes::new(shared);
    let mut own = HashSet::new();
    for review in reviews.iter().filter(|_| viewer.role().may_act()) {
        let Ok(certificate) = CertificateId::parse(&review.certificate) else { continue };
        let is_own = four_eyes.keeps_from_approving(&viewer.who.name, &certificate).await;
        if is_own.map_err(|trouble| Failed::from(&trouble))? {
            own.insert(review.certificate.clone());
        }
    }
    Ok(own)
}

/// Why a viewer cannot approve a certificate.
pub(super) const HANDED_IN_BY_YOU: &str = "You handed it in, so somebody else must approve it.";

fn waiting(review: &Review, viewer: &Viewer, is_own: bool, now: Timestamp) -> Markup {
    let id = &review.certificate;
    html! {
        article.review aria-labelledby={ "of-" (id) } {
            div.certificate {
                h2 id={ "of-" (id) } { a.row href={ "/work-orders/" (encoded(&review.work_order)) } { (review.work_order) } }
                (printed(review))
                @if let Some(starts) = review.work_starts { p.hint { "Work starts " (time::at(starts)) ", " (time::ago(starts, now)) "." } }
            }
            div.rules {
                h3 { @if review.waits_for == "dates" { "Its dates are missing" } @else { "Failed rules" } }
                @match &review.rules {
                    Some(rules) => ul { @for rule in rules.split(';').map(str::trim).filter(|rule| !rule.is_empty()) { li { (rule) } } },
                    None => p { "1099Policy approved it, and nobody has read from when to when it covers. Approve it with its dates." },
                }
                p.hint { "Waits since " @match review.since { Some(since) => { (time::at(since)) ", " (time::ago(since, now)) }, None => "an unknown time" } }
                @if viewer.role().may_act() { p.acts {
                    @if is_own {
                        button.button.main type="button" disabled aria-describedby={ "own-" (id) } { "Approve…" }
                    }
                    @for (decision, name, class) in [("approve", "Approve…", "button main"), ("deny", "Deny…", "button")].iter().filter(|(decision, ..)| !is_own || *decision == "deny") {
                        a class=(class) href={ "/work-orders/" (encoded(&review.work_order)) "/review?certificate=" (encoded(id)) "&decision=" (decision) } aria-label={ (name) " certificate " (id) " of " (review.work_order) } { (name) }
                    }
                }
                @if is_own { p.hint id={ "own-" (id) } { (HANDED_IN_BY_YOU) } } }
            }
        }
    }
}

fn unjudged(stuck: &[Unjudged], now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="stuck" {
            h2 id="stuck" { "Stuck at 1099Policy" }
            p.hint { "1099Policy has had them for longer than it takes, without a word. Ask there, by the certificate’s id." }
            div.scroll tabindex="0" role="region" aria-label="Certificates that are stuck" { table.list {
                thead { tr { th scope="col" { "Work order" } th scope="col" { "Certificate" } th scope="col" { "Contractor" } th scope="col" { "Handed in" } } }
                tbody { @for each in stuck { tr {
                    td { a.row href={ "/work-orders/" (encoded(&each.work_order)) } { (each.work_order) } }
                    td { (copyable(&each.certificate)) }
                    td { @match &each.contractor { Some(contractor) => a href={ "/contractors/" (encoded(contractor)) } { (contractor) }, None => "–" } }
                    td.when data-of="Handed in" { @match each.handed_in { Some(at) => { (time::at(at)) ", " (time::ago(at, now)) }, None => "–" } }
                } } }
            } }
        }
    }
}

/// What is known of a certificate.
pub(super) fn printed(review: &Review) -> Markup {
    let window = review.starts.zip(review.ends).and_then(|(starts, ends)| Window::new(starts, ends));
    html! {
        dl.facts {
            div { dt { "Certificate" } dd { (copyable(&review.certificate)) } }
            @if let Some(contractor) = &review.contractor { div { dt { "Contractor" } dd { a href={ "/contractors/" (encoded(contractor)) } { (contractor) } } } }
            div { dt { "Lines read on it" } dd { @match &review.lines { Some(lines) => (plain(&lines.join(", "))), None => "none" } } }
            div { dt { "Dates read on it" } dd { @match window { Some(window) => (time::span(window)), None => "none" } } }
            div { dt { "Document" } dd { @match &review.document {
                Some(document) => a href={ "/documents/" (document) } download="" { "Download the PDF" },
                None => "handed in at 1099Policy, not here",
            } } }
        }
    }
}
