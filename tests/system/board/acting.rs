//! What people do at the board, and what they may not.

use super::browser::{Browser, Scripts, is_missing};
use super::clerk::{LIVE, follow_link, sign_in};
use super::{Demo, shots};
use crate::world::{Order, Plan, REVIEWER_TOKEN, World};
use serde_json::json;

#[tokio::test]
async fn a_reviewer_approves_waives_and_hands_in() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;

    browser.go(&demo.at("/reviews")).await;
    browser.click("a[href*='decision=approve']").await;
    browser.click("form.act .main").await;
    // the browser itself asks for the reason
    assert!(browser.address().await.contains("/review"));
    browser.fill("#reason", "the address is that of the holder's parent").await;
    browser.click("form.act .main").await;
    browser.says(".notice.good", "Your decision is recorded.").await;
    browser.says(".answer", "Insured").await;
    browser.says("ol.history", "the address is that of the holder's parent").await;
    browser.go(&demo.at("/reviews")).await;
    browser.says("#queue", "No certificate waits for a person.").await;

    browser.go(&demo.at("/work-orders/WO-1004/waive")).await;
    browser.fill("#until", "01012031").await;
    browser.fill("#reason", "the client's own policy covers the site").await;
    browser.click("form.act .main").await;
    browser.says("ol.history", "Waived").await;

    let pdf = shots().join("certificate.pdf");
    std::fs::write(&pdf, "%PDF-1.7\n% certificate of insurance, handed in at the board\n%%EOF\n").unwrap();
    browser.go(&demo.at("/work-orders/WO-1003/certificate")).await;
    browser.fill("#file", pdf.canonicalize().unwrap().to_str().unwrap()).await;
    browser.fill("#reason", "the contractor sent it by mail").await;
    browser.click("form.act .main").await;
    browser.says(".notice.good", "on its way").await;
    let history = browser.text("ol.history").await;
    assert!(history.contains("Certificate submitted") && history.contains("the contractor sent it by mail"));
    demo.end();
}

#[tokio::test]
async fn a_certificate_is_denied_and_the_queue_of_somebody_else_hears_of_it() {
    if is_missing() {
        return;
    }
    let demo = Demo::begin().await;
    let (browser, colleague) = (Browser::open(Scripts::On).await, Browser::open(Scripts::On).await);
    follow_link(&colleague, &demo.board, &demo.token).await;
    colleague.go(&demo.at("/reviews")).await;
    colleague.sees("it is live", LIVE).await;
    follow_link(&browser, &demo.board, &demo.token).await;
    browser.go(&demo.at("/reviews")).await;
    browser.click("a[href*='decision=deny']").await;
    let chosen = browser.run("return document.querySelector('input[name=decision]:checked').value").await;
    assert_eq!(chosen, json!("deny"));
    browser.fill("#reason", "it is of another company").await;
    browser.click("form.act .main").await;
    browser.says(".notice.good", "Your decision is recorded.").await;
    browser.says(".answer", "Uninsured & working").await;
    let history = browser.text("ol.history").await;
    assert!(history.contains("it is of another company") && history.contains("by casey"), "{history}");
    let is_empty =
        "return document.querySelector('#queue').textContent.includes('No certificate waits for a person.')";
    colleague.sees("the queue is empty", is_empty).await;
    demo.end();
}

#[tokio::test]
async fn a_blocked_step_is_retried_and_a_page_that_is_too_old_decides_nothing() {
    if is_missing() {
        return;
    }
    let world = World::begin(Plan { attempts: 1, give_up_after_seconds: 1, ..Plan::default() }).await;
    world.at_policy("outage", json!({ "on": true, "closes": true })).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("step_blocked").await;
    let browser = Browser::open(Scripts::On).await;
    let board = world.url("");
    sign_in(&browser, &board, REVIEWER_TOKEN).await;
    browser.go(&world.url("/integrations")).await;
    // the page is live: the step comes without being asked for
    browser.text("#blocked ~ .scroll").await;
    browser.is_wide(1000).await;
    browser.shoot(&shots().join("integrations-blocked-1000-light.png"), 1000).await;
    browser.click("a[href='/work-orders/12345/retry']").await;
    world.at_policy("outage", json!({ "on": false })).await;
    browser.click("form.act .main").await;
    assert!(browser.address().await.ends_with("/retry"), "a reason is asked for");
    browser.fill("#reason", "1099Policy is back").await;
    browser.click("form.act .main").await;
    browser.says(".notice.good", "tried again").await;
    browser.says("ol.history", "1099Policy is back").await;
    order.event("application_completed").await;

    browser.go(&world.url("/work-orders/12345/waive")).await;
    browser.fill("#until", "01012031").await;
    browser.fill("#reason", "it was agreed with the client").await;
    order.policy_id().await;
    order.start().await;
    order.event("coverage_assigned").await;
    browser.click("form.act .main").await;
    browser.says(".notice.bad", "has changed since you opened this page").await;
    assert_eq!(order.count("waived").await, 0);
    let kept = browser.run("return document.querySelector('#reason').value").await;
    assert_eq!(kept, json!("it was agreed with the client"), "what was written is not lost");
}
