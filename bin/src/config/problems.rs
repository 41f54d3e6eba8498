//! What is readable and yet cannot work.

use super::people::{Holder, ambiguous_names};
use super::secrets::MAKES_TOKEN;
use super::{Config, LogEngine, Wire};
use covertrail_adapters::address::is_private;
use url::Url;

impl Config {
    /// A line for each field that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (field, zero) in [
            ("policy.timeout_seconds", self.policy.timeout.is_zero()),
            ("policy.attempts", self.policy.attempts == 0),
            ("policy.max_in_flight", self.policy.max_in_flight == 0),
            ("policy.breaker_pause_seconds", self.policy.breaker_pause.is_zero()),
            ("engine.workers", self.engine.workers == 0),
            ("engine.sweep_seconds", self.engine.sweep.is_zero()),
            ("engine.catch_up_seconds", self.engine.catch_up.is_zero()),
        ] {
            if zero {
                problems.push(format!("{field}: must be at least 1"));
            }
        }
        // neither is a safe guess: one insures nobody, the other in earnest
        if self.policy.wire == Wire::Reference && self.policy.environment.is_none() {
            problems.push(
                "policy.environment: must be \"sandbox\" or \"production\" where wire is \"reference\""
                    .into(),
            );
        }
        problems.extend(self.gateway.problems(&self.access));
        if self.gateway.listen.is_some() && self.store.engine == LogEngine::EventStoreDb {
            problems.push("gateway.listen: the log is on a server that clients reach by themselves".into());
        }
        problems.extend(self.server.problems());
        problems.extend(self.store.problems());
        if self.policy.start_lead_seconds < 0 {
            problems.push("policy.start_lead_seconds: must not be negative".into());
        }
        for (field, url) in
            [("policy.base_url", &self.policy.base_url), ("workmarket.base_url", &self.workmarket.base_url)]
        {
            if !Url::parse(url).is_ok_and(|url| is_private(&url)) {
                problems.push(format!(
                    "{field}: must begin with https:// (or http:// for a sandbox on this machine)"
                ));
            }
        }
        for (field, template) in
            [("policy.success_url", &self.policy.success_url), ("policy.cancel_url", &self.policy.cancel_url)]
        {
            if !template.contains("{work_order}") {
                problems.push(format!("{field}: must contain {{work_order}}"));
            }
        }
        if !(1..=3650).contains(&self.server.link_days) {
            problems.push("server.link_days: takes 1 to 3650 days".into());
        }
        for (place, token) in self.access.iter().enumerate() {
            if let Some(other) = self.access.iter().take(place).find(|other| other.sha256 == token.sha256) {
                problems.push(format!(
                    "access: {} has the same token as {}; make another with: {MAKES_TOKEN}",
                    token.name, other.name
                ));
            }
        }
        let holders: Vec<Holder<'_>> = self.access.iter().map(Holder::in_file).collect();
        problems.extend(ambiguous_names(&holders));
        for (place, subscriber) in self.subscribers.iter().enumerate() {
            problems.extend(subscriber.problems());
            if self.subscribers.iter().take(place).any(|other| other.name == subscriber.name) {
                problems.push(format!("subscribers: there are two called {}", subscriber.name));
            }
        }
        problems.extend(self.workmarket.problems());
        problems
    }
}
