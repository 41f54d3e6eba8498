use super::any::{by_variant, event};
use crate::schema::{Envelope, KINDS, Stored, decode, encode, kind};
use covertrail_domain::coverage::Event;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

#[test]
fn every_event_is_named_after_its_variant() {
    let expected: Vec<String> = Event::NAMES.iter().map(|name| stored_name(name)).collect();
    assert_eq!(KINDS, expected);
    let mut runner = TestRunner::default();
    let made = by_variant().into_iter().map(|strategy| {
        let event = strategy.new_tree(&mut runner).unwrap().current();
        assert_eq!(kind(&event), stored_name(event.name()));
        event.name()
    });
    assert_eq!(made.collect::<Vec<_>>(), Event::NAMES, "the strategies leave no event out");
}

fn stored_name(variant: &str) -> String {
    let mut words = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(letter.to_lowercase());
    }
    format!("coverage.{words}.v1")
}

proptest! {
    #[test]
    fn an_event_reads_back_as_written(event in event()) {
        let Stored { kind, data } = encode(&event);
        prop_assert_eq!(decode(kind, &data), Ok(event));
    }

    #[test]
    fn what_reads_is_written_again_in_the_same_bytes(event in event()) {
        let Stored { kind, data } = encode(&event);
        let again = encode(&decode(kind, &data).unwrap());
        prop_assert_eq!(again, Stored { kind, data });
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        kind in select(KINDS),
        data in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Ok(read) = decode(kind, &data) {
            prop_assert_eq!(decode(kind, &encode(&read).data), Ok(read));
        }
        prop_assert!(Envelope::decode(&data).is_err());
    }

    #[test]
    fn damaged_lines_are_read_or_refused(event in event(), place: Index, byte: u8, cut: bool) {
        let Stored { kind, mut data } = encode(&event);
        let place = place.index(data.len());
        if cut {
            data.truncate(place);
            prop_assert!(decode(kind, &data).is_err());
        } else {
            data[place] = byte;
            if let Ok(read) = decode(kind, &data) {
                prop_assert_eq!(decode(kind, &encode(&read).data), Ok(read));
            }
        }
    }
}
