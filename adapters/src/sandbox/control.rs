//! Orders to the sandbox itself: faults, outages, and a look inside. No key: it is for loopback use.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal, as_json};
use super::desk::{Desk, World};
use super::faults::FaultPlan;
use super::form::{Form, INVALID_INPUT};
use super::outage::{Outage, Span};
use super::running;

/// The control routes that both vendors have.
pub(crate) fn routes<W: World>() -> Router<Desk<W>> {
    Router::new()
        .route("/sandbox/state", get(state::<W>))
        .route("/sandbox/requests", get(requests::<W>))
        .route("/sandbox/faults", post(faults::<W>))
        .route("/sandbox/outage", post(outage::<W>))
}

async fn state<W: World>(State(desk): State<Desk<W>>) -> Json<Value> {
    Json(desk.state())
}

async fn requests<W: World>(State(desk): State<Desk<W>>) -> Json<Value> {
    Json(running::requests(&desk.common))
}

async fn faults<W: World>(State(desk): State<Desk<W>>, body: Bytes) -> Outcome {
    let plan: FaultPlan =
        serde_json::from_slice(&body).map_err(|problem| Refusal::bad(INVALID_INPUT, problem.to_string()))?;
    let wrong = plan.wrong_fields();
    if !wrong.is_empty() {
        return Err(Refusal::bad(INVALID_INPUT, Value::Object(wrong)));
    }
    let answer = Answer::ok(&plan);
    desk.common.dice.replace(plan);
    Ok(answer)
}

async fn outage<W: World>(State(desk): State<Desk<W>>, body: Bytes) -> Outcome {
    let body: Value =
        serde_json::from_slice(&body).map_err(|problem| Refusal::bad(INVALID_INPUT, problem.to_string()))?;
    let mut form = Form::read(&body)?;
    let span = if form.has("for_requests") {
        let count = form.at_least("for_requests", 0);
        Span::Requests(u64::try_from(count).unwrap_or_default())
    } else if form.has("until") {
        Span::Until(form.whole("until"))
    } else if form.yes_or_no("on") {
        Span::Open
    } else {
        Span::None
    };
    let closes = form.has("closes") && form.yes_or_no("closes");
    form.done()?;
    desk.common.outages.order(Outage { span, closes });
    Ok(Answer::ok(&json!({"outage": as_json(&body)})))
}
