//! The faults a vendor may show, drawn from a seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How often what goes wrong; each probability is from 0 to 1 and drawn for each request or webhook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// The shortest and the longest delay in milliseconds.
    pub delay_ms: [u64; 2],
    /// A delay, half of the time before the effect and half of the time after it.
    pub delay: f64,
    /// A 429 with `Retry-After` of 0 or 1, before any effect.
    pub too_many_requests: f64,
    /// A 500 before any effect.
    pub server_error: f64,
    /// Whether a 500 is saved under the idempotency key, as the vendor's own would be and a proxy's would not.
    pub sticky_500: bool,
    /// The effect is done and saved, but the connection closes without an answer.
    pub answer_lost: f64,
    /// A webhook delivered twice under one id.
    pub duplicate_webhook: f64,
    /// A webhook that is never sent, though its event is on record.
    pub lost_webhook: f64,
    /// A webhook held back for up to half a second while later ones overtake it.
    pub reorder_webhooks: f64,
}

impl FaultPlan {
    /// Every wrong field with what is wrong about it.
    pub(crate) fn wrong_fields(&self) -> Map<String, Value> {
        let probabilities = [
            ("delay", self.delay),
            ("too_many_requests", self.too_many_requests),
            ("server_error", self.server_error),
            ("answer_lost", self.answer_lost),
            ("duplicate_webhook", self.duplicate_webhook),
            ("lost_webhook", self.lost_webhook),
            ("reorder_webhooks", self.reorder_webhooks),
        ];
        let mut wrong: Map<String, Value> = probabilities
            .into_iter()
            .filter(|(_, probability)| !(0.0..=1.0).contains(probability))
            .map(|(field, _)| (field.to_owned(), Value::from("must be from 0 to 1")))
            .collect();
        let [shortest, longest] = self.delay_ms;
        if shortest > longest {
            wrong.insert("delay_ms".to_owned(), Value::from("the shortest delay comes first"));
        }
        wrong
    }
}

/// What happens to one request.
pub(crate) struct RequestFate {
    pub before: Duration,
    pub after: Duration,
    pub too_many_requests: Option<u8>,
    pub server_error: Option<Stickiness>,
    pub answer_lost: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stickiness {
    Sticky,
    Passing,
}

/// What happens to one webhook.
pub(crate) struct WebhookFate {
    pub lost: bool,
    pub twice: bool,
    pub held_back: [Option<Duration>; 2],
}

/// The plan in force and the random numbers that carry it out.
pub(crate) struct Dice {
    inside: Mutex<(FaultPlan, StdRng)>,
}

impl Dice {
    pub(crate) fn new(plan: FaultPlan, seed: u64) -> Self {
        Self { inside: Mutex::new((plan, StdRng::seed_from_u64(seed))) }
    }

    pub(crate) fn replace(&self, plan: FaultPlan) {
        self.with(|held, _| *held = plan);
    }

    /// Draws the same number of times whatever the plan, so that one fault more does not move the others.
    pub(crate) fn roll_request(&self) -> RequestFate {
        self.with(|plan, rng| {
            let [shortest, longest] = plan.delay_ms;
            let delay = Duration::from_millis(rng.random_range(shortest..=longest.max(shortest)));
            let delayed = happens(rng, plan.delay);
            let early = rng.random_bool(0.5);
            let too_many = happens(rng, plan.too_many_requests);
            let retry_after = rng.random_range(0..=1);
            let server_error = happens(rng, plan.server_error);
            RequestFate {
                before: if delayed && early { delay } else { Duration::ZERO },
                after: if delayed && !early { delay } else { Duration::ZERO },
                too_many_requests: too_many.then_some(retry_after),
                server_error: server_error.then_some(if plan.sticky_500 {
                    Stickiness::Sticky
                } else {
                    Stickiness::Passing
                }),
                answer_lost: happens(rng, plan.answer_lost),
            }
        })
    }

    pub(crate) fn roll_webhook(&self) -> WebhookFate {
        self.with(|plan, rng| WebhookFate {
            twice: happens(rng, plan.duplicate_webhook),
            held_back: [hold(rng, plan), hold(rng, plan)],
            lost: happens(rng, plan.lost_webhook),
        })
    }

    fn with<R>(&self, use_it: impl FnOnce(&mut FaultPlan, &mut StdRng) -> R) -> R {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let (plan, rng) = &mut *inside;
        use_it(plan, rng)
    }
}

fn happens(rng: &mut StdRng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

fn hold(rng: &mut StdRng, plan: &FaultPlan) -> Option<Duration> {
    let pause = Duration::from_millis(rng.random_range(50..=500));
    happens(rng, plan.reorder_webhooks).then_some(pause)
}
