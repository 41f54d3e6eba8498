//! How a simulated 1099Policy behaves.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sandbox::{Clock, FaultPlan, Redelivery, WebhookTarget};

pub(super) const TERM_CHECK: Duration = Duration::from_millis(250);

/// Everything that can be set when the sandbox starts.
#[derive(Clone)]
pub struct PolicySettings {
    /// The keys that are let in.
    pub api_keys: Vec<String>,
    /// What ids and faults are drawn from.
    pub seed: u64,
    /// The clients (`en_…`) that jobs may be for.
    pub entities: Vec<String>,
    /// The job categories: code and name.
    pub category_codes: Vec<(String, String)>,
    /// Where webhooks go; without one they are only recorded.
    pub webhook: Option<WebhookTarget>,
    /// How stubbornly webhooks are delivered again.
    pub redelivery: Redelivery,
    /// The guide's or the reference's event names, and what comes with them.
    pub wire: Wire,
    /// The form of webhook bodies.
    pub envelope: Envelope,
    /// The contractor who fills in application sessions.
    pub contractor: AutomaticContractor,
    /// Whether `policy.active` is told once the policy is issued, before any assignment is made under it. The
    /// guide's flow hears of it with the assignment.
    pub told_when_issued: bool,
    /// The answer to an assignment says itself that it is active.
    pub answer_active: bool,
    /// How long after its answer an assignment becomes active and its webhook leaves.
    pub activation_after: Duration,
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
            seed: 1099,
            entities: vec!["en_abc123".to_owned()],
            category_codes: vec![("jc_MTqpkbkp6G".to_owned(), "Low Voltage Cabling".to_owned())],
            webhook: None,
            redelivery: Redelivery::default(),
            wire: Wire::Guide,
            envelope: Envelope::Flat,
            contractor: AutomaticContractor::default(),
            told_when_issued: true,
            answer_active: false,
            activation_after: Duration::ZERO,
            effective_tolerance_seconds: 60,
            certificate_review: CertificateReview::default(),
            faults: FaultPlan::default(),
            public_url: None,
            clock,
        }
    }
}

/// Which of the vendor's two documents the webhooks follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// `policy.canceled`, `certificate.validated`; data carries `custom_metadata`; an assignment's activation also
    /// brings a `policy.active`.
    #[default]
    Guide,
    /// `policy.cancelled`, `certificate.approved`; no `custom_metadata`.
    Reference,
}

/// The two forms of webhook bodies in the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// `data` is the object; ids begin with `ev_`.
    #[default]
    Flat,
    /// `data.object` is the object; ids begin with `evt_`.
    Nested,
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

/// What becomes of a certificate by itself; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct CertificateReview {
    /// The verdict, or none to leave it pending until someone orders one.
    pub verdict: Option<Verdict>,
    /// How long after the upload.
    pub after: Duration,
}

/// What a review of a certificate can come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It proves cover.
    Validated,
    /// A person must look at it.
    Flagged,
    /// It proves nothing.
    Denied,
}

impl Verdict {
    pub(super) fn name(self, wire: Wire) -> &'static str {
        match (self, wire) {
            (Self::Validated, Wire::Guide) => "validated",
            (Self::Validated, Wire::Reference) => "approved",
            (Self::Flagged, Wire::Guide | Wire::Reference) => "flagged",
            (Self::Denied, Wire::Guide | Wire::Reference) => "denied",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "validated" | "approved" => Some(Self::Validated),
            "flagged" => Some(Self::Flagged),
            "denied" => Some(Self::Denied),
            _ => None,
        }
    }
}
