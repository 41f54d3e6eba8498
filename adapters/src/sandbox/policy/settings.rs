//! How a simulated 1099Policy behaves.

use std::time::Duration;

use super::times::Times;
use super::vocabulary::{CertificateReview, Envelope, Vocabulary};
use crate::sandbox::{Clock, FaultPlan, Redelivery, Scheme, WebhookTarget};

pub(super) const TERM_CHECK: Duration = Duration::from_millis(250);

/// Everything that can be set when the sandbox starts.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own, and any mixture makes sense")]
pub struct PolicySettings {
    /// The keys that are let in, as a bearer or as the user of Basic authentication.
    pub api_keys: Vec<String>,
    /// Keys that may read and not write.
    pub read_only_keys: Vec<String>,
    /// What ids and faults are drawn from.
    pub seed: u64,
    /// The clients (`en_…`) that jobs may be for.
    pub entities: Vec<String>,
    /// The job categories: code and name.
    pub category_codes: Vec<(String, String)>,
    /// Where webhooks go, beside the endpoints that are registered; without one they are only recorded.
    pub webhook: Option<WebhookTarget>,
    /// How webhooks to registered endpoints are signed, each with its endpoint's secret.
    pub endpoint_scheme: Scheme,
    /// How stubbornly webhooks are delivered again.
    pub redelivery: Redelivery,
    /// The guide's or the reference's names of events and of certificates' standings.
    pub vocabulary: Vocabulary,
    /// The form of webhook bodies.
    pub envelope: Envelope,
    /// Whether webhooks carry the objects' `custom_metadata`; the reference's samples do not.
    pub with_metadata: bool,
    /// Whether webhook bodies carry the event's id; some samples do not.
    pub with_id: bool,
    /// How moments are written, in answers and in webhooks.
    pub times: Times,
    /// The contractor who fills in application sessions.
    pub contractor: AutomaticContractor,
    /// Whether `policy.active` is told once the policy is issued, before any assignment is made under it. The
    /// guide's flow hears of it with the assignment.
    pub told_when_issued: bool,
    /// The answer to an assignment says itself that it is active.
    pub answer_active: bool,
    /// How long after its answer an assignment becomes active and its webhook leaves.
    pub activation_after: Duration,
    /// Whether pay can be invoiced only for contractors who have or had a policy.
    pub invoice_needs_policy: bool,
    /// How far in the past a quote may begin, in seconds.
    pub effective_tolerance_seconds: i64,
    /// What becomes of certificates by themselves.
    pub certificate_review: CertificateReview,
    /// The faults from the start.
    pub faults: FaultPlan,
    /// What links to the apply page begin with; the listener's address where absent.
    pub public_url: Option<String>,
    /// The hour.
    pub clock: Clock,
}

impl PolicySettings {
    /// The guide's key, client and category; contractors apply at once; no faults, no webhooks.
    pub fn new(clock: Clock) -> Self {
        Self {
            api_keys: vec!["t9k_test_sandbox".to_owned()],
            read_only_keys: Vec::new(),
            seed: 1099,
            entities: vec!["en_abc123".to_owned()],
            category_codes: vec![("jc_MTqpkbkp6G".to_owned(), "Low Voltage Cabling".to_owned())],
            webhook: None,
            redelivery: Redelivery::default(),
            endpoint_scheme: Scheme::StandardWebhooks,
            vocabulary: Vocabulary::Guide,
            envelope: Envelope::Flat,
            with_metadata: true,
            with_id: true,
            times: Times::Unix,
            contractor: AutomaticContractor::default(),
            told_when_issued: true,
            answer_active: false,
            activation_after: Duration::ZERO,
            invoice_needs_policy: true,
            effective_tolerance_seconds: 60,
            certificate_review: CertificateReview::default(),
            faults: FaultPlan::default(),
            public_url: None,
            clock,
        }
    }
}

/// A contractor who applies without being asked.
#[derive(Clone, Copy, Debug)]
pub struct AutomaticContractor {
    /// Whether sessions are completed at all.
    pub apply: bool,
    /// How long after a session opens.
    pub after: Duration,
}

impl Default for AutomaticContractor {
    fn default() -> Self {
        Self { apply: true, after: Duration::ZERO }
    }
}
