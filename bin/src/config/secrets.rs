//! What comes from the environment, and is never printed.
//!
//! A secret that is too weak, or that stands for two things at once, is refused here, in one form of words: which
//! variable, what is wrong with it, and how to make a good one.

use super::access::{Role, Token};
use super::people::{Holder, ambiguous_names};
use super::{Config, Error, SubscriberName};
use covertrail_adapters::secret::{
    Secret, WeakSecret, own_standard_key, require_strong_text, strong_standard_key,
};
use covertrail_domain::id::PersonId;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// The command that makes a good token, key or secret.
pub(crate) const MAKES_TOKEN: &str = "openssl rand -hex 32";
/// The command that makes a good secret of Standard Webhooks.
pub(crate) const MAKES_STANDARD_SECRET: &str = "echo whsec_$(openssl rand -base64 32)";
const PEOPLE: &str = "COVERTRAIL_PEOPLE";
const LINK_SECRET: &str = "COVERTRAIL_LINK_SECRET";

/// The secrets that `serve` needs.
#[derive(Clone, Default)]
pub struct Secrets {
    /// `COVERTRAIL_POLICY_API_KEY`
    pub policy_api_key: String,
    /// `COVERTRAIL_POLICY_WEBHOOK_SECRETS`
    pub policy_webhook: Vec<String>,
    /// `COVERTRAIL_WORKMARKET_TOKEN`
    pub workmarket_token: String,
    /// `COVERTRAIL_WORKMARKET_SECRET`, which only the employer API needs.
    pub workmarket_secret: Option<String>,
    /// `COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS`
    pub workmarket_webhook: Vec<String>,
    /// `COVERTRAIL_PEOPLE`
    pub people: People,
    /// `COVERTRAIL_LINK_SECRET`: the first makes application links, all of them open them.
    pub link: Vec<Secret>,
    /// `COVERTRAIL_SUBSCRIBER_<NAME>_SECRET`, by the subscriber's name.
    pub subscribers: BTreeMap<SubscriberName, Vec<String>>,
}

/// Who may act over HTTP, by token.
#[derive(Clone, Default)]
pub struct People(pub Vec<(PersonId, String)>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(not shown)")
    }
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(person, _)| person)).finish()
    }
}

impl Secrets {
    /// Reads what a configuration needs from the process's environment.
    pub fn from_environment(config: &Config) -> Result<Self, Error> {
        Self::from_lookup(config, |name| std::env::var(name).ok())
    }

    /// Reads it from anything that knows variables by name; names every one that is missing, weak or used twice.
    pub fn from_lookup(config: &Config, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut reader = VariableReader { lookup: &lookup, problems: Vec::new(), known: Vec::new() };
        let access = config.access.iter().map(|token| (&token.name, "[[access]]", token.sha256));
        let gateway = config.gateway.users.iter().map(|user| (&user.name, "[[gateway.users]]", user.sha256));
        for (name, table, sha256) in access.chain(gateway) {
            reader.keep_apart(format!("the token of {name} in {table}"), sha256.0, &made_with(MAKES_TOKEN));
        }
        let policy_api_key = reader.vendors("COVERTRAIL_POLICY_API_KEY", "1099Policy");
        let policy_webhook =
            reader.webhook("COVERTRAIL_POLICY_WEBHOOK_SECRETS", &config.policy.webhook.scheme);
        let workmarket_token = reader.vendors("COVERTRAIL_WORKMARKET_TOKEN", "WorkMarket");
        let workmarket_webhook =
            reader.webhook("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", &config.workmarket.webhook.scheme);
        let workmarket_secret = reader
            .value("COVERTRAIL_WORKMARKET_SECRET")
            .map(|_| reader.vendors("COVERTRAIL_WORKMARKET_SECRET", "WorkMarket"));
        let people = reader.people(&config.access);
        let link = reader.link();
        let mut subscribers = BTreeMap::new();
        for subscriber in &config.subscribers {
            let secrets = reader.needed(&subscriber.variable(), MAKES_STANDARD_SECRET, |secret| {
                own_standard_key(secret).map(drop)
            });
            subscribers.insert(subscriber.name.clone(), secrets);
        }
        if !reader.problems.is_empty() {
            return Err(Error::Environment { problems: reader.problems });
        }
        Ok(Self {
            policy_api_key,
            policy_webhook,
            workmarket_token,
            workmarket_secret,
            workmarket_webhook,
            people,
            link,
            subscribers,
        })
    }
}

/// The secrets of the application links alone, for those who only show them.
pub fn link_secrets() -> Result<Vec<Secret>, Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let mut reader = VariableReader { lookup: &lookup, problems: Vec::new(), known: Vec::new() };
    let link = reader.link();
    if reader.problems.is_empty() { Ok(link) } else { Err(Error::Environment { problems: reader.problems }) }
}

