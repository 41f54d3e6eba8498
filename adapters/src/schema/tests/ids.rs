use crate::schema::event_id;
use proptest::prelude::*;

/// Computed with Python's `hashlib`: an id that changed would have a command done again store its events twice.
#[test]
fn the_ids_of_events_never_change() {
    let id = event_id("delivery-1099policy-evt_1/record-quote/12345", 0);
    assert_eq!(id.to_string(), "ef1166b0-a288-8d3e-a01b-8f09a6d641cd");
}

proptest! {
    #[test]
    fn two_events_have_one_id_only_where_command_and_index_are_the_same(
        one in ("[a#1]{0,4}", 0..20_u32),
        other in ("[a#1]{0,4}", 0..20_u32),
    ) {
        prop_assert_eq!(event_id(&one.0, one.1) == event_id(&other.0, other.1), one == other);
    }
}
