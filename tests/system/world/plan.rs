//! How a world is set up.

use super::now;
use base64::Engine as _;
use covertrail_adapters::sandbox::policy::{Envelope, PolicySettings, Times, Vocabulary};
use covertrail_adapters::sandbox::workmarket::{Hooks, WorkMarketSettings};
use covertrail_adapters::sandbox::{FaultPlan, Redelivery};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Who reviews, and by which token.
pub(crate) const REVIEWER: &str = "riley";
pub(crate) const REVIEWER_TOKEN: &str = "tok_riley_7f3a9c51d2e84b06";

/// What differs between worlds.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) secrets: Secrets,
    pub(crate) listen: SocketAddr,
    pub(crate) bind_on: &'static str,
    pub(crate) trigger: &'static str,
    pub(crate) required_lines: &'static [&'static str],
    pub(crate) categories: Vec<(&'static str, &'static str)>,
    pub(crate) attempts: u32,
    pub(crate) give_up_after_seconds: u64,
    pub(crate) log_filter: &'static str,
    pub(crate) seed: u64,
    pub(crate) faults: FaultPlan,
    /// Whether contractors fill in their applications by themselves.
    pub(crate) contractors_apply: bool,
    /// Whether the answer to an assignment says itself that it is in force.
    pub(crate) answer_active: bool,
    /// Whether a policy is told of as soon as it is issued.
    pub(crate) told_when_issued: bool,
    /// Which of WorkMarket's APIs is spoken.
    pub(crate) api: &'static str,
    /// How often WorkMarket is asked what was changed, if it is.
    pub(crate) poll_seconds: Option<u64>,
    /// How much of what was asked before is asked again.
    pub(crate) poll_overlap_seconds: u64,
    /// How often 1099Policy is asked for what its webhooks did not bring.
    pub(crate) catch_up_seconds: u64,
    /// After how long without a verdict a certificate is stuck.
    pub(crate) stuck_after_seconds: u64,
    /// What WorkMarket's webhooks look like.
    pub(crate) hooks: Hooks,
    /// In which of its forms 1099Policy is spoken to, and speaks: "guide" or "reference".
    pub(crate) wire: &'static str,
    /// More lines of `[server]`.
    pub(crate) server: String,
    /// The lines of `[store]`.
    pub(crate) store: String,
    /// What the configuration says beside all this, at its end.
    pub(crate) more: String,
    /// How many times the usual patience.
    pub(crate) patience: u32,
}

/// The secrets of a world.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) policy_api_key: String,
    pub(crate) policy_webhook: String,
    pub(crate) workmarket_token: String,
    pub(crate) workmarket_secret: String,
    pub(crate) workmarket_webhook: String,
    pub(crate) people: String,
    pub(crate) link: String,
    /// Variables beside these.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl Default for Secrets {
    fn default() -> Self {
        // of its own for each world: a webhook that finds another world's program at a port of old is not believed
        let token = || format!("{:032x}", rand::random::<u128>());
        let key = base64::engine::general_purpose::STANDARD.encode(token());
        Self {
            policy_api_key: format!("t9k_test_{}", token()),
            policy_webhook: format!("whsec_{key}"),
            workmarket_token: format!("wm_live_{}", token()),
            workmarket_secret: format!("wm_secret_{}", token()),
            workmarket_webhook: format!("hook_{}", token()),
            people: format!("{REVIEWER}={REVIEWER_TOKEN}"),
            link: token(),
            more: Vec::new(),
        }
    }
}