/// `COVERTRAIL_STORE_CREDENTIALS`: how one logs in to an EventStoreDB server, for everybody who opens a log there.
pub fn store_credentials() -> Option<Secret> {
    let given = std::env::var("COVERTRAIL_STORE_CREDENTIALS").ok();
    given.map(|given| given.trim().to_owned()).filter(|given| !given.is_empty()).map(Secret::new)
}

/// The strength that a secret of a webhook must have, by its scheme.
fn require_strong_webhook(scheme: &str, secret: &str) -> Result<(), WeakSecret> {
    if scheme == "standard-webhooks" {
        strong_standard_key(secret).map(drop)
    } else {
        require_strong_text(secret)
    }
}

/// The command that makes a good secret of a webhook, by its scheme.
pub(crate) fn makes_webhook_secret(scheme: &str) -> &'static str {
    if scheme == "standard-webhooks" { MAKES_STANDARD_SECRET } else { MAKES_TOKEN }
}

/// Reads variables, and notes what is wrong with them.
struct VariableReader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
    /// Every secret so far, by its SHA-256, with what it is called in messages.
    known: Vec<(String, [u8; 32])>,
}

impl VariableReader<'_> {
    fn value(&self, variable: &str) -> Option<String> {
        (self.lookup)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A key of ours at a vendor, which only the vendor can make.
    fn vendors(&mut self, variable: &str, vendor: &str) -> String {
        let remedy = format!("copy all of it from {vendor}");
        let Some(value) = self.value(variable) else {
            self.problems.push(format!("{variable} is not set; {remedy}"));
            return String::new();
        };
        if let Err(weak) = require_strong_text(&value) {
            self.problems.push(format!("{variable} {weak}; {remedy}"));
        }
        self.keep_apart(variable.to_owned(), digest(&value), &remedy);
        value
    }

    fn webhook(&mut self, variable: &str, scheme: &str) -> Vec<String> {
        let makes = makes_webhook_secret(scheme);
        self.needed(variable, makes, |secret| require_strong_webhook(scheme, secret))
    }

    fn needed(
        &mut self,
        variable: &str,
        makes: &str,
        check: impl Fn(&str) -> Result<(), WeakSecret>,
    ) -> Vec<String> {
        let secrets = self.several(variable, makes, check);
        if secrets.is_empty() {
            self.problems.push(format!("{variable} is not set; {}", made_with(makes)));
        }
        secrets
    }

    /// Live secrets by commas.
    fn several(
        &mut self,
        variable: &str,
        makes: &str,
        check: impl Fn(&str) -> Result<(), WeakSecret>,
    ) -> Vec<String> {
        let secrets = by_commas(&self.value(variable).unwrap_or_default());
        for (number, secret) in (1..).zip(&secrets) {
            let name = if secrets.len() == 1 {
                variable.to_owned()
            } else {
                format!("secret {number} of {variable}")
            };
            if let Err(weak) = check(secret) {
                self.problems.push(format!("{name} {weak}; {}", made_with(makes)));
            }
            self.keep_apart(name, digest(secret), &made_with(makes));
        }
        secrets
    }

    fn link(&mut self) -> Vec<Secret> {
        self.several(LINK_SECRET, MAKES_TOKEN, require_strong_text).into_iter().map(Secret::new).collect()
    }

    fn people(&mut self, access: &[Token]) -> People {
        let mut people = Vec::new();
        for (number, pair) in (1..).zip(by_commas(&self.value(PEOPLE).unwrap_or_default())) {
            let read = pair.split_once('=').map(|(name, token)| (PersonId::parse(name.trim()), token.trim()));
            let Some((Ok(person), token)) = read else {
                let form = "takes name=token pairs by commas";
                self.problems.push(format!(
                    "{PEOPLE} {form}, and pair {number} is none; see covertrail init --secrets"
                ));
                continue;
            };
            let name = format!("the token of {person} in {PEOPLE}");
            if let Err(weak) = require_strong_text(token) {
                self.problems.push(format!("{name} {weak}; {}", made_with(MAKES_TOKEN)));
            }
            self.keep_apart(name, digest(token), &made_with(MAKES_TOKEN));
            people.push((person, token.to_owned()));
        }
        let in_file = access.iter().map(Holder::in_file);
        let here = people.iter().map(|(name, _)| Holder { place: PEOPLE, name, role: Role::Reviewer });
        let holders: Vec<Holder<'_>> = in_file.chain(here).collect();
        self.problems.extend(ambiguous_names(&holders));
        People(people)
    }

    /// One secret stands for one thing: otherwise nobody could say who used it, and whoever has one has both.
    fn keep_apart(&mut self, name: String, digest: [u8; 32], remedy: &str) {
        if let Some((other, _)) = self.known.iter().find(|(_, known)| *known == digest) {
            self.problems.push(format!("{name} is the same as {other}; {remedy}"));
        }
        self.known.push((name, digest));
    }
}

fn made_with(command: &str) -> String {
    format!("make a good one with: {command}")
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn by_commas(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
