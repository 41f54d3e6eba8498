//! The links by which contractors come to their applications. A work order's number can be guessed; its link
//! cannot, since a key of ours is in it: the day on which the link was made, and what shows that it was made here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use covertrail_adapters::secret::Secret;
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};
use url::Url;

/// How many bytes of the HMAC a key has: as unguessable as a random UUID, and short enough to be sent as a text.
const KEY_BYTES: usize = 16;

/// How many characters the day of a link may have.
const MOST_DAY_DIGITS: usize = 7;
const DAY_SECONDS: i64 = 86_400;

/// Makes the links, and tells a true one from a guess.
#[derive(Debug, Clone)]
pub struct Links {
    base: Url,
    secrets: Vec<Secret>,
    /// For how many days a link opens the application, beside the day on which it was made.
    days: u16,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkCheck {
    /// The application.
    Valid,
    /// Nothing any more: it is a key of ours that is too old.
    Expired,
    /// Nothing: it is no key of this work order.
    Unknown,
}

impl Links {
    /// Links to a server at that address. The first secret makes them and all of them open them, so that a secret can be
    /// changed while links are out. Without a secret there are none, and none is true.
    pub const fn new(base: Url, secrets: Vec<Secret>, days: u16) -> Self {
        Self { base, secrets, days }
    }

    /// A fresh link of a work order.
    pub fn to(&self, work_order: &WorkOrderId, now: Timestamp) -> Option<Url> {
        let day = day_of(now).to_string();
        let proof = proof(self.secrets.first()?, &day, work_order)?;
        let mut link = self.base.clone();
        link.path_segments_mut().ok()?.pop_if_empty().extend(["apply", work_order.as_str()]);
        link.query_pairs_mut().append_pair("key", &format!("{day}.{proof}"));
        Some(link)
    }

    /// The link of a work order that an application may still be needed for.
    pub fn of_open(&self, work_order: &WorkOrderId, state: &State, now: Timestamp) -> Option<Url> {
        state.coverage().filter(|coverage| coverage.is_open()).and_then(|_| self.to(work_order, now))
    }

    /// What this key opens for the work order. How long the answer takes says nothing of the true one.
    pub fn check(&self, work_order: &WorkOrderId, key: &str, now: Timestamp) -> LinkCheck {
        let Some((day, given)) = key.split_once('.') else { return LinkCheck::Unknown };
        if day.len() > MOST_DAY_DIGITS || !day.bytes().all(|byte| byte.is_ascii_digit()) {
            return LinkCheck::Unknown;
        }
        let is_true = self
            .secrets
            .iter()
            .filter_map(|secret| proof(secret, day, work_order))
            .fold(Choice::from(0), |found, true_proof| found | true_proof.as_bytes().ct_eq(given.as_bytes()));
        match day.parse::<i64>() {
            Ok(day) if bool::from(is_true) => {
                let is_old = day_of(now).saturating_sub(day) > i64::from(self.days);
                if is_old { LinkCheck::Expired } else { LinkCheck::Valid }
            }
            Ok(_) | Err(_) => LinkCheck::Unknown,
        }
    }

