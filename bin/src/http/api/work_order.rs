//! One work order: its rows in every read model, and its standing at any moment.

use super::asked::moments;
use super::{Shared, bad, json, no_such_work_order, troubled};
use crate::http::path::ApiPath;
use crate::http::query::Parameters;
use crate::views::Question;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_domain::coverage::{Evidence, Stage};
use covertrail_domain::id::WorkOrderId;
use covertrail_projections::{Rows, Story, row_as_json, tables};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Arc;

/// `GET /v1/work-orders/{work_order}`: folded from its stream, so that whoever wrote reads what they wrote.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    Parameters(pairs): Parameters,
) -> Response {
    match story(&shared, &work_order, &pairs, &["as_of", "known_at"]).await {
        Ok((story, question)) => {
            let revision = story.place.map_or(0, |place| place.revision);
            ([("etag", format!("\"{revision}\""))], json(told(&story, question))).into_response()
        }
        Err(answer) => answer,
    }
}

/// `GET /v1/work-orders/{work_order}/standing?at=…`
pub(super) async fn standing(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    Parameters(pairs): Parameters,
) -> Response {
    let (story, question) = match story(&shared, &work_order, &pairs, &["at", "known_at"]).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let at = question.judged_at();
    let standing = story.state.standing(at);
    let rests_on: Vec<String> = standing.rests_on.iter().map(Evidence::to_string).collect();
    let body = json!({
        "work_order": work_order.as_str(),
        "at": at.unix(),
        "standing": standing.badge.as_str(),
        "reason": standing.reason,
        "rests_on": rests_on,
        "changes_at": standing.changes_at.map(covertrail_domain::time::Timestamp::unix),
        "stage": story.state.stage().map(Stage::as_str),
        "position": story.place.map(|place| place.position),
    });
    json(body.to_string())
}

async fn story(
    shared: &Shared,
    id: &WorkOrderId,
    pairs: &[(String, String)],
    known: &[&str],
) -> Result<(Story, Question), Response> {
    let mut question = Question::NOW;
    for (name, value) in pairs {
        let name = if known.contains(&name.as_str()) { name } else { "" };
        moments(&mut question, name, value).map_err(|why| bad(&why))?;
    }
    let question = shared.models.settled(question).await.map_err(|trouble| troubled(&trouble))?;
    let story = shared.models.story(id, question).await.map_err(|trouble| troubled(&trouble))?;
    Ok((story.ok_or_else(no_such_work_order)?, question))
}

/// The row of the board, and under each other read model's name its rows.
fn told(story: &Story, question: Question) -> String {
    let at = question.judged_at();
    let mut json = String::new();
    for table in tables::STORED {
        let Rows::OfStory(rows) = table.rows else { continue };
        let rows: Vec<String> = rows(story, at).iter().map(|row| row_as_json(table, row)).collect();
        if table.name == tables::BOARD.name {
            json.push_str(rows.concat().trim_end_matches('}'));
        } else {
            // writing to a string cannot fail
            let _ = write!(json, ",\"{}\":[{}]", table.name, rows.join(","));
        }
    }
    json.push('}');
    json
}
