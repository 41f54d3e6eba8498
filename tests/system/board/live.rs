//! What changes is shown while somebody looks, and leaves them where they are.

use super::Demo;
use super::browser::{Browser, Scripts, is_missing};
use super::clerk::{LIVE, follow_link};
use serde_json::json;

/// Where things are, and what somebody is at.
const PLACES: &str = "return JSON.stringify([scrollY, document.activeElement.id, String(getSelection()), \
    ...[...document.querySelectorAll('table.board tr')].map(row => [row.offsetTop, row.offsetHeight])])";

#[tokio::test]
async fn a_row_changes_as_the_webhook_comes_and_nothing_else_moves() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    for (work_order, width) in [("WO-1001", 1600), ("WO-1011", 1000), ("WO-1012", 400)] {
        browser.is_wide(width).await;
        browser.go(&demo.at("/board")).await;
        browser.sees("it is live", LIVE).await;
        browser.says(&format!("#row-{work_order} .standing"), "Insured").await;
        browser
            .run(&format!(
                "scrollTo(0, 40); document.querySelector('#open-{work_order}').focus({{ preventScroll: true }}); \
                 getSelection().selectAllChildren(document.querySelector('#row-{work_order} .title'))"
            ))
            .await;
        let before = browser.run(PLACES).await;
        demo.at_workmarket(work_order, "complete", json!({ "final_pay": "325.00" })).await;
        let is_done = format!(
            "return document.querySelector('#row-{work_order} .standing').textContent.includes('Done')"
        );
        browser.sees("the row is done", &is_done).await;
        assert_eq!(browser.run(PLACES).await, before, "something moved at {width} px");
        let said = browser.run("return document.querySelector('#said').textContent").await;
        assert!(said.as_str().unwrap().contains(&format!("{work_order}: Done")));
    }
    // what no longer fits into the row at 400 px is there to be read all the same
    let held =
        "const held = document.querySelector('#row-WO-1012 .held'); return held.title === held.textContent";
    assert_eq!(browser.run(held).await, json!(true));
    demo.end();
}

#[tokio::test]
async fn a_row_that_leaves_the_filter_says_so_and_one_that_comes_is_told() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    browser.go(&demo.at("/board?standing=insured")).await;
    browser.sees("it is live", LIVE).await;
    demo.at_workmarket("WO-1011", "complete", json!({ "final_pay": "325.00" })).await;
    browser
        .sees("the row is marked", "return document.querySelector('#row-WO-1011').className.includes('gone')")
        .await;
    browser.says("#row-WO-1011 .reason", "No longer among what you asked for.").await;
    browser.go(&demo.at("/board?standing=done")).await;
    browser.sees("it is live", LIVE).await;
    demo.at_workmarket("WO-1012", "complete", json!({ "final_pay": "325.00" })).await;
    browser.click("#news a").await;
    browser.says("#row-WO-1012 .standing", "Done").await;
    demo.end();
}

#[tokio::test]
async fn figures_and_a_work_orders_own_page_hear_of_changes() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    let insured = "return document.querySelector('a[href=\"/board?standing=insured\"] .figure').textContent";
    assert_eq!(browser.run(insured).await, json!("7"));
    browser.sees("it is live", LIVE).await;
    demo.at_workmarket("WO-1001", "complete", json!({ "final_pay": "325.00" })).await;
    browser.sees("the figure", &format!("{insured} === '6'")).await;
    browser.go(&demo.at("/work-orders/WO-1002")).await;
    demo.at_workmarket("WO-1002", "complete", json!({ "final_pay": "325.00" })).await;
    browser.says("#changed a", "Show how it stands now").await;
    browser.click("#changed a").await;
    browser.says(".answer", "Done").await;
    demo.end();
}

#[tokio::test]
async fn lists_become_what_is_new_and_leave_the_focus_and_what_is_open_alone() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    browser.go(&demo.at("/contractors")).await;
    browser.click("#contractors tbody tr:first-child a.row").await;
    browser.sees("the contractor", "return document.querySelector('#contractor') !== null").await;
    let contractor = browser.address().await;
    browser.sees("it is live", LIVE).await;
    browser.run("document.querySelector('#contractor a.row').focus()").await;
    let focused = browser.run("return document.activeElement.textContent").await;
    let work_order = focused.as_str().unwrap().to_owned();
    demo.at_workmarket(&work_order, "cancel", json!({})).await;
    browser
        .sees(
            "the contractor has nothing open",
            "return document.querySelector('#contractor').textContent.includes('of which 0 open')",
        )
        .await;
    assert_eq!(browser.run("return document.activeElement.textContent").await, focused);
    assert_eq!(browser.address().await, contractor);

    browser.go(&demo.at("/expiring")).await;
    browser.sees("it is live", LIVE).await;
    let ends = |work_order: &str| {
        format!(
            "return [...document.querySelectorAll('#days a.row')].some(row => row.textContent === '{work_order}')"
        )
    };
    browser.sees("its cover ends", &ends("WO-1012")).await;
    demo.at_workmarket("WO-1012", "complete", json!({ "final_pay": "325.00" })).await;
    browser
        .sees(
            "it no longer matters when",
            &format!("return !({})", ends("WO-1012").trim_start_matches("return ")),
        )
        .await;

    browser.go(&demo.at("/integrations")).await;
    browser.sees("it is live", LIVE).await;
    demo.at_workmarket("WO-1011", "complete", json!({ "final_pay": "325.00" })).await;
    browser
        .sees(
            "the delivery",
            "return document.querySelector('#deliveries ~ .scroll tbody tr').textContent.includes('WO-1011')",
        )
        .await;
    demo.end();
}
