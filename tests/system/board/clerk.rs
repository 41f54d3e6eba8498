//! Somebody at the board.

use super::browser::Browser;

/// Whether a page hears of changes.
pub(super) const LIVE: &str = "return document.querySelector('#live').dataset.state === 'on'";

/// Signs in as the demo's link has it: its token fills the form, and leaves the address.
pub(super) async fn follow_link(browser: &Browser, board: &str, token: &str) {
    browser.go(&format!("{board}/sign-in#{token}")).await;
    browser.sees("the token fills the form", "return document.querySelector('#token').value !== ''").await;
    assert_eq!(browser.address().await, format!("{board}/sign-in"));
    browser.click("form.sign-in button").await;
    assert_eq!(browser.text("h1").await, "Overview");
}

/// Signs in by typing.
pub(super) async fn sign_in(browser: &Browser, board: &str, token: &str) {
    browser.go(&format!("{board}/board")).await;
    browser.fill("#token", token).await;
    browser.click("form.sign-in button").await;
    assert_eq!(browser.text("h1").await, "Board");
}
