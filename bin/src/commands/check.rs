//! `covertrail check`: whether `serve` would have what it needs.

mod finding;
mod log;
mod look;

use super::{Failure, print};
use crate::config::{Config, Secrets};
use crate::show::Screen;
use clap::Args;
use finding::{Finding, Mark};
use std::path::PathBuf;

/// Check the configuration, the environment, the log and both vendors
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is changed, here or at the vendors; both are asked one question with the configured keys.\n\n\
Exit codes:\n  0  all is well, or there are warnings only\n  3  the configuration or the environment is wrong\n  \
6  something else is not as it should be\n\n\
Examples:\n  covertrail check\n  covertrail check --config /etc/covertrail.toml --json"
)]
pub(crate) struct Check {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "covertrail.toml")]
    config: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let findings = self.look().await;
        let worst = findings.iter().map(|finding| finding.mark).max();
        print(&if self.json {
            finding::json(findings)
        } else {
            finding::text(&findings, Screen::of_process())
        })?;
        match worst {
            Some(Mark::Misconfigured) => Err(Failure::Configuration(
                "the configuration or the environment must be mended first".into(),
            )),
            Some(Mark::Failed) => Err(Failure::NotAsItShouldBe),
            Some(Mark::Good | Mark::Warning) | None => Ok(()),
        }
    }

    /// Looks at everything that can be looked at.
    async fn look(&self) -> Vec<Finding> {
        let config = match Config::read(&self.config) {
            Ok(config) => config,
            Err(error) => return vec![Finding::misconfigured("configuration", &error)],
        };
        let mut findings = vec![Finding::good("configuration", self.config.display().to_string())];
        let secrets = Secrets::from_environment(&config);
        findings.extend(look::environment(&config, secrets.as_ref()));
        findings.extend(look::mapping(&config));
        findings.push(log::log(&config.store).await);
        findings.push(look::read_models(&config.store));
        findings.push(look::documents(&config.store.documents));
        findings.extend(look::gateway(&config));
        findings.extend(look::permissions(&config.store));
        if let Ok(secrets) = secrets {
            let (policy, workmarket) =
                tokio::join!(look::policy(&config, &secrets), look::workmarket(&config, &secrets));
            findings.extend([policy, workmarket]);
        }
        findings
    }
}
