//! The ids of events.

use uuid::Uuid;

/// Under which all ids of events are made; drawn once, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x0b47_196b_61c9_4e56_a277_0584_e987_4386);

/// The id of an event: `index` counts, from 0, the events that one command made in one stream.
///
/// It follows from the command alone, so that a command done again, after a crash or by another node, writes
/// the same ids and the store knows the events for those it has. That holds only where `command_id` is the same
/// for the same command and for no other: it has to name the cause (the delivery's stream, the idempotency key
/// of the call, the request of the person) **and**, since one cause can lead to several commands, which of them
/// this is (what is asked, and of which work order).
pub fn event_id(command_id: &str, index: u32) -> Uuid {
    // the last `#` parts the two whatever the command's id is, for an index has none
    Uuid::new_v5(&NAMESPACE, format!("{command_id}#{index}").as_bytes())
}