impl Secrets {
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("COVERTRAIL_POLICY_API_KEY", self.policy_api_key.clone()),
            ("COVERTRAIL_POLICY_WEBHOOK_SECRETS", self.policy_webhook.clone()),
            ("COVERTRAIL_WORKMARKET_TOKEN", self.workmarket_token.clone()),
            ("COVERTRAIL_WORKMARKET_SECRET", self.workmarket_secret.clone()),
            ("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", self.workmarket_webhook.clone()),
            ("COVERTRAIL_PEOPLE", self.people.clone()),
            ("COVERTRAIL_LINK_SECRET", self.link.clone()),
        ];
        environment.extend(self.more.iter().cloned());
        environment
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            secrets: Secrets::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            bind_on: "in_progress",
            trigger: "assigned",
            required_lines: &["general"],
            categories: vec![("Low Voltage Cabling", "jc_MTqpkbkp6G")],
            attempts: 3,
            give_up_after_seconds: 3600,
            log_filter: "info",
            seed: 1,
            faults: FaultPlan::default(),
            contractors_apply: true,
            answer_active: false,
            told_when_issued: true,
            api: "guide",
            poll_seconds: None,
            poll_overlap_seconds: 300,
            catch_up_seconds: 900,
            stuck_after_seconds: 7200,
            hooks: Hooks::Guide,
            wire: "guide",
            server: String::new(),
            store: String::new(),
            more: String::new(),
            patience: 1,
        }
    }
}

impl Plan {
    pub(super) fn policy_settings(&self) -> PolicySettings {
        let mut settings = PolicySettings::new(Arc::new(now));
        settings.api_keys = vec![self.secrets.policy_api_key.clone()];
        settings.seed = self.seed;
        settings.faults = self.faults.clone();
        settings.contractor.apply = self.contractors_apply;
        settings.answer_active = self.answer_active;
        settings.told_when_issued = self.told_when_issued;
        if self.wire == "reference" {
            settings.vocabulary = Vocabulary::Reference;
            settings.envelope = Envelope::Nested;
            settings.times = Times::Iso;
            settings.with_metadata = false;
        }
        settings.redelivery = redelivery();
        settings
    }

    pub(super) fn workmarket_settings(&self) -> WorkMarketSettings {
        let mut settings = WorkMarketSettings::new(Arc::new(now));
        settings.token.clone_from(&self.secrets.workmarket_token);
        settings.secret.clone_from(&self.secrets.workmarket_secret);
        settings.hooks = self.hooks;
        settings.seed = self.seed;
        settings.faults = self.faults.clone();
        settings.redelivery = redelivery();
        settings
    }

    /// The configuration file.
    pub(super) fn config(&self, policy_url: &str, workmarket_url: &str) -> String {
        let categories = self.categories.iter().fold(String::new(), |mut lines, (name, code)| {
            writeln!(lines, "{name:?} = {code:?}").unwrap();
            lines
        });
        format!(
            r#"
[server]
listen = "{listen}"
{server}

[store]
{store}

[policy]
base_url = "{policy_url}"
wire = "{wire}"
environment = "sandbox"
attempts = {attempts}
timeout_seconds = 5
breaker_pause_seconds = 1
start_lead_seconds = 1
bind_on = "{bind_on}"
required_lines = {lines:?}

[workmarket]
api = "{api}"
poll = {poll}
base_url = "{workmarket_url}{api_path}"
poll_seconds = {poll_seconds}
poll_overlap_seconds = {poll_overlap}
attempts = {attempts}
timeout_seconds = 5
breaker_pause_seconds = 1
trigger = "{trigger}"
relay_domain = "relay.yourdomain.com"

[mapping.categories]
{categories}
[mapping.entities]
"client-1" = "en_abc123"

[engine]
sweep_seconds = 1
give_up_after_seconds = {give_up_after}
catch_up_seconds = {catch_up}
certificate_stuck_after_seconds = {stuck_after}

[log]
filter = "{filter}"
{more}"#,
            listen = self.listen,
            server = self.server,
            store = self.store,
            api = self.api,
            poll = self.poll_seconds.is_some(),
            poll_seconds = self.poll_seconds.unwrap_or(1),
            api_path = if self.api == "employer-v1" { "/employer" } else { "" },
            poll_overlap = self.poll_overlap_seconds,
            wire = self.wire,
            attempts = self.attempts,
            bind_on = self.bind_on,
            lines = self.required_lines,
            trigger = self.trigger,
            give_up_after = self.give_up_after_seconds,
            catch_up = self.catch_up_seconds,
            stuck_after = self.stuck_after_seconds,
            filter = self.log_filter,
            more = self.more,
        )
    }
}

/// Stubborn, as a vendor should be, and in no long steps, so that a restarted program hears of things soon.
fn redelivery() -> Redelivery {
    Redelivery { longest_wait: Duration::from_millis(500), ..Redelivery::default() }
}
