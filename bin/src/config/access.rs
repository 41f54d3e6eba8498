//! Who may ask and who may act over HTTP: a name, a role, and what their token hashes to.

use super::secrets::MAKES_TOKEN;
use covertrail_adapters::secret::require_strong;
use covertrail_domain::id::PersonId;
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest as _, Sha256};

/// One `[[access]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is: a person, or a service.
    #[serde(deserialize_with = "name")]
    pub name: PersonId,
    /// What they may do.
    pub role: Role,
    /// The SHA-256 of the token, in hex. Tokens are long and random, so nobody finds one by its hash.
    pub sha256: Sha256Hex,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read.
    Viewer,
    /// Read and act: review, waive, retry, hand in certificates.
    Reviewer,
    /// Read everything, the contractors' application links included.
    Auditor,
    /// All of it.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Reviewer, Self::Auditor, Self::Admin];

    /// Its name, as the configuration has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Whether an address is for them.
    pub const fn has(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::Act => self.may_act(),
            Right::Administer => self.may_administer(),
        }
    }

    /// Whether they may act.
    pub const fn may_act(self) -> bool {
        matches!(self, Self::Reviewer | Self::Admin)
    }

    /// Whether they may have others told again.
    pub const fn may_administer(self) -> bool {
        matches!(self, Self::Admin)
    }

    /// Whether they may read what opens doors.
    pub const fn may_audit(self) -> bool {
        matches!(self, Self::Auditor | Self::Admin)
    }
}

/// What an address wants of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To read, as everybody with a token may.
    Read,
    /// To act on work orders.
    Act,
    /// To have others told again.
    Administer,
}

impl Right {
    /// Who has it.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| role.has(self))
    }
}

/// A SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256Hex(pub [u8; 32]);

impl Sha256Hex {
    /// Why no token can be behind it: nothing was hashed, or it was made up.
    fn of_no_token(&self) -> Option<&'static str> {
        let of = |text: &[u8]| -> [u8; 32] { Sha256::digest(text).into() };
        if [of(b""), of(b"\n")].contains(&self.0) {
            Some("is the hash of nothing, so the token was not set when it was made")
        } else {
            require_strong(&self.0, self.0.len()).err().map(|_| "is no hash of a token")
        }
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        let mut bytes = [0; 32];
        let digits = text
            .as_bytes()
            .chunks(2)
            .map(|two| std::str::from_utf8(two).ok().and_then(|two| u8::from_str_radix(two, 16).ok()));
        let pairs: Option<Vec<u8>> = if text.len() == 64 { digits.collect() } else { None };
        let pairs = pairs
            .ok_or_else(|| de::Error::custom("sha256 takes the 64 hex digits of the token's SHA-256"))?;
        bytes.copy_from_slice(&pairs);
        match Self(bytes).of_no_token() {
            Some(why) => Err(de::Error::custom(format!("sha256: {why}; make a token with: {MAKES_TOKEN}"))),
            None => Ok(Self(bytes)),
        }
    }
}

pub(super) fn name<'de, D: Deserializer<'de>>(source: D) -> Result<PersonId, D::Error> {
    PersonId::parse(&String::deserialize(source)?).map_err(de::Error::custom)
}
