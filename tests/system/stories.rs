//! What may happen to a work order, and where that must end: played alone, under faults and through crashes.

use crate::world::{DAY, Order, World, now};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;
use std::sync::Arc;

/// What happens to a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    StraightThrough,
    AlreadyCovered,
    NeverApplies,
    PolicyExpires,
    CanceledAndReinstated,
    CertificateValidated,
    CertificateApprovedByReviewer,
    CanceledBeforeStart,
    FinalPayDiffers,
    FinalPayAsAgreed,
}

impl Story {
    pub(crate) const ALL: [Self; 10] = [
        Self::StraightThrough,
        Self::AlreadyCovered,
        Self::NeverApplies,
        Self::PolicyExpires,
        Self::CanceledAndReinstated,
        Self::CertificateValidated,
        Self::CertificateApprovedByReviewer,
        Self::CanceledBeforeStart,
        Self::FinalPayDiffers,
        Self::FinalPayAsAgreed,
    ];

    /// Where it must end.
    pub(crate) const fn end(self) -> (Stage, Badge) {
        match self {
            Self::StraightThrough
            | Self::AlreadyCovered
            | Self::CanceledAndReinstated
            | Self::CertificateValidated
            | Self::CertificateApprovedByReviewer => (Stage::Active, Badge::Insured),
            Self::NeverApplies => (Stage::Quoted, Badge::UninsuredWorking),
            Self::PolicyExpires => (Stage::Expired, Badge::UninsuredWorking),
            Self::CanceledBeforeStart => (Stage::Canceled, Badge::Done),
            Self::FinalPayDiffers | Self::FinalPayAsAgreed => (Stage::Completed, Badge::Done),
        }
    }

    /// Plays it to its end with a work order of that name.
    pub(crate) async fn play(self, world: &Arc<World>, id: &str) -> Order {
        let order = match self {
            Self::AlreadyCovered => already_covered(world, id).await,
            Self::StraightThrough
            | Self::NeverApplies
            | Self::PolicyExpires
            | Self::CanceledAndReinstated
            | Self::CertificateValidated
            | Self::CertificateApprovedByReviewer
            | Self::CanceledBeforeStart
            | Self::FinalPayDiffers
            | Self::FinalPayAsAgreed => {
                let order = Order::new(world, id, &format!("wk_{id}"));
                order.create(json!({}), json!({})).await;
                self.act(&order).await;
                order
            }
        };
        let (stage, badge) = self.end();
        order.is(stage, badge).await;
        order
    }

    async fn act(self, order: &Order) {
        match self {
            Self::StraightThrough | Self::AlreadyCovered => begin_insured(order).await,
            Self::NeverApplies => {
                order.contractor("never").await;
                order.assign().await;
                order.event("application_opened").await;
                order.start().await;
            }
            Self::PolicyExpires => {
                begin_insured(order).await;
                order.contractor("never").await;
                order.policy("expire").await;
                order.event("coverage_expired").await;
            }
            Self::CanceledAndReinstated => {
                begin_insured(order).await;
                order.contractor("never").await;
                order.policy("cancel").await;
                order.is(Stage::Expired, Badge::UninsuredWorking).await;
                order.policy("reactivate").await;
            }
            Self::CertificateValidated => {
                let certificate = hand_in(order).await;
                order.verdict(&certificate, "validated").await;
                order.event("certificate_validated").await;
                order.start().await;
            }
            Self::CertificateApprovedByReviewer => {
                let certificate = hand_in(order).await;
                order.verdict(&certificate, "flagged").await;
                order.until("flagged", |told| (told.stage() == Some(Stage::Flagged)).then_some(())).await;
                approve(order, &certificate).await;
                order.start().await;
            }
            Self::CanceledBeforeStart => {
                order.contractor("never").await;
                order.assign().await;
                order.event("application_opened").await;
                order.at_workmarket("cancel", json!({})).await;
            }
            Self::FinalPayDiffers => {
                begin_insured(order).await;
                order.at_workmarket("complete", json!({ "final_pay": "410.07" })).await;
                order.event("invoice_recorded").await;
            }
            Self::FinalPayAsAgreed => {
                begin_insured(order).await;
                order.at_workmarket("complete", json!({ "final_pay": "325.00" })).await;
            }
        }
    }
}

/// Assigned, applied for, begun and in force by its assignment.
pub(crate) async fn begin_insured(order: &Order) {
    order.assign().await;
    order.event("application_completed").await;
    order.policy_id().await;
    order.start().await;
    order
        .until("in force by its assignment", |told| {
            let activated = told.all("coverage_activated");
            let confirmed = activated.iter().any(|data| data["evidence"]["assignment"].is_string());
            (confirmed && told.stage() == Some(Stage::Active)).then_some(())
        })
        .await;
}

/// The contractor brings a certificate instead of applying.
async fn hand_in(order: &Order) -> String {
    order.contractor("never").await;
    order.assign().await;
    order.event("assigned").await;
    order.hand_in().await
}

pub(crate) async fn approve(order: &Order, certificate: &str) {
    let review = json!({
        "certificate": certificate, "decision": "approve", "reason": "the address is that of the holder's parent",
    });
    let path = format!("/v1/work-orders/{}/review", order.id);
    let answer = order.world.as_reviewer(&path, review.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A second work order of a worker whose policy, made for the first, covers it too.
async fn already_covered(world: &Arc<World>, id: &str) -> Order {
    let first = Order::new(world, &format!("{id}-first"), &format!("wk_{id}"));
    first.create(json!({}), json!({})).await;
    begin_insured(&first).await;
    let mut second = Order::new(world, id, &first.worker);
    second.starts = now().max(first.starts) + 2;
    second.ends = first.ends - DAY / 24;
    second.create(json!({}), json!({})).await;
    second.assign().await;
    second.event("policy_matched").await;
    second.start().await;
    second
}
