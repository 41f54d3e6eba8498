//! Section 4.1, "Create Contractor".

use super::{contractor, played};

#[test]
fn worker_id_becomes_the_reconciliation_key_in_custom_metadata() {
    assert_eq!(contractor("wk_421")["custom_metadata"]["workmarket_worker_id"], "wk_421");
}

#[test]
fn first_and_last_name_become_the_contacts() {
    let contact = &contractor("wk_422")["contact"];
    assert_eq!((&contact["first_name"], &contact["last_name"]), (&"Sam".into(), &"Ortiz".into()));
}

#[test]
fn a_workers_email_becomes_the_contacts() {
    assert_eq!(contractor("wk_422")["contact"]["email"], "sam@ortiz.example");
}

#[test]
fn a_worker_without_an_email_gets_a_proxy_at_the_relay_domain() {
    assert_eq!(contractor("wk_421")["contact"]["email"], "wk_421@relay.yourdomain.com");
}

#[test]
fn country_becomes_the_addresss() {
    assert_eq!(contractor("wk_421")["address"]["country"], "US");
}

#[test]
fn region_becomes_the_addresss() {
    assert_eq!(contractor("wk_422")["address"]["region"], "NY");
}

#[test]
fn the_idempotency_key_names_the_worker() {
    let requests = played().requests["requests"].as_array().unwrap();
    let made = requests.iter().filter(|request| {
        request["method"] == "POST" && request["path"].as_str().unwrap().ends_with("/contractors")
    });
    let mut keys: Vec<_> = made.map(|request| request["idempotency_key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    let expected = ["wk_421", "wk_422", "wk_423"].map(|worker| format!("workmarket-worker-{worker}"));
    assert_eq!(keys, expected);
}
