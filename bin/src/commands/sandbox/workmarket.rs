//! WorkMarket, simulated.

use super::{Failure, Simulation, now};
use clap::Args;
use covertrail_adapters::sandbox::workmarket::{self, Hooks};
use covertrail_adapters::sandbox::{Running, WebhookTarget};

#[derive(Debug, Args)]
pub(super) struct WorkMarket {
    #[command(flatten)]
    simulation: Simulation,
    /// The secret that the key is exchanged with for an access token (employer API)
    #[arg(long, value_name = "SECRET")]
    api_secret: Option<String>,
    /// How long an access token is taken, in seconds; for ever without it (employer API)
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<i64>,
    /// Send the webhooks that `covertrail workmarket-templates` prints, not the guide's
    #[arg(long)]
    templates: bool,
}

impl WorkMarket {
    /// Starts it; answers its name and the key that it accepts, too.
    pub(super) async fn start(self) -> Result<(&'static str, String, Running), Failure> {
        let mut settings = workmarket::WorkMarketSettings::new(now());
        settings.seed = self.simulation.seed;
        settings.webhooks = self.simulation.target(WebhookTarget::bearer);
        settings.hooks = if self.templates { Hooks::Templates } else { Hooks::Guide };
        settings.token = self.simulation.key.clone().unwrap_or(settings.token);
        settings.secret = self.api_secret.unwrap_or(settings.secret);
        settings.token_lifetime = self.token_lifetime;
        let (token, secret, path) = (&settings.token, &settings.secret, workmarket::EMPLOYER_PATH);
        let key = format!("{token} (with the secret {secret} at {path})");
        let started = workmarket::start(self.simulation.bind().await?, settings).await;
        Ok(("WorkMarket", key, started.map_err(|error| Failure::Failed(error.to_string()))?))
    }
}
