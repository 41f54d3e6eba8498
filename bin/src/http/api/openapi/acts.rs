//! What people do, what is followed, and who is told: described.

use super::{Operation, answers, id, named, path, text};
use crate::config::Right;
use crate::http::api::listings;
use crate::http::reason::MAX_CHARACTERS;
use covertrail_projections::Rows;
use serde_json::{Map, Value, json};

pub(super) fn of_people() -> Vec<Operation> {
    let seconds = json!({ "type": "integer", "description": "Unix seconds." });
    let perhaps = json!({ "type": ["integer", "null"], "description": "Unix seconds." });
    let reason = json!({ "type": "string", "pattern": REASON, "maxLength": MAX_CHARACTERS, "description": "Why; an auditor reads it." });
    let review = body(
        &["certificate", "decision", "reason"],
        &json!({
            "certificate": id(),
            "decision": { "enum": ["approve", "deny"] },
            "reason": &reason,
            "lines": { "type": ["array", "null"], "items": text() },
            "start": &perhaps,
            "end": &perhaps,
        }),
    );
    let waiver = body(&["reason", "until"], &json!({ "reason": &reason, "until": &seconds }));
    let again = body(
        &[],
        &json!({
            "reason": { "type": ["string", "null"], "pattern": REASON, "maxLength": MAX_CHARACTERS, "description": "Why, if there is something to say." },
        }),
    );
    let form = json!({ "type": "object", "required": ["certificate"], "additionalProperties": false, "properties": {
        "certificate": { "type": "string", "format": "binary", "description": "A PDF of at most 15 MB." },
    }});
    let form = json!({ "required": true, "content": { "multipart/form-data": {
        "schema": form, "encoding": { "certificate": { "contentType": "application/pdf" } },
    }}});
    [
        ("review", "review", "Decides on a certificate that waits for a person.", Some(review)),
        ("waive", "waive", "Makes an exception until a moment. It is not insured by that, and its gaps stay.", Some(waiver)),
        ("retry", "retry", "Has tried again what is blocked or was declined.", Some(again)),
        ("submit-certificate", "certificates", "Hands in the contractor's own certificate of insurance.", Some(form)),
    ]
    .map(|(name, last, summary, body)| {
        let done = json!({ "type": "object", "properties": {
            "status": { "enum": ["done", "held already"] },
            "work_order": text(),
            "stage": { "type": ["string", "null"] },
            "apply_link": { "type": ["string", "null"] },
            "position": { "type": ["integer", "null"], "description": "For `min_position`, to read one's own write." },
        }});
        let what = "It is done, or held already; the event carries the name of who asked.";
        let mut act = Map::from_iter([
            ("operationId".to_owned(), name.into()),
            ("summary".to_owned(), summary.into()),
            ("parameters".to_owned(), json!([path("work_order"), header("Idempotency-Key", KEY, &json!({ "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" })), header("If-Match", MATCH, &json!({ "type": "string", "minLength": 3, "maxLength": 20, "pattern": "^\"[0-9]+\"$" }))])),
            ("responses".to_owned(), answers(what, &done, &["400", "404", "409", "412", "413", "415", "422"])),
        ]);
        act.extend(body.map(|body| ("requestBody".to_owned(), body)));
        Operation::post(Right::Act, "What people do", &format!("/v1/work-orders/{{work_order}}/{last}"), Value::Object(act))
    })
    .into()
}

/// Something that is not white space, and no control characters but line breaks.
const REASON: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x09\x0b-\x1f\x7f-\x9f]*$";

const KEY: &str =
    "Under one key a thing is done once, also after a restart; another thing under it is refused with 422.";
const MATCH: &str = "The work order's ETag, several with commas between, or *: if something has happened since, nothing is done and the answer is 412.";

