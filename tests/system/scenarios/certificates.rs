//! Contractors who bring their own certificate of insurance.

use crate::stories::Story;
use crate::world::{Order, Plan, REVIEWER, World};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn a_certificate_that_the_vendor_validates_covers_the_work() {
    let world = World::begin(Plan::default()).await;
    let order = Story::CertificateValidated.play(&world, "12345").await;
    world.settles().await;
    assert_eq!(order.count("coverage_assigned").await, 0, "nothing needs to be bought");
}

#[tokio::test]
async fn a_flagged_certificate_covers_once_a_reviewer_approves_and_the_event_names_them() {
    let world = World::begin(Plan::default()).await;
    let order = Story::CertificateApprovedByReviewer.play(&world, "12345").await;
    world.settles().await;
    let (by, actor, reason) = order
        .until("the review", |told| {
            let review = told.named("certificate_reviewed").next()?;
            Some((review.data["by"].clone(), review.metadata["actor"].clone(), review.data["reason"].clone()))
        })
        .await;
    assert_eq!((by, actor), (json!(REVIEWER), json!(format!("person:{REVIEWER}"))));
    assert_eq!(reason, "the address is that of the holder's parent");
}

#[tokio::test]
async fn a_flagged_certificate_that_nobody_looked_at_covers_nothing() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let certificate = order.hand_in().await;
    order.verdict(&certificate, "flagged").await;
    order.event("certificate_flagged").await;
    order.start().await;
    order.is(Stage::Flagged, Badge::UninsuredWorking).await;
    world.settles().await;
}

#[tokio::test]
async fn a_denied_certificate_covers_nothing_and_says_why() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let certificate = order.hand_in().await;
    order.verdict(&certificate, "denied").await;
    let denied = order.event("certificate_denied").await;
    assert_eq!(denied["reason"], "the holder's address is not ours");
    order.is(Stage::Quoted, Badge::AtRisk).await;
    world.settles().await;
}

#[tokio::test]
async fn an_approved_certificate_covers_the_contractors_next_work_order_too() {
    let world = World::begin(Plan::default()).await;
    let first = Story::CertificateValidated.play(&world, "first").await;
    let second = Order::new(&world, "second", &first.worker);
    second.create(json!({}), json!({})).await;
    second.contractor("never").await;
    second.assign().await;
    second.start().await;
    second.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
}

#[tokio::test]
async fn an_exception_by_a_person_is_shown_as_one_and_never_as_insured() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let waiver = json!({ "reason": "the client accepts the risk", "until": order.ends });
    let answer = world.as_reviewer("/v1/work-orders/12345/waive", waiver.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    order.start().await;
    order.is(Stage::Quoted, Badge::Waived).await;
    assert_eq!(order.event("waived").await["waiver"]["by"], REVIEWER);
}

#[tokio::test]
async fn a_review_counts_for_all_of_the_contractors_work_orders() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let first = Order::assigned(&world, "first").await;
    let second = Order::new(&world, "second", &first.worker);
    second.create(json!({}), json!({})).await;
    second.assign().await;
    second.event("application_opened").await;
    let certificate = first.hand_in().await;
    first.verdict(&certificate, "flagged").await;
    second.event("certificate_flagged").await;
    crate::stories::approve(&first, &certificate).await;
    let review = second.event("certificate_reviewed").await;
    assert_eq!(review["by"], REVIEWER);
    for order in [&first, &second] {
        order.is(Stage::Active, Badge::Insured).await;
    }
    world.settles().await;
}
