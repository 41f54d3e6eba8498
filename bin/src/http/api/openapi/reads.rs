//! What is read: described.

use super::{Operation, answers, id, known_at, moment, object, path, refusal, text, words};
use crate::config::Right;
use crate::http::api::listings::{self, Filter, Keeps, Listing, TextForm};
use covertrail_domain::coverage::Badge;
use covertrail_projections::{Holds, Rows, Table, tables};
use serde_json::{Value, json};

const AS_OF: &str = "How it was in the world at this moment: RFC 3339, or a day (its beginning, in UTC).";

pub(super) fn lists() -> impl Iterator<Item = Operation> {
    listings::ALL
        .iter()
        .map(|listing| Operation::get(Right::Read, "Lists", &format!("/v1/{}", listing.name), list(listing)))
}

fn list(listing: &Listing) -> Value {
    let mut parameters: Vec<Value> =
        listing.filters.iter().map(|filter| parameter(listing.table, filter)).collect();
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    parameters.extend([
        json!({ "name": "limit", "in": "query", "description": "How many rows at most.", "schema": limit }),
        json!({ "name": "after", "in": "query", "description": "The `next` of the page before.", "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": 1, "maxLength": 4096 } }),
        json!({
            "name": "min_position", "in": "query", "schema": { "type": "integer", "minimum": 0, "maximum": u64::MAX },
            "description": "Waits until the list has come to this position of the log; 412 where the log does not go that far, or the list does not come there in 10 seconds.",
        }),
        known_at(),
    ]);
    // deliveries and the checklist follow from what was received, and know of no other moment in the world
    if !matches!(listing.table.rows, Rows::OfDelivery(_) | Rows::OfLog(_)) {
        parameters.push(moment("as_of", AS_OF));
    }
    let page = json!({
        "type": "object",
        "required": ["position", "at", "items", "next"],
        "properties": {
            "position": { "type": "integer" },
            "at": { "type": "integer", "description": "Unix seconds." },
            "items": { "type": "array", "items": object(listing.table) },
            "next": { "type": ["string", "null"] },
        },
    });
    json!({
        "operationId": listing.name,
        "summary": listing.table.means,
        "parameters": parameters,
        "responses": answers("A page of the list.", &page, &["400", "412", "422", "429"]),
    })
}

fn parameter(table: &Table, filter: &Filter) -> Value {
    let (column, what) = match filter.keeps {
        Keeps::Is(column) => (column, "Only rows with this value."),
        Keeps::UpTo(column) => (column, "Only rows with at most this value."),
        Keeps::From(column) => (column, "Only rows with at least this value."),
        Keeps::Stands => {
            let badges = Badge::ALL.map(Badge::as_str);
            let schema = json!({ "type": "string", "enum": badges });
            return json!({ "name": filter.name, "in": "query", "description": "Only rows that stand so.", "schema": schema });
        }
        Keeps::Says(_) => {
            let what = "Only rows with these words in them.";
            return json!({ "name": filter.name, "in": "query", "description": what, "schema": words() });
        }
    };
    let schema = match table.column(column).map(|column| column.holds) {
        Some(Holds::Truth) => json!({ "type": "boolean" }),
        Some(Holds::Number | Holds::Cents) => json!({ "type": "integer" }),
        Some(Holds::Moment) => return moment(filter.name, what),
        Some(Holds::Text | Holds::Names) | None => match TextForm::of_column(column) {
            TextForm::Id => id(),
            TextForm::Names(names) => json!({ "type": "string", "enum": names }),
            TextForm::Words => words(),
        },
    };
    json!({ "name": filter.name, "in": "query", "description": what, "schema": schema })
}

pub(super) fn of_work_order() -> [Operation; 3] {
    let operation = |end: &str, described| {
        Operation::get(
            Right::Read,
            "One work order",
            &format!("/v1/work-orders/{{work_order}}{end}"),
            described,
        )
    };
    let asked = |more: &[Value]| [&[path("work_order")], more].concat();
    let object_of_any = json!({ "type": "object" });
    [
        operation(
            "",
            json!({
                "operationId": "work-order",
                "summary": "One work order, with its rows in every read model.",
                "parameters": asked(&[moment("as_of", AS_OF), known_at()]),
                "responses": answers("The work order; its ETag is its revision.", &object(&tables::BOARD), &["400", "404"]),
            }),
        ),
        operation(
            "/history",
            json!({
                "operationId": "history",
                "summary": "Everything that happened to a work order, and what was refused, as it is stored.",
                "parameters": asked(&[]),
                "responses": answers("The events.", &object_of_any, &["400", "404"]),
            }),
        ),
        operation(
            "/standing",
            json!({
                "operationId": "standing",
                "summary": "How a work order stood at any moment.",
                "parameters": asked(&[moment("at", AS_OF), known_at()]),
                "responses": answers("Its standing.", &object_of_any, &["400", "404"]),
            }),
        ),
    ]
}

pub(super) fn of_program() -> [Operation; 4] {
    let words =
        |what: &str| json!({ "description": what, "content": { "text/plain": { "schema": text() } } });
    let group = "The program";
    let live = json!({
        "operationId": "live",
        "summary": "Whether the process lives.",
        "responses": { "200": words("It does.") },
    });
    let metrics = json!({
        "operationId": "metrics",
        "summary": "The figures that are watched.",
        "responses": {
            "200": words("Gauges and histograms, as Prometheus reads them."),
            "503": refusal("The log or the read models cannot be read now."),
        },
    });
    let numbers = |of: &str| json!({ "type": "integer", "description": of });
    let ready = json!({ "type": "object", "properties": {
        "log_position": numbers("The newest event's."),
        "read_models_position": numbers("How far the read models have followed."),
        "projection_lag": numbers("How many events they are behind."),
        "feed_age_seconds": { "type": "object", "description": "How long each vendor has been silent." },
    }});
    let ready = json!({
        "operationId": "ready",
        "summary": "Whether the log has been read, so that work is done.",
        "responses": {
            "200": { "description": "It has.", "content": { "application/json": { "schema": ready } } },
            "503": refusal("Not yet, or it cannot be read."),
        },
    });
    let everybody =
        |path: &str, told| Operation { right: None, ..Operation::get(Right::Read, group, path, told) };
    let openapi = json!({
        "operationId": "openapi",
        "summary": "This description, as OpenAPI 3.1.",
        "responses": answers("The description.", &json!({ "type": "object" }), &[]),
    });
    [
        Operation::get(Right::Read, group, "/v1/openapi.json", openapi),
        Operation::get(Right::Read, group, "/metrics", metrics),
        everybody("/livez", live),
        everybody("/readyz", ready),
    ]
}
