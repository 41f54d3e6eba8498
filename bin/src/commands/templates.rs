//! `covertrail workmarket-templates`: the webhooks to set up in WorkMarket.

use super::{Failure, print};
use crate::config::Config;
use clap::Args;
use covertrail_adapters::webhook::workmarket::{TEMPLATES, Template};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use url::Url;

/// Stands for the secret, which is nowhere printed.
const SECRET: &str = "$COVERTRAIL_WORKMARKET_WEBHOOK_SECRET";
/// Where the configuration is looked for when nothing else is said.
const CONFIG: &str = "covertrail.toml";

/// Print the webhooks to paste into WorkMarket's Integration & Automation page
#[derive(Debug, Args)]
#[command(
    after_help = "WorkMarket fills in each ${variable}. Put one of COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS where the header says \
$COVERTRAIL_WORKMARKET_WEBHOOK_SECRET.\n\nExamples:\n  covertrail workmarket-templates --base-url https://covertrail.acme.com\n  \
covertrail workmarket-templates --base-url https://covertrail.acme.com --json"
)]
pub(crate) struct Templates {
    /// The configuration, for the header that deliveries are authenticated by [default: covertrail.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where WorkMarket reaches this program
    #[arg(long, value_name = "URL", default_value = "https://covertrail.example.com")]
    base_url: Url,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Templates {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if !matches!(self.base_url.scheme(), "http" | "https") {
            return Err(Failure::Failed("--base-url: must begin with https:// or http://".into()));
        }
        let header = self.header()?;
        let base_url = self.base_url.as_str();
        let printed = if self.json {
            let all: Vec<Value> =
                TEMPLATES.iter().map(|template| as_json(template, base_url, &header)).collect();
            format!("{:#}", Value::Array(all))
        } else {
            TEMPLATES.iter().fold(String::new(), |mut text, template| {
                // writing to a string cannot fail
                let _ = writeln!(text, "{}", as_text(template, base_url, &header));
                text
            })
        };
        print(&printed)
    }

    /// WorkMarket sends a header as it was set up, and signs nothing.
    fn header(&self) -> Result<String, Failure> {
        let config = match &self.config {
            Some(path) => Config::read(path)?,
            None if Path::new(CONFIG).exists() => Config::read(Path::new(CONFIG))?,
            None => Config::default(),
        };
        let webhook = config.workmarket.webhook;
        if webhook.scheme == "bearer" {
            return Ok(webhook.header.unwrap_or_else(|| "Authorization".to_owned()));
        }
        Err(Failure::Configuration(format!(
            "workmarket.webhook.scheme: WorkMarket signs nothing, so {:?} cannot work; it takes \"bearer\"",
            webhook.scheme
        )))
    }
}

fn as_text(template: &Template, base_url: &str, header: &str) -> String {
    format!(
        "{}\n  URL     {}\n  Method  POST\n  Header  {header}: Bearer {SECRET}\n  Header  Content-Type: application/json\n  Body    {}\n",
        template.event(),
        template.url(base_url),
        template.body(),
    )
}

fn as_json(template: &Template, base_url: &str, header: &str) -> Value {
    json!({
        "event": template.event(),
        "url": template.url(base_url),
        "method": "POST",
        "headers": { header: format!("Bearer {SECRET}"), "Content-Type": "application/json" },
        "body": template.body(),
    })
}
