//! The options of `covertrail sandbox policy`.

use super::{Failure, Simulation, now};
use clap::{Args, ValueEnum};
use covertrail_adapters::sandbox::policy::{
    CertificateReview, Envelope, PolicySettings, Times, Verdict, Vocabulary, start,
};
use covertrail_adapters::sandbox::{FaultPlan, Running, Scheme, WebhookTarget};
use std::time::Duration;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Policy {
    #[command(flatten)]
    simulation: Simulation,
    /// A key that may read and not write; may be given again
    #[arg(long, value_name = "KEY")]
    read_only_key: Vec<String>,
    /// A client (en_…) known from the start, instead of the usual one; may be given again
    #[arg(long, value_name = "ID")]
    entity: Vec<String>,
    /// A job category known from the start, instead of the usual one; may be given again
    #[arg(long, value_name = "CODE=NAME", value_parser = category)]
    category: Vec<(String, String)>,
    /// Whose names events and certificates' standings have
    #[arg(long, value_enum, default_value_t)]
    vocabulary: VocabularyName,
    /// Webhooks have the object as data (a), or as data.object (b)
    #[arg(long, value_enum, default_value_t)]
    envelope: EnvelopeName,
    /// Moments are Unix seconds, or ISO 8601
    #[arg(long, value_enum, default_value_t)]
    times: TimesName,
    /// Webhooks come without the objects' custom metadata
    #[arg(long)]
    without_metadata: bool,
    /// Webhook bodies come without the event's id
    #[arg(long)]
    without_id: bool,
    /// How webhooks are signed
    #[arg(long, value_enum, default_value_t)]
    scheme: SchemeName,
    /// Contractors do not apply by themselves
    #[arg(long)]
    contractors_wait: bool,
    /// How long a contractor takes to apply
    #[arg(long, value_name = "MS", default_value_t = 0)]
    contractors_after_ms: u64,
    /// The answer to an assignment says itself that it is active
    #[arg(long)]
    answer_active: bool,
    /// How long an assignment takes to become active
    #[arg(long, value_name = "MS", default_value_t = 0)]
    activation_after_ms: u64,
    /// What becomes of certificates by themselves; without it they wait for an order
    #[arg(long, value_enum)]
    certificates: Option<VerdictName>,
    /// How long the review of a certificate takes
    #[arg(long, value_name = "MS", default_value_t = 0, requires = "certificates")]
    certificates_after_ms: u64,
    /// Invoices are taken for contractors who never had a policy
    #[arg(long = "invoices-without-policy")]
    uninsured_invoices: bool,
    /// The faults from the start, in the form that POST /sandbox/faults takes
    #[arg(long, value_name = "JSON", value_parser = faults, default_value = "{}")]
    faults: FaultPlan,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum VocabularyName {
    /// policy.canceled, certificate.validated
    #[default]
    Guide,
    /// policy.cancelled, certificate.approved, every step of an application
    Reference,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum EnvelopeName {
    #[default]
    A,
    B,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TimesName {
    #[default]
    Unix,
    Iso,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum SchemeName {
    /// Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature
    #[default]
    Standard,
    /// X-Signature: t=…,v1=…
    Stripe,
    /// X-Signature-256: sha256=…
    Github,
    /// Authorization: Bearer …
    Bearer,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VerdictName {
    Validated,
    Flagged,
    Denied,
    Error,
}

impl Policy {
    /// What is simulated, the keys it takes, and the sandbox.
    pub(super) async fn start(&self) -> Result<(&'static str, String, Running), Failure> {
        let settings = self.settings();
        let keys = settings.api_keys.join(", ");
        let started = start(self.simulation.bind().await?, settings).await;
        let running = started.map_err(|error| Failure::Failed(error.to_string()))?;
        Ok(("1099Policy", keys, running))
    }

    fn settings(&self) -> PolicySettings {
        let mut settings = PolicySettings::new(now());
        let scheme = self.scheme.meant();
        settings.seed = self.simulation.seed;
        settings.api_keys = self.simulation.key.clone().map_or(settings.api_keys, |key| vec![key]);
        settings.read_only_keys.clone_from(&self.read_only_key);
        settings.webhook = self.simulation.target(|url, secret| WebhookTarget { url, secret, scheme });
        settings.endpoint_scheme = scheme;
        settings.vocabulary = match self.vocabulary {
            VocabularyName::Guide => Vocabulary::Guide,
            VocabularyName::Reference => Vocabulary::Reference,
        };
        settings.envelope = match self.envelope {
            EnvelopeName::A => Envelope::Flat,
            EnvelopeName::B => Envelope::Nested,
        };
        settings.times = match self.times {
            TimesName::Unix => Times::Unix,
            TimesName::Iso => Times::Iso,
        };
        settings.with_metadata = !self.without_metadata;
        settings.with_id = !self.without_id;
        settings.contractor.apply = !self.contractors_wait;
        settings.contractor.after = Duration::from_millis(self.contractors_after_ms);
        settings.answer_active = self.answer_active;
        settings.activation_after = Duration::from_millis(self.activation_after_ms);
        settings.certificate_review = CertificateReview {
            verdict: self.certificates.map(VerdictName::meant),
            after: Duration::from_millis(self.certificates_after_ms),
        };
        settings.invoice_needs_policy = !self.uninsured_invoices;
        settings.faults = self.faults.clone();
        if !self.entity.is_empty() {
            settings.entities.clone_from(&self.entity);
        }
        if !self.category.is_empty() {
            settings.category_codes.clone_from(&self.category);
        }
        settings
    }
}

impl SchemeName {
    fn meant(self) -> Scheme {
        match self {
            Self::Standard => Scheme::StandardWebhooks,
            Self::Stripe => Scheme::Stripe,
            Self::Github => Scheme::GitHub,
            Self::Bearer => Scheme::Bearer,
        }
    }
}

impl VerdictName {
    fn meant(self) -> Verdict {
        match self {
            Self::Validated => Verdict::Validated,
            Self::Flagged => Verdict::Flagged,
            Self::Denied => Verdict::Denied,
            Self::Error => Verdict::Error,
        }
    }
}

fn category(text: &str) -> Result<(String, String), String> {
    let (code, name) = text.split_once('=').ok_or("not CODE=NAME")?;
    Ok((code.to_owned(), name.to_owned()))
}

fn faults(text: &str) -> Result<FaultPlan, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
