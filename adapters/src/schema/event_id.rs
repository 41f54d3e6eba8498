//! The ids of events.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Under which all ids of events are made; drawn once, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x0b47_196b_61c9_4e56_a277_0584_e987_4386);

/// The id of an event: `index` counts, from 0, the events that one command made in one stream.
///
/// It follows from the command alone, so that a command done again, after a crash or by another node, writes
/// the same ids and the store knows the events for those it has. That holds only where `command_id` is the same
/// for the same command and for no other: it has to name the cause (the delivery's stream, the idempotency key
/// of the call, the request of the person) **and**, since one cause can lead to several commands, which of them
/// this is (what is asked, and of which work order).
///
/// It is a UUID by name as RFC 9562 shows it for SHA-256 (appendix B.2, version 8). Version 5 would be the
/// same with SHA-1, for which there are forgeries.
pub fn event_id(command_id: &str, index: u32) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(NAMESPACE.as_bytes());
    // before the id, for it has a length of its own: where the command's id ends need not be marked
    hash.update(index.to_be_bytes());
    hash.update(command_id);
    let half = hash.finalize().iter().take(16).fold(0_u128, |half, byte| half << 8 | u128::from(*byte));
    Builder::from_custom_bytes(half.to_be_bytes()).into_uuid()
}
