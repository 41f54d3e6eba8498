//! `covertrail init`: writes the annotated configuration, or prints secrets for it.

use super::{Failure, print};
use crate::config::{Config, TEMPLATE, makes_webhook_secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use covertrail_domain::id::PersonId;
use covertrail_files::{Sharing, create_new};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Write an annotated configuration file, or print good secrets for one
#[derive(Debug, Args)]
#[command(after_help = "\
With --secrets nothing is written: what is printed is for a shell or a secret manager, and differs each time. Where the \
configuration is there already, its subscribers and webhook schemes are heeded.\n\n\
Examples:\n  covertrail init\n  covertrail init --config /etc/covertrail.toml\n  \
(umask 077; covertrail init --secrets --person ana --person riley > covertrail.env)")]
pub(crate) struct Init {
    /// Where to write it; a file that is there already is left alone
    #[arg(long, value_name = "FILE", default_value = "covertrail.toml")]
    config: PathBuf,
    /// Print a good secret for every variable, as lines for a shell
    #[arg(long)]
    secrets: bool,
    /// Who gets a token
    #[arg(long = "person", value_name = "NAME", requires = "secrets", value_parser = person)]
    people: Vec<PersonId>,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.secrets {
            let config = if self.config.exists() { Config::read(&self.config)? } else { Config::default() };
            return print(&secrets(&config, &self.people));
        }
        let path = self.config.display();
        let written = create_new(&self.config, TEMPLATE.as_bytes(), &Sharing::OWNER_ONLY);
        match written {
            Ok(()) => print(&format!(
                "Wrote {path}. It says which secrets to set, and `covertrail init --secrets --config {path}` prints good \
                 ones; then try: covertrail check --config {path}"
            )),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Failure::Failed(format!("{path} is there already and was left as it is")))
            }
            Err(error) => Err(Failure::Failed(format!("cannot write {error}"))),
        }
    }
}

/// A name that can stand in `COVERTRAIL_PEOPLE` and between the quotes of a shell.
fn person(name: &str) -> Result<PersonId, String> {
    if name.contains([',', '=', '\'']) {
        return Err("takes no comma, equals sign or quote".to_owned());
    }
    PersonId::parse(name).map_err(|error| error.to_string())
}

/// Lines for a shell that set every variable that a configuration needs.
fn secrets(config: &Config, people: &[PersonId]) -> String {
    let tokens = if people.is_empty() {
        format!("you={}", token())
    } else {
        people.iter().map(|name| format!("{name}={}", token())).collect::<Vec<_>>().join(",")
    };
    let mut lines = String::from(
        "# Only the vendors can make these two; put them in.\n\
         # export COVERTRAIL_POLICY_API_KEY=\n# export COVERTRAIL_WORKMARKET_TOKEN=\n",
    );
    let mut set = |comment: &str, variable: &str, value: &str| {
        // writing to a string cannot fail
        let _ = writeln!(lines, "# {comment}\nexport {variable}='{value}'");
    };
    for (variable, scheme, vendor) in [
        ("COVERTRAIL_POLICY_WEBHOOK_SECRETS", &config.policy.webhook.scheme, "1099Policy"),
        ("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", &config.workmarket.webhook.scheme, "WorkMarket"),
    ] {
        let comment = format!("Enter it at {vendor} too, or put in the one that {vendor} shows.");
        set(&comment, variable, &webhook_secret(scheme));
    }
    set("The token of each person, who enters it at /sign-in.", "COVERTRAIL_PEOPLE", &tokens);
    set("For application links.", "COVERTRAIL_LINK_SECRET", &token());
    for subscriber in &config.subscribers {
        let comment = format!("Give it to {}, who verifies webhooks with it.", subscriber.name);
        set(&comment, &subscriber.variable(), &webhook_secret("standard-webhooks"));
    }
    lines
}

fn webhook_secret(scheme: &str) -> String {
    if makes_webhook_secret(scheme) == makes_webhook_secret("standard-webhooks") {
        format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()))
    } else {
        token()
    }
}

fn token() -> String {
    rand::random::<[u8; 32]>().iter().fold(String::new(), |mut hex, byte| {
        // writing to a string cannot fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secrets;

    #[test]
    fn what_is_printed_is_all_that_a_configuration_needs_but_the_vendors_keys() {
        let text = "[policy.webhook]\nscheme = \"body-hex\"\n[[subscribers]]\nname = \"pay-roll\"\n\
                    url = \"https://pay.example\"\nevents = \"*\"";
        let config = Config::parse(text).unwrap();
        let people = ["ana", "riley"].map(|name| PersonId::parse(name).unwrap());
        for config in [Config::default(), config] {
            let printed = secrets(&config, &people);
            let lookup = |name: &str| match name {
                "COVERTRAIL_POLICY_API_KEY" => Some("t9k_test_0123456789abcdef".to_owned()),
                "COVERTRAIL_WORKMARKET_TOKEN" => Some("wm_live_0123456789abcdef".to_owned()),
                name => {
                    let line = printed.lines().find_map(|line| line.strip_prefix(&format!("export {name}=")));
                    line.map(|value| value.trim_matches('\'').to_owned())
                }
            };
            let read = Secrets::from_lookup(&config, lookup).unwrap();
            assert_eq!(read.people.0.len(), 2);
            assert_eq!((read.link.len(), read.subscribers.len()), (1, config.subscribers.len()));
        }
        assert_ne!(secrets(&Config::default(), &[]), secrets(&Config::default(), &[]));
    }
}
