//! The links by which contractors come to their applications. A work order's number can be guessed; its link
//! cannot, since a key of ours is in it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use covertrail_adapters::secret::Secret;
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use url::Url;

/// How many bytes of the HMAC a key has: as unguessable as a random UUID, and short enough to be sent as a text.
const KEY_BYTES: usize = 16;

/// What makes the links, and tells a true one from a guess.
#[derive(Debug, Clone)]
pub struct Links {
    base: Url,
    secret: Option<Secret>,
}

impl Links {
    /// Links to a server at that address. Without a secret there are none, and none is true.
    pub const fn new(base: Url, secret: Option<Secret>) -> Self {
        Self { base, secret }
    }

    /// The link of a work order.
    pub fn to(&self, work_order: &WorkOrderId) -> Option<Url> {
        let key = self.key(work_order)?;
        let mut link = self.base.clone();
        link.path_segments_mut().ok()?.pop_if_empty().extend(["apply", work_order.as_str()]);
        link.query_pairs_mut().append_pair("key", &key);
        Some(link)
    }

    /// The link of a work order that an application may still be needed for.
    pub fn of_open(&self, work_order: &WorkOrderId, state: &State) -> Option<Url> {
        state.coverage().filter(|coverage| coverage.is_open()).and_then(|_| self.to(work_order))
    }

    /// Whether this is the key of the work order's link. How long the answer takes says nothing of the true one.
    pub fn opens(&self, work_order: &WorkOrderId, key: &str) -> bool {
        self.key(work_order).is_some_and(|true_key| true_key.as_bytes().ct_eq(key.as_bytes()).into())
    }

    fn key(&self, work_order: &WorkOrderId) -> Option<String> {
        // of any length, as HMAC has it; an error there is none
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_ref()?.expose().as_bytes()).ok()?;
        mac.update(b"apply/");
        mac.update(work_order.as_str().as_bytes());
        let whole = mac.finalize().into_bytes();
        whole.get(..KEY_BYTES).map(|key| URL_SAFE_NO_PAD.encode(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(secret: Option<&str>) -> Links {
        let secret = secret.map(|secret| Secret::new(secret.to_owned()));
        Links::new(Url::parse("https://covertrail.example.com/here/").unwrap(), secret)
    }

    fn order(id: &str) -> WorkOrderId {
        WorkOrderId::parse(id).unwrap()
    }

    /// The key computed with Python's `hmac`, so that links that were sent stay true.
    #[test]
    fn a_link_is_made_of_the_address_the_work_order_and_its_key() {
        let link = links(Some("0123456789abcdef")).to(&order("12345")).unwrap();
        assert_eq!(
            link.as_str(),
            "https://covertrail.example.com/here/apply/12345?key=2I1EBAypH8aOE7MnkLhnow"
        );
    }

    #[test]
    fn a_key_opens_its_own_work_order_only_and_nothing_else_does() {
        let ours = links(Some("0123456789abcdef"));
        let key = ours.key(&order("12345")).unwrap();
        assert!(ours.opens(&order("12345"), &key));
        assert!(!ours.opens(&order("12346"), &key));
        assert!(!links(Some("0123456789abcdeg")).opens(&order("12345"), &key));
        for guess in ["", "A", &key[1..], &format!("{key}A"), &key.to_lowercase()] {
            assert!(!ours.opens(&order("12345"), guess), "{guess}");
        }
    }

    #[test]
    fn without_a_secret_there_is_no_link_and_no_key_opens_anything() {
        assert_eq!(links(None).to(&order("12345")), None);
        let empty = links(Some("")).key(&order("12345")).unwrap();
        for guess in ["", &empty] {
            assert!(!links(None).opens(&order("12345"), guess));
        }
    }
}
