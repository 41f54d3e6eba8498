//! The one-pass reader says nothing that serde does not say too.

use crate::schema::form::Value;
use crate::schema::scan::{plain_bytes, whole};
use covertrail_domain::coverage::{Cover, Terms};
use proptest::prelude::*;
use proptest::sample::Index;

type TermsForm<'a> = <Terms as Value>::Form<'a>;
type CoverForm<'a> = <Cover as Value>::Form<'a>;

fn agrees(text: &str) -> Result<(), TestCaseError> {
    if let Some(scanned) = whole::<TermsForm<'_>>(text) {
        let read: TermsForm<'_> =
            serde_json::from_str(text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(serde_json::to_string(&scanned).unwrap(), serde_json::to_string(&read).unwrap());
    }
    if let Some(scanned) = whole::<CoverForm<'_>>(text) {
        let read: CoverForm<'_> =
            serde_json::from_str(text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(serde_json::to_string(&scanned).unwrap(), serde_json::to_string(&read).unwrap());
    }
    Ok(())
}

const TERMS: &str = r#"{"title":"A","description":"B","category":"C","wage":{"flat_fee_cents":-1},"window":{"start":0,"end":10},"required_lines":["general","workers-comp"],"bind_on":"in_progress"}"#;
const COVER: &str = r#"{"lines":["general"],"start":1761997200,"end":1762083600}"#;

#[test]
fn what_we_write_ourselves_is_read_in_one_pass() {
    assert!(whole::<TermsForm<'_>>(TERMS).is_some());
    assert!(whole::<CoverForm<'_>>(COVER).is_some());
    for left in [
        r#"{"lines":["general"],"start":01,"end":2}"#,
        r#"{"lines":["general"],"start":-,"end":2}"#,
        r#"{"lines":["general"],"start":-0,"end":2}"#,
        r#"{"lines":["general"],"start":1.5,"end":2}"#,
        r#"{"lines":["general"],"start":9223372036854775808,"end":2}"#,
        r#"{"lines":["general"],"start":-9223372036854775808,"end":2}"#,
        r#"{"lines":["general"],"start":-0,"end":2}"#,
        r#"{"lines":["general",],"start":1,"end":2}"#,
        r#"{"lines":["general"],"start":1,"end":2,}"#,
        r#"{"lines":["general"],"start":1,"end":2}x"#,
        r#"{"lines":["general"],,"start":1,"end":2}"#,
        r#"{,"lines":["general"],"start":1,"end":2}"#,
        r#"{"lines":["general"] ,"start":1,"end":2}"#,
        r#"{"start":1,"end":2,"lines":["general"]}"#,
        r#"{"lines":["gen\u0065ral"],"start":1,"end":2}"#,
        r#"{"lines":["cats"],"start":1,"end":2}"#,
    ] {
        assert!(whole::<CoverForm<'_>>(left).is_none(), "{left}");
    }
}

#[test]
fn a_text_goes_on_up_to_the_first_byte_that_is_not_plain() {
    for (byte, place) in (0..=u8::MAX).flat_map(|byte| (0..20).map(move |place| (byte, place))) {
        let mut bytes = *b"0123456789 \x7f\x80\xc3\xa9\xff!#[]";
        bytes[place] = byte;
        let is_plain = byte >= b' ' && byte != b'"' && byte != b'\\';
        assert_eq!(plain_bytes(&bytes), if is_plain { bytes.len() } else { place }, "{byte} at {place}");
        bytes[19] = b'"';
        assert_eq!(plain_bytes(&bytes), if is_plain { 19 } else { place }, "{byte} at {place}");
    }
}

proptest! {
    #[test]
    fn it_agrees_with_serde_on_every_damaged_line(
        cover: bool, place: Index, character in prop::sample::select(&b"\"\\{}[]:,-0123456789 en\t"[..]), way in 0..3,
    ) {
        let mut text = if cover { COVER } else { TERMS }.to_owned();
        let place = place.index(text.len());
        match way {
            0 => drop(text.remove(place)),
            1 => text.insert(place, character.into()),
            _ => text.replace_range(place..=place, &char::from(character).to_string()),
        }
        agrees(&text)?;
    }

    #[test]
    fn a_text_with_escapes_or_beyond_ascii_reads_as_serde_reads_it(title in any::<String>()) {
        let title = serde_json::to_string(&title).unwrap();
        agrees(&TERMS.replacen("\"A\"", &title, 1))?;
    }
}
