//! What comes from the environment, and is never printed.

use super::Error;
use covertrail_adapters::secret::Secret;
use covertrail_domain::id::PersonId;
use std::fmt;

/// The secrets that `serve` needs.
#[derive(Clone)]
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
    /// `COVERTRAIL_LINK_SECRET`
    pub link: Option<Secret>,
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
    /// Reads them from the process's environment.
    pub fn from_environment() -> Result<Self, Error> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads them from anything that knows variables by name; names every one that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut needed = |name: &str, what: &str| {
            let value = lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
            value.unwrap_or_else(|| {
                problems.push(format!("{name} is not set: {what}"));
                String::new()
            })
        };
        let policy_api_key = needed("COVERTRAIL_POLICY_API_KEY", "the 1099Policy API key");
        let policy_webhook =
            needed("COVERTRAIL_POLICY_WEBHOOK_SECRETS", "the secrets of 1099Policy's webhooks");
        let workmarket_token = needed("COVERTRAIL_WORKMARKET_TOKEN", "the WorkMarket API token");
        let workmarket_webhook =
            needed("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "the secrets of WorkMarket's webhooks");
        let people = people(&lookup("COVERTRAIL_PEOPLE").unwrap_or_default(), &mut problems);
        let workmarket_secret = lookup("COVERTRAIL_WORKMARKET_SECRET")
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty());
        let link = link(&lookup, &mut problems);
        if !problems.is_empty() {
            return Err(Error::Environment { problems });
        }
        let (policy_webhook, workmarket_webhook) =
            (by_commas(&policy_webhook), by_commas(&workmarket_webhook));
        Ok(Self {
            policy_api_key,
            policy_webhook,
            workmarket_token,
            workmarket_secret,
            workmarket_webhook,
            people,
            link,
        })
    }
}

/// The secret of the application links alone, for those who only show them.
pub fn link_secret() -> Option<Secret> {
    link(&|name: &str| std::env::var(name).ok(), &mut Vec::new())
}

/// `COVERTRAIL_STORE_CREDENTIALS`: how one logs in to an EventStoreDB server, for everybody who opens a log there.
pub fn store_credentials() -> Option<Secret> {
    let given = std::env::var("COVERTRAIL_STORE_CREDENTIALS").ok();
    given.map(|given| given.trim().to_owned()).filter(|given| !given.is_empty()).map(Secret::new)
}

fn link(lookup: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<Secret> {
    let secret = lookup("COVERTRAIL_LINK_SECRET").filter(|secret| !secret.trim().is_empty())?;
    if secret.trim().len() < 16 {
        problems.push("COVERTRAIL_LINK_SECRET is too short: it takes 16 random characters or more".into());
        return None;
    }
    Some(Secret::new(secret.trim().to_owned()))
}

fn by_commas(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn people(text: &str, problems: &mut Vec<String>) -> People {
    let mut people = Vec::new();
    for pair in by_commas(text) {
        let read = pair.split_once('=').filter(|(_, token)| token.len() >= 16);
        match read.map(|(name, token)| (PersonId::parse(name), token)) {
            Some((Ok(person), token)) => people.push((person, token.to_owned())),
            Some((Err(_), _)) | None => problems.push(
                "COVERTRAIL_PEOPLE is malformed: it takes name=token pairs by commas, tokens of 16 characters or more".into(),
            ),
        }
    }
    People(people)
}