    /// For how many days a link opens the application.
    pub const fn days(&self) -> u16 {
        self.days
    }
}

/// Days since 1970, in UTC: a link stays the same for a day.
fn day_of(now: Timestamp) -> i64 {
    now.unix().div_euclid(DAY_SECONDS)
}

/// What shows that a link to the work order was made here on that day.
fn proof(secret: &Secret, day: &str, work_order: &WorkOrderId) -> Option<String> {
    // of any length, as HMAC has it; an error there is none
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    for part in ["apply/", day, "/", work_order.as_str()] {
        mac.update(part.as_bytes());
    }
    let whole = mac.finalize().into_bytes();
    whole.get(..KEY_BYTES).map(|proof| URL_SAFE_NO_PAD.encode(proof))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef";
    const OTHER: &str = "0123456789abcdeg";

    fn links(secrets: &[&str]) -> Links {
        let secrets = secrets.iter().map(|secret| Secret::new((*secret).to_owned())).collect();
        Links::new(Url::parse("https://covertrail.example.com/here/").unwrap(), secrets, 30)
    }

    fn order(id: &str) -> WorkOrderId {
        WorkOrderId::parse(id).unwrap()
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_unix(number * DAY_SECONDS + 7)
    }

    fn key(links: &Links, id: &str, at: Timestamp) -> String {
        links.to(&order(id), at).unwrap().query_pairs().next().unwrap().1.into_owned()
    }

    /// The key computed with Python's `hmac`, so that links that were sent stay true.
    #[test]
    fn a_link_is_made_of_the_address_the_work_order_the_day_and_their_proof() {
        let link = links(&[SECRET, OTHER]).to(&order("12345"), day(20_000)).unwrap();
        assert_eq!(
            link.as_str(),
            "https://covertrail.example.com/here/apply/12345?key=20000.vsl2uLUaN7HovEHSRAJ__Q"
        );
    }

    #[test]
    fn a_key_opens_its_own_work_order_only_and_nothing_else_does() {
        let (ours, now) = (links(&[SECRET]), day(20_000));
        let key = key(&ours, "12345", now);
        assert_eq!(ours.check(&order("12345"), &key, now), LinkCheck::Valid);
        assert_eq!(ours.check(&order("12346"), &key, now), LinkCheck::Unknown);
        assert_eq!(links(&[OTHER]).check(&order("12345"), &key, now), LinkCheck::Unknown);
        let proof = key.split_once('.').unwrap().1;
        for guess in [
            "",
            ".",
            "A",
            proof,
            &key[1..],
            &format!("{key}A"),
            &key.to_lowercase(),
            &format!("0{key}"),
            &format!("+{key}"),
            &format!("20001.{proof}"),
            &format!("-20000.{proof}"),
            &format!("99999999999999999999.{proof}"),
        ] {
            assert_eq!(ours.check(&order("12345"), guess, now), LinkCheck::Unknown, "{guess}");
        }
    }

    #[test]
    fn a_key_ends_with_its_age_and_says_so_only_to_those_who_have_it() {
        let ours = links(&[SECRET]);
        let key = key(&ours, "12345", day(20_000));
        assert_eq!(ours.check(&order("12345"), &key, day(20_030)), LinkCheck::Valid);
        assert_eq!(ours.check(&order("12345"), &key, day(20_031)), LinkCheck::Expired);
        let guess = format!("20000.{}", "A".repeat(22));
        assert_eq!(ours.check(&order("12345"), &guess, day(20_031)), LinkCheck::Unknown);
        // a server whose clock was set back
        assert_eq!(ours.check(&order("12345"), &key, day(19_999)), LinkCheck::Valid);
    }

    #[test]
    fn while_secrets_change_links_of_both_open() {
        let (before, now) = (links(&[SECRET]), day(20_000));
        let (during, after) = (links(&[OTHER, SECRET]), links(&[OTHER]));
        let old = key(&before, "12345", now);
        let new = key(&during, "12345", now);
        assert_eq!(during.check(&order("12345"), &old, now), LinkCheck::Valid);
        assert_eq!(during.check(&order("12345"), &new, now), LinkCheck::Valid);
        assert_eq!(after.check(&order("12345"), &new, now), LinkCheck::Valid);
        assert_eq!(after.check(&order("12345"), &old, now), LinkCheck::Unknown);
    }

    #[test]
    fn without_a_secret_there_is_no_link_and_no_key_opens_anything() {
        let now = day(20_000);
        assert_eq!(links(&[]).to(&order("12345"), now), None);
        let of_empty = key(&links(&[""]), "12345", now);
        for guess in ["", &of_empty] {
            assert_eq!(links(&[]).check(&order("12345"), guess, now), LinkCheck::Unknown);
        }
    }
}
