//! The description of all this, as OpenAPI 3.1: made from the same data as the lists themselves.

mod acts;
mod reads;

use super::json;
use crate::config::{Right, Role};
use crate::http::query;
use axum::response::Response;
use covertrail_projections::{Column, Holds, Table};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// `GET /v1/openapi.json`
pub(super) async fn openapi() -> Response {
    json(described().to_string())
}

/// Something that can be asked for, or done.
struct Operation {
    path: String,
    method: &'static str,
    /// What it wants of whoever asks; nothing where no token is needed.
    right: Option<Right>,
    /// What it stands under.
    group: &'static str,
    described: Value,
}

impl Operation {
    fn get(right: Right, group: &'static str, path: &str, described: Value) -> Self {
        Self { path: path.to_owned(), method: "get", right: Some(right), group, described }
    }

    fn post(right: Right, group: &'static str, path: &str, described: Value) -> Self {
        Self { method: "post", ..Self::get(right, group, path, described) }
    }

    /// The description, with who may ask.
    fn told(self) -> Value {
        let (mut more, mut refusals) = (Map::new(), Map::new());
        let who = if let Some(right) = self.right {
            let roles: Vec<_> = right.roles().map(Role::as_str).collect();
            refusals.insert("401".into(), refusal("No token, or one that nobody has."));
            let who = if right == Right::Read {
                "For every role.".into()
            } else {
                refusals.insert("403".into(), refusal("A role that may not do this, or, where four eyes are asked for, one's own certificate."));
                format!("For the role {}.", roles.join(" or "))
            };
            more.insert("x-roles".into(), roles.into());
            who
        } else {
            more.insert("security".into(), json!([]));
            "For everybody, without a token.".into()
        };
        more.insert("tags".into(), json!([self.group]));
        more.insert("description".into(), who.into());
        let mut told = self.described;
        for (into, add) in [("", more), ("/responses", refusals)] {
            if let Some(Value::Object(members)) = told.pointer_mut(into) {
                members.extend(add);
            }
        }
        told
    }
}

/// What operations stand under, in the order in which they are read.
const GROUPS: [&str; 6] =
    ["One work order", "Lists", "What people do", "What is followed", "Who is told", "The program"];

/// The whole description.
pub(in crate::http) fn described() -> Value {
    let operations = reads::lists()
        .chain(reads::of_work_order())
        .chain(acts::of_people())
        .chain(acts::streams())
        .chain(acts::of_subscribers())
        .chain(reads::of_program());
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let (path, method) = (operation.path.clone(), operation.method);
        paths.entry(path).or_default().insert(method.to_owned(), operation.told());
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Covertrail", "version": env!("CARGO_PKG_VERSION") },
        "externalDocs": { "url": "/reference", "description": "The same, to be read." },
        "security": [{ "token": [] }],
        "tags": GROUPS.map(|group| json!({ "name": group })),
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

const KNOWN_AT: &str = "By what was recorded up to this moment or position.";

fn path(name: &str) -> Value {
    let (what, schema) = if name == "name" {
        ("The subscriber's name in the configuration.", subscriber())
    } else {
        ("WorkMarket's id of it.", id())
    };
    json!({ "name": name, "in": "path", "required": true, "description": what, "schema": schema })
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

/// As both vendors write ids.
fn id() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_~:-][A-Za-z0-9_~:.-]*$", "minLength": 1, "maxLength": 128 })
}

/// As the configuration names subscribers.
fn subscriber() -> Value {
    json!({ "type": "string", "pattern": "^[a-z][a-z0-9-]*$", "minLength": 1, "maxLength": 64 })
}

/// Words without control characters.
fn words() -> Value {
    json!({ "type": "string", "pattern": "^[^\u{0}-\u{1f}\u{7f}-\u{9f}]*$", "maxLength": query::MAX_WORDS })
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
            Holds::Names => "array",
        };
        let unit = match column.holds {
            Holds::Moment => " In Unix seconds.",
            Holds::Cents => " In US cents.",
            Holds::Text | Holds::Names | Holds::Number | Holds::Truth => "",
        };
        let mut told = json!({ "type": [kind, "null"], "description": format!("{}{unit}", column.means) });
        if let (Holds::Names, Value::Object(told)) = (column.holds, &mut told) {
            told.insert("items".into(), text());
        }
        (column.name.to_owned(), told)
    };
    json!({ "type": "object", "properties": table.columns.iter().map(property).collect::<Map<_, _>>() })
}

fn answers(what: &str, schema: &Value, refusals: &[&str]) -> Value {
    let mut answers = Map::new();
    answers.insert(
        "200".into(),
        json!({ "description": what, "content": { "application/json": { "schema": schema } } }),
    );
    for status in [&["503"], refusals].concat() {
        let why = match status {
            "400" => {
                "A parameter, a header or the path has what it does not take, and the answer names it; or the body is missing or no JSON."
            }
            "404" => "There is no such thing.",
            "409" => {
                "The rules do not allow it now; the answer says why, and so does the work order's history."
            }
            "412" => "The log has not come that far, or the work order has moved on.",
            "429" => {
                "One person has too many questions about other moments; `Retry-After` says when to ask again."
            }
            "413" => "The body is too large.",
            "415" => "The body says that it is something else than what is taken.",
            "422" => "A field has what it does not take, and the answer names it; or it means nothing here.",
            _ => "It cannot be read or recorded now; try again.",
        };
        answers.insert(status.into(), refusal(why));
    }
    Value::Object(answers)
}

fn refusal(why: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/problem" });
    json!({ "description": why, "content": { "application/problem+json": { "schema": schema } } })
}
