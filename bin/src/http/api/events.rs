//! `GET /v1/events`: the coverage events as they are recorded, as CloudEvents, resumed at any position.

use super::history::{data, parsed};
use super::sse::{self, Gone, Speaker};
use super::{Shared, bad, troubled};
use crate::clock;
use crate::engine::COVERAGE;
use crate::http::Who;
use crate::http::query::Parameters;
use crate::views::{Heard, Said};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use covertrail_adapters::schema::KINDS;
use covertrail_adapters::store::{Batch, Category, Position, Recorded};
use covertrail_domain::id::WorkOrderId;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many events are read at once.
const PAGE: usize = 512;

/// `GET /v1/events?after=…&type=…&work_order=…`; without `after`, from now on.
pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Parameters(pairs): Parameters,
) -> Response {
    let (mut after, mut wanted) = (None, Wanted { who, kind: None, stream: None });
    for (name, value) in pairs {
        match name.as_str() {
            "after" => after = Some(value),
            "type" if KINDS.contains(&value.as_str()) => wanted.kind = Some(value),
            "type" => return bad("type: there is no event of this name"),
            "work_order" => match WorkOrderId::parse(&value) {
                Ok(work_order) => wanted.stream = Some(format!("{COVERAGE}-{work_order}")),
                Err(error) => return bad(&format!("work_order: {error}")),
            },
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
    let past = Arc::clone(&shared);
    sse::answer(&shared.models, sse::while_token_is_known(), |speaker| tell(past, speaker, wanted, after))
}

struct Wanted {
    who: Who,
    kind: Option<String>,
    stream: Option<String>,
}

/// First what the log holds, then what comes. Whoever lags behind is told from the log again.
async fn tell(shared: Arc<Shared>, speaker: Speaker, wanted: Wanted, mut after: u64) -> Result<(), Gone> {
    let (models, wanted) = (&shared.models, Arc::new(wanted));
    let category = Category::parse(COVERAGE).ok();
    speaker.say(":\n\n".to_owned()).await?;
    loop {
        let mut coming = models.hub().events();
        loop {
            let turn = shared.costly.page(&wanted.who.name).await.ok_or(Gone)?;
            let from = (after > 0).then(|| Position::new(after));
            let Ok(page) = models.store().read_all(from, category.as_ref(), PAGE).await else {
                return Err(Gone);
            };
            if page.is_empty() {
                break;
            }
            let telling = Arc::clone(&wanted);
            let (told, upto) = tokio::task::spawn_blocking(move || {
                let mut upto = after;
                (telling.told(&page, &mut upto), upto)
            })
            .await
            .map_err(|_| Gone)?;
            // the next page may be read while this one is taken
            drop(turn);
            after = upto;
            speaker.say(told).await?;
        }
        loop {
            let come = speaker.hear(&mut coming).await?;
            let told: Vec<Bytes> = come.all.iter().map(|heard| wanted.heard(heard, &mut after)).collect();
            match told.as_slice() {
                // as it is, and not copied for each who listens
                [only] => speaker.say(only.clone()).await?,
                several => speaker.say(several.concat()).await?,
            }
            if come.and_more {
                break;
            }
        }
    }
}

impl Wanted {
    /// Those of a page that are wanted and were not told yet.
    fn told(&self, page: &Batch, after: &mut u64) -> String {
        let mut told = String::new();
        for recorded in page {
            if self.is_wanted(&recorded, after) {
                told.push_str(&said(&recorded, &self.who));
            }
        }
        told
    }

    /// The same, of what is heard by many.
    fn heard(&self, heard: &Heard, after: &mut u64) -> Bytes {
        let all = if self.who.role.may_audit() { &heard.audited } else { &heard.plain };
        let all = all.get_or_init(|| all_said(&heard.events, &self.who));
        let first = heard.events.iter().next().map_or(0, |first| first.position.get());
        if self.kind.is_none() && self.stream.is_none() && first > *after {
            *after = heard.events.last_position().map_or(*after, Position::get);
            return all.whole.clone();
        }
        let (mut told, mut begins) = (Vec::new(), 0);
        for (recorded, ends) in heard.events.iter().zip(&all.ends) {
            if self.is_wanted(&recorded, after) {
                told.extend_from_slice(all.whole.get(begins..*ends).unwrap_or_default());
            }
            begins = *ends;
        }
        told.into()
    }

    fn is_wanted(&self, recorded: &Recorded<'_>, after: &mut u64) -> bool {
        let is_new = recorded.position.get() > *after;
        *after = recorded.position.get().max(*after);
        is_new
            && is_of_coverage(recorded)
            && self.kind.as_deref().is_none_or(|kind| kind == recorded.kind)
            && self.stream.as_deref().is_none_or(|stream| stream == recorded.stream)
    }
}

fn is_of_coverage(recorded: &Recorded<'_>) -> bool {
    recorded.stream.split_once('-').is_some_and(|(category, _)| category == COVERAGE)
}

fn all_said(events: &Batch, who: &Who) -> Said {
    let mut whole = String::new();
    let ends = events.iter().map(|recorded| {
        if is_of_coverage(&recorded) {
            whole.push_str(&said(&recorded, who));
        }
        whole.len()
    });
    let ends = ends.collect();
    Said { whole: whole.into(), ends }
}

fn said(recorded: &Recorded<'_>, who: &Who) -> String {
    let event = cloud_event(recorded, who).to_string();
    sse::event("coverage", Some(&recorded.position.get().to_string()), &event)
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
