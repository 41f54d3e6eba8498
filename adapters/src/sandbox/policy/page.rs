//! The page on which a contractor applies, as a person in a browser sees it.

use std::fmt::Write as _;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::DateTime;

use super::object::Object;
use super::sessions::Session;
use super::world::PolicyWorld;
use crate::sandbox::answer::Refusal;
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::missing;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1d2733}\
    main{max-width:34rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:.5rem;\
    box-shadow:0 1px 4px #0002}h1{font-size:1.4rem;margin-top:0}dl{display:grid;\
    grid-template-columns:max-content 1fr;gap:.3rem 1.2rem}dt{color:#5b6775}dd{margin:0}\
    form{display:inline-block;margin:1rem .6rem 0 0}button{font:inherit;padding:.6rem 1.1rem;border-radius:.4rem;\
    border:1px solid #1f5fbf;background:#1f5fbf;color:#fff;cursor:pointer}\
    button.quiet{background:#fff;color:#1f5fbf}";

pub(super) async fn show(State(desk): State<Desk<PolicyWorld>>, Path(id): Path<String>) -> Response {
    let body = desk.act(|world, now| {
        world.start(&id, now);
        Some(describe(world, world.sessions.get(&id)?))
    });
    match body {
        Some(body) => page("Apply for coverage", &body),
        None => refused(&missing("There is no such application.")),
    }
}

/// The contractor agrees.
pub(super) async fn complete(State(desk): State<Desk<PolicyWorld>>, Path(id): Path<String>) -> Response {
    let done = desk.act(|world, now| {
        world.complete(&id, now)?;
        Ok(world.sessions.get(&id).and_then(|session| session.success_url.clone()))
    });
    done.map_or_else(
        |refusal: Refusal| refused(&refusal),
        |link| leave(link, "Thank you. Your coverage is active."),
    )
}

/// The contractor goes away; the session stays open.
pub(super) async fn abandon(State(desk): State<Desk<PolicyWorld>>, Path(id): Path<String>) -> Response {
    let link = desk.act(|world, _| Some(world.sessions.get(&id)?.cancel_url.clone()));
    match link {
        Some(link) => leave(link, "Nothing was signed. You can come back to this link later."),
        None => refused(&missing("There is no such application.")),
    }
}

fn describe(world: &PolicyWorld, session: &Object<Session>) -> String {
    let mut body = String::from("<h1>Apply for coverage</h1><dl>");
    if let Some(quote) = world.quotes.get(&session.quote) {
        let job = world.jobs.get(&quote.cover.job).map_or("", |job| job.name.as_str());
        let rate = format!("${}.{:02} per $100 of pay", quote.net_rate / 100, quote.net_rate % 100);
        let facts = [
            ("Work", job.to_owned()),
            ("Coverage", quote.cover.coverage_type.join(", ")),
            ("From", moment(quote.cover.effective_date)),
            ("Until", moment(quote.cover.end_date)),
            ("Rate", rate),
        ];
        for (name, value) in facts {
            // Writing into a string cannot fail.
            let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
        }
    }
    body.push_str("</dl>");
    if session.is_open() {
        let _ = write!(
            body,
            "<form method=\"post\" action=\"/apply/{0}/complete\"><button>Agree and get covered</button></form>\
             <form method=\"post\" action=\"/apply/{0}/abandon\"><button class=\"quiet\">Not now</button></form>",
            escape(&session.id)
        );
    } else if session.is_complete() {
        body.push_str("<p>This application is complete.</p>");
    } else {
        body.push_str("<p>This application can no longer be filled in.</p>");
    }
    body
}

fn leave(link: Option<String>, otherwise: &str) -> Response {
    match link {
        Some(link) => Redirect::to(&link).into_response(),
        None => page("1099Policy sandbox", &format!("<p>{}</p>", escape(otherwise))),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let body = format!("<h1>This did not work</h1><p>{}</p>", escape(&refusal.message()));
    (refusal.status(), page("This did not work", &body)).into_response()
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>",
        escape(title)
    );
    (StatusCode::OK, Html(html)).into_response()
}

fn moment(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0)
        .map_or_else(String::new, |moment| moment.format("%-d %B %Y, %H:%M UTC").to_string())
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
