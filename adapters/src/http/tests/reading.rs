use crate::http::fields::Fields;
use crate::http::refusal::Refusal;
use crate::http::{capped, value};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::money::Cents;
use proptest::prelude::*;
use reqwest::StatusCode;
use serde_json::json;
use serde_json::value::RawValue;

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

fn refusal(body: &str) -> Refusal {
    Refusal::read(StatusCode::BAD_REQUEST, body.as_bytes())
}

#[test]
fn a_refusal_keeps_the_vendors_code_and_words() {
    let said = refusal(r#"{"message":"Already on\nfile","error_code":"contractor_has_matching_policy"}"#);
    assert_eq!(
        (said.code.as_str(), said.message.as_str()),
        ("contractor_has_matching_policy", "Already on file")
    );
}

#[test]
fn a_map_of_fields_becomes_one_line() {
    let said =
        refusal(r#"{"message":{"wage":"too low","contact":{"email":["bad","taken"]}},"error_code":"x"}"#);
    assert_eq!(said.message, "contact: email: bad, taken; wage: too low");
}

#[test]
fn an_email_address_is_not_repeated() {
    let said = refusal(r#"{"message":"<alex@example.com>, is taken","error_code":"duplicate_email"}"#);
    assert_eq!(said.message, "(email) is taken");
}

#[test]
fn a_page_in_place_of_an_error_still_says_something() {
    for body in ["", "<html>", "[]", "{}", r#"{"message":null,"error_code":7}"#] {
        let said = refusal(body);
        assert_eq!(said.code, "http_400", "{body}");
        assert_eq!(said.message, "it answered 400 Bad Request without a reason", "{body}");
    }
    assert_eq!(refusal(r#"{"error_code":"alex@example.com is taken"}"#).code, "http_400");
    assert_eq!(capped(&"é".repeat(501)), format!("{}…", "é".repeat(500)));
}

#[test]
fn an_amount_with_an_exponent_is_refused() {
    for written in ["3.25e2", "325E0", r#""3.25e2""#] {
        assert_eq!(value::dollars(&raw(written)), Err("not a decimal amount such as 325.00"), "{written}");
    }
    assert_eq!(value::dollars(&raw("-0.01")), Err("a negative amount"));
    assert_eq!(value::dollars(&raw("[325]")), Err("neither a number nor a text"));
}

#[test]
fn a_moment_is_an_epoch_or_a_date_with_its_zone() {
    let read = |json: &str| value::timestamp(&raw(json)).map(covertrail_domain::time::Timestamp::unix);
    for written in [
        "1761997200",
        r#""1761997200""#,
        r#""2025-11-01T11:40:00Z""#,
        r#""2025-11-01T11:40:00.999Z""#,
        r#""2025-11-01T04:40:00-07:00""#,
        r#""2025-11-01T04:40:00-0700""#,
        r#""2025-11-01T04:40-0700""#,
    ] {
        assert_eq!(read(written), Ok(1_761_997_200), "{written}");
    }
    for zoneless in ["2025-11-01T11:40:00", "2025-11-01 11:40:00", "2025-11-01T11:40", "2025-11-01"] {
        assert_eq!(read(&json!(zoneless).to_string()), Err("a date without a zone"), "{zoneless}");
    }
    for beyond in ["1761997200000", "99999999999999999999999", "-99999999999999999999"] {
        assert_eq!(read(beyond), Err("a date beyond the year 9999"), "{beyond}");
    }
    for not in [r#""soon""#, "1761997200.5", "1e9", r#""""#] {
        assert_eq!(read(not), Err("not a date"), "{not}");
    }
    assert_eq!(read("true"), Err("neither a number nor a text"));
}

#[test]
fn an_id_is_a_text_or_a_whole_number() {
    let read = |json: &str| value::id(WorkOrderId::parse)(&raw(json)).map(|id| id.to_string());
    assert_eq!(read(r#"" 12345 ""#), Ok("12345".to_owned()));
    assert_eq!(read("12345"), Ok("12345".to_owned()));
    assert_eq!(read("123.5"), Err("not a text"));
    assert_eq!(read(r#""a b""#), Err("an id has other characters than ASCII letters, digits and _ - . ~ :"));
}

#[test]
fn everything_wrong_is_named_at_once_and_no_value_with_it() {
    let mut fields = Fields::open(br#"{"start":"secret","end":"","flag":1}"#).unwrap();
    fields.required("start", value::timestamp);
    fields.required("end", value::timestamp);
    fields.optional("flag", value::flag);
    let malformed = fields.finish(Some(())).unwrap_err();
    assert_eq!(malformed.to_string(), "start: not a date; end: missing; flag: neither true nor false");
}

proptest! {
    #[test]
    fn an_amount_is_the_same_as_a_number_and_as_a_text(dollars in 0_u64..90_000_000_000_000, fraction in "(\\.[0-9]{1,4})?") {
        let written = format!("{dollars}{fraction}");
        let (number, text) = (raw(&written), raw(&format!("\"{written}\"")));
        let cents = value::dollars(&number);
        prop_assert!(cents.is_ok());
        prop_assert_eq!(cents.map_err(str::to_owned), Cents::from_dollars(&written).map_err(|why| why.to_string()));
        prop_assert_eq!(cents, value::dollars(&text));
    }

    #[test]
    fn any_refusal_can_be_shown(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let said = Refusal::read(StatusCode::BAD_REQUEST, &body);
        prop_assert!(!said.message.is_empty() && !said.message.contains('@'));
    }
}
