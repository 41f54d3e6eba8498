//! WorkMarket, simulated: the guide's REST under `/v1`, the employer API under `/v1/employer`, its webhooks, and control
//! under `/sandbox` for what its users and workers would do.

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::common::{Common, CommonSettings};
use super::courier::Redelivery;
use super::desk::Desk;
use super::faults::FaultPlan;
use super::routes::{self, on_get, on_post, on_post_to};
use super::running::{Running, StartError};
use super::sign::WebhookTarget;
use super::{Clock, control};
use employer::Account;
use world::Market;

mod assignment;
mod employer;
mod hooks;
mod lifecycle;
mod silent;
mod world;

pub use hooks::Hooks;

/// Where the guide's API begins.
pub const BASE_PATH: &str = "/v1";
/// Where the employer API begins, which knows the same work orders.
pub const EMPLOYER_PATH: &str = "/v1/employer";

/// Everything that can be set when the sandbox starts.
#[derive(Clone)]
pub struct WorkMarketSettings {
    /// The token that is let in, or exchanged together with the secret.
    pub token: String,
    /// The secret that belongs to the token (employer API).
    pub secret: String,
    /// How long an access token is taken, in seconds (employer API); for ever without it.
    pub token_lifetime: Option<i64>,
    /// Whether refusals come inside of an answer of 200 (employer API).
    pub refusals_in_200: bool,
    /// What its webhooks look like.
    pub hooks: Hooks,
    /// What ids and faults are drawn from.
    pub seed: u64,
    /// Where webhooks go: `{url}/{event}`, with a static bearer as a rule.
    pub webhooks: Option<WebhookTarget>,
    /// How stubbornly webhooks are delivered again.
    pub redelivery: Redelivery,
    /// The faults from the start.
    pub faults: FaultPlan,
    /// The hour.
    pub clock: Clock,
}

impl WorkMarketSettings {
    /// A well-known token, no faults, no webhooks.
    pub fn new(clock: Clock) -> Self {
        Self {
            token: "wm_live_sandbox".to_owned(),
            secret: "wm_secret_sandbox".to_owned(),
            token_lifetime: None,
            refusals_in_200: true,
            hooks: Hooks::Guide,
            seed: 421,
            webhooks: None,
            redelivery: Redelivery::default(),
            faults: FaultPlan::default(),
            clock,
        }
    }
}

/// Starts the sandbox on a listener that is already bound.
#[allow(clippy::unused_async, reason = "it spawns tasks, so it may only be called within a runtime")]
pub async fn start(listener: TcpListener, settings: WorkMarketSettings) -> Result<Running, StartError> {
    let address = listener.local_addr()?;
    let account = Account::new(
        settings.token.clone(),
        settings.secret,
        settings.token_lifetime,
        settings.refusals_in_200,
    );
    let market = Market::new(settings.seed, settings.hooks, account);
    let (stop, stopped) = watch::channel(false);
    let common = CommonSettings {
        base_path: BASE_PATH,
        bearers: vec![settings.token],
        seed: settings.seed,
        webhook: settings.webhooks,
        redelivery: settings.redelivery,
        faults: settings.faults,
        clock: settings.clock,
    };
    let common = Arc::new(Common::new(common, stopped)?);
    let desk = Desk::new(market, Arc::clone(&common));
    let state = {
        let desk = desk.clone();
        Arc::new(move || desk.state())
    };
    Ok(Running::serve(listener, address, router(desk), stop, common, state))
}

fn router(desk: Desk<Market>) -> Router {
    let api = Router::new()
        .route("/workorders/{id}", on_get(world::find_work_order))
        .route("/workers/{id}", on_get(world::find_worker));
    Router::new()
        .nest(BASE_PATH, routes::api(api, &desk))
        .nest(EMPLOYER_PATH, employer::router(&desk))
        .merge(control::routes())
        .route("/sandbox/workers", on_post(world::put_worker))
        .route("/sandbox/workorders", on_post(world::put_work_order))
        .route("/sandbox/workorders/{id}/assign", on_post_to(lifecycle::assign))
        .route("/sandbox/workorders/{id}/start", on_post_to(lifecycle::start))
        .route("/sandbox/workorders/{id}/complete", on_post_to(lifecycle::complete))
        .route("/sandbox/workorders/{id}/cancel", on_post_to(lifecycle::cancel))
        .route("/sandbox/workorders/{id}/reschedule", on_post_to(lifecycle::reschedule))
        .route("/sandbox/workorders/{id}/reassign", on_post_to(lifecycle::reassign))
        .route("/sandbox/workorders/{id}/remove-worker", on_post_to(silent::remove_worker))
        .route("/sandbox/workorders/{id}/status", on_post_to(silent::set_status))
        .route("/sandbox/workorders/{id}/refund", on_post_to(silent::refund))
        .route("/sandbox/workorders/{id}/edit", on_post_to(silent::edit))
        .route("/sandbox/tokens/expire", on_post(employer::expire_tokens))
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(desk)
}
