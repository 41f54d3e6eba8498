//! Ids in the vendor's style, the same for the same seed and order.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 10;

/// Each kind of object counts for itself, so that one more quote does not change the next contractor's id.
pub(crate) struct Ids {
    seed: u64,
    made: HashMap<&'static str, u64>,
}

impl Ids {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self { seed, made: HashMap::new() }
    }

    /// The next id of a kind: `prefix` and ten letters or digits.
    pub(crate) fn next(&mut self, prefix: &'static str) -> String {
        let digest = self.digest(prefix);
        let letters = digest.iter().take(LENGTH).filter_map(|byte| {
            ALPHABET.get(usize::from(*byte) % ALPHABET.len()).map(|letter| char::from(*letter))
        });
        prefix.chars().chain(letters).collect()
    }

    /// The next secret of a webhook receiver, in the form of Standard Webhooks.
    pub(crate) fn secret(&mut self) -> String {
        let prefix = "whsec_";
        format!("{prefix}{}", STANDARD.encode(self.digest(prefix)))
    }

    fn digest(&mut self, prefix: &'static str) -> Vec<u8> {
        let number = self.made.entry(prefix).or_default();
        *number += 1;
        let digest = Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(prefix)
            .chain_update(number.to_be_bytes())
            .finalize();
        digest.to_vec()
    }
}
