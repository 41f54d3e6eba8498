//! What the vendor tells of: every event is put on record, and sent to those who asked for it.

use serde::Serialize;
use serde_json::{Value, json};

use super::events::Event;
use super::vocabulary::{Envelope, Verdict, Vocabulary};
use super::world::PolicyWorld;
use crate::sandbox::WebhookTarget;
use crate::sandbox::courier::Message;
use crate::sandbox::desk::Effect;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Happening {
    ApplicationCreated,
    ApplicationStarted,
    ApplicationComplete,
    ApplicationExpired,
    ApplicationIneligible,
    ManualReview,
    ManualReviewApproved,
    PolicyActive,
    MediaPolicyActive,
    PolicyExpired,
    PolicyCancelled,
    PolicyReactivated,
    AssignmentActive,
    AssignmentCancelled,
    CertificateReviewed(Verdict),
    CardCharged,
    CardRefused,
    CategoryAdded,
}

impl Happening {
    /// The guide's name and the reference's. The reference tells of no end of a term; the guide knows only the
    /// steps of an application that decide something.
    fn names(self) -> [Option<&'static str>; 2] {
        let both = |name| [Some(name), Some(name)];
        match self {
            Self::ApplicationCreated => [None, Some("application.created")],
            Self::ApplicationStarted => [None, Some("application.started")],
            Self::ApplicationComplete => both("application.complete"),
            Self::ApplicationExpired => both("application.expired"),
            Self::ApplicationIneligible => both("application.ineligible"),
            Self::ManualReview => [None, Some("application.manual_review")],
            Self::ManualReviewApproved => [None, Some("application.manual_review_approved")],
            Self::PolicyActive => both("policy.active"),
            Self::MediaPolicyActive => [None, Some("policy.active.media")],
            Self::PolicyExpired => [Some("policy.expired"), None],
            Self::PolicyCancelled => [Some("policy.canceled"), Some("policy.cancelled")],
            Self::PolicyReactivated => both("policy.reactivated"),
            Self::AssignmentActive => both("assignment.active"),
            Self::AssignmentCancelled => both("assignment.cancelled"),
            Self::CertificateReviewed(Verdict::Validated) => {
                [Some("certificate.validated"), Some("certificate.approved")]
            }
            Self::CertificateReviewed(Verdict::Flagged) => both("certificate.flagged"),
            Self::CertificateReviewed(Verdict::Denied) => both("certificate.denied"),
            Self::CertificateReviewed(Verdict::Error) => both("certificate.error"),
            Self::CardCharged => [None, Some("invoice.charge_card_succeeded")],
            Self::CardRefused => [None, Some("invoice.charge_card_failed")],
            Self::CategoryAdded => [None, Some("category_code.added")],
        }
    }

    fn name(self, vocabulary: Vocabulary) -> Option<&'static str> {
        let [guide, reference] = self.names();
        match vocabulary {
            Vocabulary::Guide => guide,
            Vocabulary::Reference => reference,
        }
    }
}

impl PolicyWorld {
    /// Tells of an object; events about one contractor stay in order.
    pub(super) fn tell(&mut self, now: i64, happening: Happening, contractor: &str, data: Value) {
        if let Some(kind) = happening.name(self.settings.vocabulary) {
            let event = self.put_on_record(now, kind, data);
            self.send(&event, contractor);
        }
    }

    fn put_on_record(&mut self, now: i64, kind: &'static str, mut data: Value) -> Event {
        if !self.settings.with_metadata
            && let Some(data) = data.as_object_mut()
        {
            data.remove("custom_metadata");
        }
        let (id, data) = match self.settings.envelope {
            Envelope::Flat => (self.ids.next("ev_"), data),
            Envelope::Nested => (self.ids.next("evt_"), json!({"object": data})),
        };
        let body = self.settings.times.spell(json!({"id": id, "type": kind, "created": now, "data": data}));
        let event = Event { id, kind, body };
        self.events.put(event.clone());
        event
    }

    fn send(&mut self, event: &Event, lane: &str) {
        let mut body = event.body.clone();
        if !self.settings.with_id
            && let Some(body) = body.as_object_mut()
        {
            body.remove("id");
        }
        let message = || Message {
            lane: lane.to_owned(),
            id: event.id.clone(),
            kind: event.kind.to_owned(),
            path: String::new(),
            body: body.clone(),
        };
        self.effects.push(Effect::Tell(message()));
        for endpoint in self.endpoints.newest_first().filter(|endpoint| endpoint.wants(event.kind)) {
            let target = WebhookTarget {
                url: endpoint.url.clone(),
                secret: endpoint.secret.clone(),
                scheme: self.settings.endpoint_scheme,
            };
            self.effects.push(Effect::TellTo(target, message()));
        }
    }
}
