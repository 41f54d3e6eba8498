//! Everything that happened to a work order, and what was refused, as it is stored.

use super::{Shared, json, no_such_work_order, problem, troubled};
use crate::clock;
use crate::engine::{COVERAGE, REFUSAL};
use crate::http::Who;
use crate::http::path::ApiPath;
use crate::views::Trouble;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Envelope, Refusal};
use covertrail_adapters::store::Recorded;
use covertrail_domain::id::WorkOrderId;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /v1/work-orders/{work_order}/history`
pub(super) async fn history(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    ApiPath(id): ApiPath<WorkOrderId>,
) -> Response {
    let mut told = Vec::new();
    for category in [COVERAGE, REFUSAL] {
        let stream = format!("{category}-{id}");
        let take = |recorded: &Recorded<'_>| {
            let mut line = entry(recorded, &who);
            if let (Some(why), Value::Object(members)) = (unreadable(recorded), &mut line) {
                members.insert("unreadable".to_owned(), why.into());
            }
            told.push((recorded.position, line));
        };
        if let Err(trouble) = shared.models.events_of(&stream, take).await {
            return unread(&trouble);
        }
    }
    if told.is_empty() {
        return no_such_work_order();
    }
    told.sort_by_key(|(position, _)| *position);
    let items: Vec<Value> = told.into_iter().map(|(_, entry)| entry).collect();
    json(json!({ "work_order": id.as_str(), "items": items }).to_string())
}

fn unread(trouble: &Trouble) -> Response {
    match trouble {
        Trouble::Malformed { .. } => {
            problem(StatusCode::INTERNAL_SERVER_ERROR, "the log holds what cannot be read")
        }
        Trouble::Log(_) | Trouble::Views(_) | Trouble::Gone | Trouble::Ending => troubled(trouble),
    }
}

/// An event as it is stored. Where a contractor applies is for whoever may audit: the link opens their application.
pub(super) fn entry(recorded: &Recorded<'_>, who: &Who) -> Value {
    json!({
        "position": recorded.position.get(),
        "stream": recorded.stream,
        "revision": recorded.revision,
        "id": recorded.id.to_string(),
        "kind": recorded.kind,
        "recorded_at": clock::rfc3339(recorded.recorded_at),
        "data": data(recorded, who),
        "metadata": parsed(recorded.metadata),
    })
}

/// What is wrong with a line of the log, if it cannot be read; without what stands in it.
fn unreadable(recorded: &Recorded<'_>) -> Option<String> {
    let read = if OwnCategory::of_stream(recorded.stream) == Some(OwnCategory::Refusal) {
        Refusal::decode(recorded.kind, recorded.data).map(|_| ())
    } else {
        schema::decode(recorded.kind, recorded.data).map(|_| ())
    };
    read.and_then(|()| Envelope::decode(recorded.metadata).map(|_| ())).err().map(|error| error.to_string())
}

/// What happened, without what opens doors unless it is for them.
pub(super) fn data(recorded: &Recorded<'_>, who: &Who) -> Value {
    let mut data = parsed(recorded.data);
    if let (false, Value::Object(members)) = (who.role.may_audit(), &mut data) {
        members.remove("url");
    }
    data
}

pub(super) fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}
