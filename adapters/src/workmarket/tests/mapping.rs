use super::samples::{mapping, worker};
use crate::workmarket::Unmapped;
use covertrail_domain::id::ClientId;
use proptest::prelude::*;
use serde_json::json;

fn proxy(id: &str) -> String {
    mapping().email(&worker(json!({ "id": id })).unwrap())
}

#[test]
fn a_category_without_a_code_says_what_to_add_where() {
    let unmapped = mapping().category_code(" Painting ").unwrap_err();
    assert_eq!(unmapped, Unmapped::Category { category: "Painting".to_owned() });
    assert_eq!(
        unmapped.to_string(),
        "no job category for \"Painting\": add it to [mapping.categories], or set mapping.default_category"
    );
}

#[test]
fn a_client_without_an_entity_says_what_to_add_where() {
    let client = ClientId::parse("cl_8").unwrap();
    assert_eq!(
        mapping().entity(Some(&client)).unwrap_err().to_string(),
        "no entity for client cl_8: add it to [mapping.entities], or set mapping.default_entity"
    );
    assert_eq!(
        mapping().entity(None).unwrap_err().to_string(),
        "the work order names no client: set mapping.default_entity"
    );
}

#[test]
fn a_default_stands_in_for_what_the_table_lacks_only() {
    let mut mapping = mapping();
    mapping.default_category = Some("jc_other".to_owned());
    mapping.default_entity = Some("en_other".to_owned());
    assert_eq!(mapping.category_code("Painting"), Ok("jc_other"));
    assert_eq!(mapping.category_code("low voltage cabling"), Ok("jc_MTqpkbkp6G"));
    assert_eq!(mapping.entity(None), Ok("en_other"));
    assert_eq!(mapping.entity(Some(&ClientId::parse("CL_7").unwrap())), Ok("en_abc123"));
}

#[test]
fn a_proxy_address_is_one_whatever_the_id_is() {
    for (id, address) in [
        ("wk_421", "wk_421@relay.yourdomain.com"),
        ("a.b-c", "a.b-c@relay.yourdomain.com"),
        (".a..b.", "=2Ea=2E=2Eb=2E@relay.yourdomain.com"),
        ("a:b~", "a=3Ab=7E@relay.yourdomain.com"),
    ] {
        assert_eq!(proxy(id), address);
    }
}

proptest! {
    #[test]
    fn different_workers_never_share_a_proxy(one in "[a-z.~:-]{3,60}", other in "[a-z.~:-]{3,60}") {
        let (first, second) = (proxy(&one), proxy(&other));
        prop_assert!(first.split_once('@').unwrap().0.len() <= 64);
        prop_assert_eq!(first == second, one == other);
    }
}
