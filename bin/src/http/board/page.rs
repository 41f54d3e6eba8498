//! The frame of every page: where one is, where one can go, and who one is.

use super::assets;
use super::session::Viewer;
use super::words::{icon, icons, outside};
use crate::config::Role;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A page of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Board,
    Reviews,
    Expiring,
    Contractors,
    Integrations,
    Lifecycle,
}

const PLACES: [(Place, &str, &str, &str); 7] = [
    (Place::Overview, "/", "overview", "Overview"),
    (Place::Board, "/board", "board", "Board"),
    (Place::Reviews, "/reviews", "reviews", "Review queue"),
    (Place::Expiring, "/expiring", "calendar", "Expiring and gaps"),
    (Place::Contractors, "/contractors", "people", "Contractors"),
    (Place::Integrations, "/integrations", "plug", "Integrations"),
    (Place::Lifecycle, "/lifecycle", "flow", "Lifecycle"),
];

/// A page for somebody who is signed in.
pub(super) fn page(viewer: &Viewer, place: Place, title: &str, body: &Markup) -> Markup {
    document(
        title,
        &html! {
            a.skip href="#main" { "Skip to the page" }
            header.bar {
                a.brand href="/" { (mark()) "Covertrail" }
                nav aria-label="Pages" {
                    @for (of, path, picture, name) in PLACES {
                        a href=(path) aria-current=[(of == place).then_some("page")] { (icon(picture)) span { (name) } }
                    }
                }
                div.who {
                    span.name { (outside(viewer.who.name.as_str())) span.role { (role(viewer.role())) } }
                    form method="post" action="/sign-out" { button type="submit" { "Sign out" } }
                }
            }
            main id="main" tabindex="-1" { (body) }
            // the one place from which changes are told to those who cannot see them
            p.said role="status" aria-live="polite" id="said" {}
            dialog id="help" aria-labelledby="help-title" {
                h2 id="help-title" { "Keys" }
                dl.keys {
                    dt { kbd { "/" } } dd { "search" }
                    dt { kbd { "j" } " " kbd { "k" } } dd { "next and previous row" }
                    dt { kbd { "Enter" } } dd { "open the row" }
                    dt { kbd { "g" } " then " kbd { "o" } " " kbd { "b" } " " kbd { "r" } " " kbd { "e" } } dd { "overview, board, reviews, expiring" }
                    dt { kbd { "?" } } dd { "this help" }
                }
                form method="dialog" { button.button { "Close" } }
            }
        },
    )
}

/// A page without the frame, such as an error.
pub(super) fn bare(title: &str, body: &Markup) -> Markup {
    document(
        title,
        &html! {
            main.bare id="main" { a.brand href="/" { (mark()) "Covertrail" } h1 { (title) } (body) }
        },
    )
}

/// Where one signs in.
pub(super) fn sign_in(then: &str, refused: bool) -> Markup {
    bare(
        "Sign in",
        &html! {
            form.sign-in method="post" action="/sign-in" {
                input type="hidden" name="then" value=(then);
                label for="token" { "Your token" }
                input id="token" name="token" type="password" autocomplete="current-password" required autofocus
                    aria-describedby="token-hint" aria-invalid=[refused.then_some("true")];
                @if refused {
                    p.error id="token-hint" role="alert" { "Nobody has this token. Check that it was copied whole." }
                } @else {
                    p.hint id="token-hint" { "Whoever runs Covertrail gives it to you. It is kept nowhere in this browser." }
                }
                button.button.main type="submit" { "Sign in" }
            }
        },
    )
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(r#"{"includeIndicatorStyles":false,"allowEval":false,"historyEnabled":false}"#);
                title { (title) " · Covertrail" }
                link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::address("board.css"));
                @for script in ["htmx.js", "sse.js", "board.js"] { script src=(assets::address(script)) defer {} }
            }
            body { (icons()) (body) }
        }
    }
}

fn mark() -> Markup {
    PreEscaped(String::from(
        "<svg class=\"mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 2 20.5 5v6.2c0 5-3.5 8.8-8.5 10.8-5-2-8.5-5.8-8.5-10.8V5z\"/>\
         <path d=\"M7.5 12h3l1.5-3.5 2 6 1.2-2.5h2\"/></svg>",
    ))
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Reviewer => "reviewer",
        Role::Auditor => "auditor",
        Role::Admin => "administrator",
    }
}

/// A list with nothing in it, and what to do about it.
pub(super) fn empty(what: &str, next: &Markup) -> Markup {
    html! { div.empty { p.what { (what) } p { (next) } } }
}
