//! Keys, sliders, times and copies: what the script adds.

use super::Demo;
use super::browser::{Browser, Scripts, is_missing};
use super::clerk::follow_link;
use serde_json::json;

const FOCUSED: &str = "return document.activeElement.id";

#[tokio::test]
async fn the_keyboard_reaches_the_search_every_row_and_the_help() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    browser.go(&demo.at("/board")).await;
    for (key, focused) in
        [("j", "open-WO-1003"), ("j", "open-WO-1004"), ("k", "open-WO-1003"), ("/", "search")]
    {
        browser.press(key).await;
        assert_eq!(browser.run(FOCUSED).await, json!(focused), "after {key}");
    }
    browser.run("document.activeElement.blur()").await;
    browser.press("?").await;
    browser.sees("the help", "return document.querySelector('#help').open").await;
    demo.end();
}

#[tokio::test]
async fn times_are_the_viewers_own_with_utc_on_hover_and_the_slider_redraws_the_page() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    browser.is_in("Asia/Kolkata").await;
    browser.go(&demo.at("/work-orders/WO-1001")).await;
    let agrees = "const time = document.querySelector('.answer time.at'); const at = new Date(time.dateTime); \
        return time.textContent.includes(String(at.getHours()).padStart(2, '0') + ':' + String(at.getMinutes()).padStart(2, '0')) \
        && at.getTimezoneOffset() === -330 && time.title === time.dateTime.replace('T', ' ').replace('Z', ' UTC')";
    browser.sees("the viewer's own time", agrees).await;
    let slide = |slider: &str, to: &str| {
        format!(
            "const slider = document.querySelector('{slider}'); slider.value = {to}; \
             slider.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        )
    };
    browser.run(&slide("#as-of", "slider.min")).await;
    browser.says(".notice.odd", "This is how it stood in the world at").await;
    browser.says(".answer", "the contractor is not created yet").await;
    assert!(browser.address().await.contains("as_of="));
    browser.go(&demo.at("/work-orders/WO-1001")).await;
    browser.run(&slide("#known", "1")).await;
    browser.says(".notice.odd", "This is how it stood").await;
    assert!(browser.address().await.contains("known=1"));
    browser
        .sees("only what was known", "return document.querySelectorAll('ol.history > li').length === 1")
        .await;
    browser.click(".copy button").await;
    browser
        .sees("it is copied", "return document.querySelector('#said').textContent.endsWith(' is copied')")
        .await;
    demo.end();
}

#[tokio::test]
async fn every_order_has_every_row_and_the_table_for_spreadsheets_too() {
    if is_missing() {
        return;
    }
    let (demo, browser) = (Demo::begin().await, Browser::open(Scripts::On).await);
    follow_link(&browser, &demo.board, &demo.token).await;
    let rows = "return document.querySelectorAll('table.board tbody tr').length";
    for sort in ["standing", "-standing", "work-order", "starts", "-starts", "-ends", "changes", "-changes"] {
        browser.go(&demo.at(&format!("/board?sort={sort}"))).await;
        assert_eq!(browser.run(rows).await, json!(12), "by {sort}");
        // WO-1009 was called off before it began: nothing of it has to be insured
        let last = browser
            .run("return [...document.querySelectorAll('table.board tbody tr')].map(row => row.id)")
            .await;
        let place = last.as_array().unwrap().iter().position(|row| row == "row-WO-1009").unwrap();
        assert!(!sort.ends_with("starts") || place == 11, "by {sort} it comes last, not {place}");
        let csv = "const done = arguments[arguments.length - 1]; \
            fetch(document.querySelector('.tools a').href).then(answer => answer.text()).then(done)";
        let csv = browser.run_async(csv).await;
        assert_eq!(csv.as_str().unwrap().lines().count(), 13, "by {sort}");
    }
    demo.end();
}
