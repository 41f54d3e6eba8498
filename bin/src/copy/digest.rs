use covertrail_adapters::store::Recorded;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// SHA-256 over events in their order: of each its stream, revision, id, kind, moment of recording, data and metadata,
/// every one after its length in bytes, so that no two logs say the same.
#[derive(Default)]
pub(super) struct Digest {
    sha: Sha256,
    events: u64,
}

impl Digest {
    pub(super) fn take(&mut self, event: &Recorded<'_>) {
        let (revision, recorded_at) = (event.revision.to_le_bytes(), event.recorded_at.to_le_bytes());
        for part in [
            event.stream.as_bytes(),
            &revision,
            event.id.as_bytes(),
            event.kind.as_bytes(),
            &recorded_at,
            event.data,
            event.metadata,
        ] {
            self.sha.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            self.sha.update(part);
        }
        self.events = self.events.saturating_add(1);
    }

    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    /// How many events there were, and their digest in hex.
    pub(super) fn finish(self) -> (u64, String) {
        let hex = self.sha.finalize().iter().fold(String::new(), |mut hex, byte| {
            // writing to a string cannot fail
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        (self.events, hex)
    }
}
