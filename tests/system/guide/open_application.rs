//! Section 4.4, "Create Insurance Application Session".

use super::made;

#[test]
fn the_quote_is_the_one_that_was_returned() {
    assert_eq!(made("sessions", "12345")["quote"], made("quotes", "12345")["id"]);
}

#[test]
fn the_success_url_leads_back_to_the_work_order() {
    let expected = "https://workmarket.com/workorders/12345?coverage=active";
    assert_eq!(made("sessions", "12345")["success_url"], expected);
}

#[test]
fn the_cancel_url_leads_back_to_the_work_order() {
    let expected = "https://workmarket.com/workorders/12345?coverage=canceled";
    assert_eq!(made("sessions", "12345")["cancel_url"], expected);
}

#[test]
fn the_work_order_id_is_in_the_sessions_custom_metadata() {
    assert_eq!(made("sessions", "12345")["custom_metadata"]["work_order_id"], "12345");
}
