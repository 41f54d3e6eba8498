//! Covertrail's engine over a log, with vendors that nobody is.

use covertrail::assemble;
use covertrail::config::{Config, Secrets};
use covertrail::engine::Engine;
use covertrail_adapters::store::EventStore;
use std::path::Path;
use std::sync::Arc;

/// The secret that the deliveries are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The configuration: both vendors at addresses where nobody listens.
pub fn config(directory: &Path) -> Config {
    let mut config = Config::default();
    config.store.documents = directory.join("documents");
    config.policy.base_url = "http://127.0.0.1:9/api/v1".to_owned();
    config.workmarket.base_url = "http://127.0.0.1:9/v1".to_owned();
    config
}

/// The secrets.
pub fn secrets() -> Secrets {
    Secrets {
        policy_api_key: "t_measured".to_owned(),
        policy_webhook: vec![WEBHOOK_SECRET.to_owned()],
        workmarket_token: "measured".to_owned(),
        workmarket_webhook: vec!["a-token-for-measurements".to_owned()],
        ..Secrets::default()
    }
}

/// The engine, not yet started.
pub fn engine(directory: &Path, store: Arc<dyn EventStore>) -> Arc<Engine> {
    assemble::engine(&config(directory), &secrets(), store).expect("an engine")
}
