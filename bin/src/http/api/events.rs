//! `GET /v1/events`: the coverage events as they are recorded, as CloudEvents, resumed at any position.

use super::history::{data, parsed};
use super::sse::{self, Gone, Speaker};
use super::{Shared, asked::Pairs, bad, troubled};
use crate::clock;
use crate::engine::COVERAGE;
use crate::http::Who;
use crate::views::ReadModels;
use axum::Extension;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use covertrail_adapters::store::{Batch, Category, Position, Recorded};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// How many events are read at once.
const PAGE: usize = 512;

/// `GET /v1/events?after=…&type=…&work_order=…`; without `after`, from now on.
pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    pairs: Result<Pairs, QueryRejection>,
) -> Response {
    let Ok(axum::extract::Query(pairs)) = pairs else { return bad("the parameters cannot be read") };
    let (mut after, mut wanted) = (None, Wanted { who, kind: None, stream: None });
    for (name, value) in pairs {
        match name.as_str() {
            "after" => after = Some(value),
            "type" => wanted.kind = Some(value),
            "work_order" => wanted.stream = Some(format!("{COVERAGE}-{value}")),
            _ => return bad(&format!("there is no parameter {name}")),
        }
    }
    let after = match sse::resumes_from(&headers, after.as_ref()).map(|after| after.parse()) {
        Some(Ok(after)) => after,
        Some(Err(_)) => return bad("after: takes a position of the log"),
        None => match shared.models.store().head().await {
            Ok(head) => head.map_or(0, Position::get),
            Err(error) => return troubled(&error.into()),
        },
    };
    let models = Arc::clone(&shared.models);
    sse::answer(&shared.models, |speaker| tell(models, speaker, wanted, after))
}

struct Wanted {
    who: Who,
    kind: Option<String>,
    stream: Option<String>,
}

/// First what the log holds, then what comes. Whoever lags behind is told from the log again.
async fn tell(models: Arc<ReadModels>, speaker: Speaker, wanted: Wanted, mut after: u64) -> Result<(), Gone> {
    let category = Category::parse(COVERAGE).ok();
    speaker.say(":\n\n".to_owned()).await?;
    loop {
        let mut coming = models.hub().events();
        loop {
            let from = (after > 0).then(|| Position::new(after));
            let Ok(page) = models.store().read_all(from, category.as_ref(), PAGE).await else {
                return Err(Gone);
            };
            if page.is_empty() {
                break;
            }
            speaker.say(wanted.told(&page, &mut after)).await?;
        }
        loop {
            match speaker.wait(coming.recv()).await? {
                Ok(batch) => speaker.say(wanted.told(&batch, &mut after)).await?,
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    }
}

impl Wanted {
    /// Those of a page that are wanted and were not told yet.
    fn told(&self, page: &Batch, after: &mut u64) -> String {
        let mut told = String::new();
        for recorded in page {
            let position = recorded.position.get();
            if position <= *after {
                continue;
            }
            *after = position;
            let is_wanted = recorded.stream.split_once('-').is_some_and(|(category, _)| category == COVERAGE)
                && self.kind.as_deref().is_none_or(|kind| kind == recorded.kind)
                && self.stream.as_deref().is_none_or(|stream| stream == recorded.stream);
            if is_wanted {
                let event = cloud_event(&recorded, &self.who).to_string();
                told.push_str(&sse::event("coverage", Some(&position.to_string()), &event));
            }
        }
        told
    }
}

/// An event in the envelope of CloudEvents 1.0.
pub(crate) fn cloud_event(recorded: &Recorded<'_>, who: &Who) -> Value {
    let metadata = parsed(recorded.metadata);
    let said = |key: &str| metadata.get(key).cloned().unwrap_or_default();
    let subject = recorded.stream.split_once('-').map_or(recorded.stream, |(_, id)| id);
    json!({
        "specversion": "1.0",
        "id": recorded.id.to_string(),
        "source": "/covertrail/coverage",
        "type": recorded.kind,
        "subject": subject,
        "time": said("occurred_at"),
        "datacontenttype": "application/json",
        "sequence": recorded.position.get().to_string(),
        "recordedat": clock::rfc3339(recorded.recorded_at),
        "correlationid": said("$correlationId"),
        "causationid": said("$causationId"),
        "actor": said("actor"),
        "data": data(recorded, who),
    })
}
