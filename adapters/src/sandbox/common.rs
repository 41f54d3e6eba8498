//! What both simulated vendors share beside their state.

use std::sync::Arc;

use tokio::sync::watch;

use super::Clock;
use super::calls::Calls;
use super::courier::{Courier, Redelivery};
use super::faults::{Dice, FaultPlan};
use super::keys::Keys;
use super::outage::Outages;
use super::replays::Replays;
use super::running::StartError;
use super::sign::WebhookTarget;

pub(crate) struct Common {
    pub clock: Clock,
    pub dice: Arc<Dice>,
    pub outages: Outages,
    pub replays: Replays,
    pub calls: Calls,
    pub courier: Arc<Courier>,
    /// Ends every task of this vendor when it changes or its sender is gone.
    pub stop: watch::Receiver<bool>,
    /// What the API's paths begin with.
    pub base_path: &'static str,
    pub keys: Keys,
}

/// The settings that are the same for both vendors.
pub(crate) struct CommonSettings {
    pub base_path: &'static str,
    pub bearers: Vec<String>,
    pub seed: u64,
    pub webhook: Option<WebhookTarget>,
    pub redelivery: Redelivery,
    pub faults: FaultPlan,
    pub clock: Clock,
}

impl Common {
    pub(crate) fn new(settings: CommonSettings, stop: watch::Receiver<bool>) -> Result<Self, StartError> {
        let wrong = settings.faults.wrong_fields();
        if !wrong.is_empty() {
            let fields: Vec<String> = wrong.into_iter().map(|(field, _)| field).collect();
            return Err(StartError::Faults(fields.join(", ")));
        }
        let dice = Arc::new(Dice::new(settings.faults, settings.seed));
        let courier =
            Courier::new(settings.redelivery, Arc::clone(&dice), Arc::clone(&settings.clock), stop.clone())?;
        courier.aim(settings.webhook)?;
        Ok(Self {
            clock: settings.clock,
            dice,
            outages: Outages::default(),
            replays: Replays::default(),
            calls: Calls::default(),
            courier: Arc::new(courier),
            stop,
            base_path: settings.base_path,
            keys: Keys { full: settings.bearers, ..Keys::default() },
        })
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// The same with other keys than the bearers of its settings.
    pub(crate) fn with_keys(self, keys: Keys) -> Self {
        Self { keys, ..self }
    }
}
