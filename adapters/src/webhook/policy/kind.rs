//! What happened, whichever of the vendor's two vocabularies says it.

/// What has happened, and to what kind of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// To a policy.
    Policy(Policy),
    /// To an insurance application session.
    Application(Application),
    /// To an assignment.
    Assignment(Assignment),
    /// To a certificate that was handed in.
    Certificate(Certificate),
    /// To the charge for an invoice.
    Charge(Charge),
    /// A category code was added to the vendor's list.
    CategoryAdded,
    /// Something that we have no word for, in the vendor's.
    Unknown(String),
}

/// What has happened to a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It is in force.
    Active,
    /// It came to its end.
    Expired,
    /// It was canceled.
    Canceled,
    /// It is in force again after a cancellation.
    Reactivated,
}

/// How far a contractor's application has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// The session exists.
    Created,
    /// The contractor has begun.
    Started,
    /// The contractor is done.
    Complete,
    /// The session ran out before the contractor was done.
    Expired,
    /// The contractor cannot be insured.
    Ineligible,
    /// An underwriter looks at it.
    ManualReview,
    /// The underwriter agreed.
    ManualReviewApproved,
}

/// What has happened to an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// Its cover is bound.
    Active,
    /// It was canceled, which no assignment comes back from.
    Canceled,
}

/// The vendor's verdict on a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// It holds: `validated` in the guide, `approved` in the reference.
    Approved,
    /// A rule failed and a person should look.
    Flagged,
    /// It is refused.
    Denied,
    /// It could not be examined: `error`.
    Unexamined,
}

/// What came of charging a contractor's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// The premium was paid.
    Succeeded,
    /// The premium was not paid.
    Failed,
}

impl Kind {
    /// Reads the `type` of an event.
    pub fn parse(text: &str) -> Self {
        match text {
            "policy.active" | "policy.active.media" => Self::Policy(Policy::Active),
            "policy.expired" => Self::Policy(Policy::Expired),
            "policy.canceled" | "policy.cancelled" => Self::Policy(Policy::Canceled),
            "policy.reactivated" => Self::Policy(Policy::Reactivated),
            "application.created" => Self::Application(Application::Created),
            "application.started" => Self::Application(Application::Started),
            "application.complete" => Self::Application(Application::Complete),
            "application.expired" => Self::Application(Application::Expired),
            "application.ineligible" => Self::Application(Application::Ineligible),
            "application.manual_review" => Self::Application(Application::ManualReview),
            "application.manual_review_approved" => Self::Application(Application::ManualReviewApproved),
            "assignment.active" => Self::Assignment(Assignment::Active),
            "assignment.canceled" | "assignment.cancelled" => Self::Assignment(Assignment::Canceled),
            "certificate.validated" | "certificate.approved" => Self::Certificate(Certificate::Approved),
            "certificate.flagged" => Self::Certificate(Certificate::Flagged),
            "certificate.denied" => Self::Certificate(Certificate::Denied),
            "certificate.error" => Self::Certificate(Certificate::Unexamined),
            "invoice.charge_card_succeeded" => Self::Charge(Charge::Succeeded),
            "invoice.charge_card_failed" => Self::Charge(Charge::Failed),
            "category_code.added" => Self::CategoryAdded,
            _ => Self::Unknown(text.to_owned()),
        }
    }

    /// What the object's own `id` is the id of, by the member that names it in other objects.
    pub(super) fn subject(&self) -> Option<&'static str> {
        match self {
            Self::Policy(_) => Some("policy"),
            Self::Application(_) => Some("session"),
            Self::Assignment(_) => Some("assignment"),
            Self::Certificate(_) => Some("certificate"),
            Self::Charge(_) => Some("invoice"),
            Self::CategoryAdded | Self::Unknown(_) => None,
        }
    }
}
