//! The description of all this, as OpenAPI 3.1: made from the same data as the lists themselves.

mod acts;

use super::json;
use super::listings::{self, Filter, Keeps, Listing};
use axum::response::Response;
use covertrail_domain::coverage::Badge;
use covertrail_projections::{Column, Holds, Rows, Table, tables};
use serde_json::{Map, Value, json};

/// `GET /v1/openapi.json`
pub(super) async fn openapi() -> Response {
    json(described().to_string())
}

/// The whole description.
pub(super) fn described() -> Value {
    let mut paths = Map::new();
    for listing in listings::ALL {
        paths.insert(format!("/v1/{}", listing.name), json!({ "get": list(listing) }));
    }
    let one = "/v1/work-orders/{work_order}";
    let asked = |more: &[Value]| {
        [&[json!({ "name": "work_order", "in": "path", "required": true, "schema": id() })], more].concat()
    };
    paths.insert(one.into(), json!({ "get": {
        "operationId": "work-order",
        "summary": "One work order, with its rows in every read model.",
        "parameters": asked(&[moment("as_of", AS_OF), known_at()]),
        "responses": answers("The work order; its ETag is its revision.", &object(&tables::BOARD), &["400", "404"]),
    }}));
    paths.insert(
        format!("{one}/history"),
        json!({ "get": {
            "operationId": "history",
            "summary": "Everything that happened to a work order, and what was refused, as it is stored.",
            "parameters": asked(&[]),
            "responses": answers("The events.", &json!({ "type": "object" }), &["400", "404"]),
        }}),
    );
    paths.insert(
        format!("{one}/standing"),
        json!({ "get": {
            "operationId": "standing",
            "summary": "How a work order stood at any moment.",
            "parameters": asked(&[moment("at", AS_OF), known_at()]),
            "responses": answers("Its standing.", &json!({ "type": "object" }), &["400", "404"]),
        }}),
    );
    for (path, method, act) in acts::all() {
        paths.insert(path, json!({ method: act }));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Covertrail", "version": env!("CARGO_PKG_VERSION") },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "problem": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": { "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text() },
            }},
        },
    })
}

const AS_OF: &str = "How it was in the world at this moment: RFC 3339, or a day (its beginning, in UTC).";
const KNOWN_AT: &str = "By what was recorded up to this moment or position.";

fn list(listing: &Listing) -> Value {
    let mut parameters: Vec<Value> =
        listing.filters.iter().map(|filter| parameter(listing.table, filter)).collect();
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    parameters.extend([
        json!({ "name": "limit", "in": "query", "description": "How many rows at most.", "schema": limit }),
        json!({ "name": "after", "in": "query", "description": "The `next` of the page before.", "schema": named() }),
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
        "responses": answers("A page of the list.", &page, &["400", "412", "422"]),
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
        Keeps::Says(_) => ("", "Only rows with these words in them."),
    };
    let schema = match table.column(column).map(|column| column.holds) {
        Some(Holds::Truth) => json!({ "type": "boolean" }),
        Some(Holds::Number | Holds::Cents) => json!({ "type": "integer" }),
        Some(Holds::Moment) => return moment(filter.name, what),
        Some(Holds::Text) | None => text(),
    };
    json!({ "name": filter.name, "in": "query", "description": what, "schema": schema })
}

fn moment(name: &str, what: &str) -> Value {
    json!({ "name": name, "in": "query", "description": what, "schema": { "anyOf": moments() } })
}

fn known_at() -> Value {
    let position = json!({ "type": "integer", "minimum": 1, "maximum": u64::MAX, "description": "A position of the log." });
    let forms = [&moments()[..], &[position]].concat();
    json!({ "name": "known_at", "in": "query", "description": KNOWN_AT, "schema": { "anyOf": forms } })
}

fn moments() -> [Value; 2] {
    ["date-time", "date"].map(|format| json!({ "type": "string", "format": format }))
}

fn named() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

/// As both vendors write ids. Others are looked for too, and not found.
fn id() -> Value {
    json!({ "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 128 })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn object(table: &Table) -> Value {
    let property = |column: &Column| {
        let kind = match column.holds {
            Holds::Text => "string",
            Holds::Number | Holds::Moment | Holds::Cents => "integer",
            Holds::Truth => "boolean",
        };
        let unit = match column.holds {
            Holds::Moment => " In Unix seconds.",
            Holds::Cents => " In US cents.",
            Holds::Text | Holds::Number | Holds::Truth => "",
        };
        (
            column.name.to_owned(),
            json!({ "type": [kind, "null"], "description": format!("{}{unit}", column.means) }),
        )
    };
    json!({ "type": "object", "properties": table.columns.iter().map(property).collect::<Map<_, _>>() })
}

fn answers(what: &str, schema: &Value, refusals: &[&str]) -> Value {
    let mut answers = Map::new();
    answers.insert(
        "200".into(),
        json!({ "description": what, "content": { "application/json": { "schema": schema } } }),
    );
    for status in [&["401", "503"], refusals].concat() {
        let schema = json!({ "$ref": "#/components/schemas/problem" });
        let problem = json!({ "description": "Why not.", "content": { "application/problem+json": { "schema": schema } } });
        answers.insert(status.into(), problem);
    }
    Value::Object(answers)
}