pub(super) fn streams() -> Vec<Operation> {
    let query = |name: &str, what: &str| json!({ "name": name, "in": "query", "description": what, "schema": named() });
    let lists = listings::ALL.iter().filter(|listing| !matches!(listing.table.rows, Rows::OfBoard { .. }));
    let lists: Vec<&str> =
        lists.map(|listing| if listing.name == "work-orders" { "board" } else { listing.name }).collect();
    let list = json!({ "name": "list", "in": "path", "required": true, "description": "Which list.", "schema": { "enum": lists } });
    vec![
        Operation::get(
            Right::Read,
            "What is followed",
            "/v1/events",
            json!({
                "operationId": "events",
                "summary": "The coverage events as they are recorded, as CloudEvents; `id` is the position.",
                "parameters": [
                    query("after", "Those after this position; without it (or Last-Event-ID), from now on."),
                    query("type", "Only events of this name, such as coverage.quoted.v1."),
                    query("work_order", "Only those of this work order."),
                ],
                "responses": followed("Server-Sent Events named `coverage`, and a comment every 15 seconds.", &["400"]),
            }),
        ),
        Operation::get(
            Right::Read,
            "What is followed",
            "/v1/subscriptions/{list}",
            json!({
                "operationId": "subscription",
                "summary": "The rows of a list as they are, then every change of them. Takes the list's own filters.",
                "parameters": [list, query("after", "The `id` of the last change that was heard; so does Last-Event-ID.")],
                "responses": followed(
                    "`row` for each row, `ready`, then `change` with all rows of what changed; `reset` where one has to begin anew.",
                    &["400", "404"],
                ),
            }),
        ),
    ]
}

/// An answer that goes on for ever.
fn followed(what: &str, refusals: &[&str]) -> Value {
    let mut answers = answers(what, &text(), refusals);
    if let Some(answer) = answers.get_mut("200") {
        *answer = json!({ "description": what, "content": { "text/event-stream": { "schema": text() } } });
    }
    answers
}

pub(super) fn of_subscribers() -> Vec<Operation> {
    let one = json!({ "type": "object", "properties": {
        "name": text(), "origin": text(), "state": text(),
        "position": { "type": "integer" }, "wrong_lines": { "type": "integer" }, "waiting": { "type": "integer" },
        "lag_seconds": { "type": "integer" }, "dead": { "type": "integer" },
    }});
    let all = json!({ "type": "object", "properties": { "items": { "type": "array", "items": &one } } });
    let replay = json!({ "required": true, "content": { "application/json": { "schema": { "oneOf": [
        { "type": "object", "required": ["from"], "additionalProperties": false,
          "properties": { "from": { "type": "integer", "minimum": 0 } } },
        { "type": "object", "required": ["dead"], "additionalProperties": false, "properties": { "dead": { "const": true } } },
    ]}}}});
    vec![
        Operation::get(
            Right::Read,
            "Who is told",
            "/v1/subscribers",
            json!({
                "operationId": "subscribers",
                "summary": "Who is told of events by webhooks, and how far they are.",
                "responses": answers("All of them.", &all, &[]),
            }),
        ),
        Operation::get(
            Right::Read,
            "Who is told",
            "/v1/subscribers/{name}",
            json!({
                "operationId": "subscriber",
                "summary": "One of them, with what was given up.",
                "parameters": [path("name")],
                "responses": answers("How it stands.", &one, &["400", "404"]),
            }),
        ),
        Operation::post(
            Right::Administer,
            "Who is told",
            "/v1/subscribers/{name}/replay",
            json!({
                "operationId": "replay",
                "summary": "Has them told again from a position on, or what was given up.",
                "parameters": [path("name")],
                "requestBody": replay,
                "responses": answers("How it stands then.", &one, &["400", "404", "413", "415", "422"]),
            }),
        ),
    ]
}

fn body(required: &[&str], properties: &Value) -> Value {
    let schema = json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties });
    let content = json!({ "application/json": { "schema": schema } });
    json!({ "required": !required.is_empty(), "content": content })
}

fn header(name: &str, what: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "header", "description": what, "schema": schema })
}
