//! Who may use the gateway: clients with a name and a random token as their password (HTTP basic authentication, as
//! EventStoreDB's clients send it), each with a role.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use tonic::{Code, Status};

use super::refusal::{access_denied, refusal};

/// The longest `authorization` header that is read, in bytes.
const MAX_HEADER_BYTES: usize = 1024;

/// What a client of the gateway may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRole {
    /// Reads, subscribes and joins persistent subscriptions; confidential events and members are left out.
    Reader,
    /// Reads everything.
    Auditor,
    /// Reads as a reader, appends to the categories that the configuration names, and makes, changes, replays and
    /// deletes persistent subscriptions.
    Writer,
    /// All of it.
    Admin,
}

impl ClientRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Auditor, Self::Writer, Self::Admin];

    /// Its name, as the configuration has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Auditor => "auditor",
            Self::Writer => "writer",
            Self::Admin => "admin",
        }
    }

    /// Whether confidential events and members are shown.
    pub const fn sees_everything(self) -> bool {
        matches!(self, Self::Auditor | Self::Admin)
    }

    /// Whether it may append where appending is allowed at all.
    pub const fn may_append(self) -> bool {
        matches!(self, Self::Writer | Self::Admin)
    }

    /// Whether it may make, change, replay and delete persistent subscriptions.
    pub const fn may_manage_groups(self) -> bool {
        matches!(self, Self::Writer | Self::Admin)
    }
}

/// One client that may use the gateway.
#[derive(Debug, Clone)]
pub struct ClientUser {
    /// The name it signs in with.
    pub name: String,
    /// What it may do.
    pub role: ClientRole,
    /// The SHA-256 of its password, a long random token: nobody finds it by its hash, so no slow hash is needed.
    pub sha256: [u8; 32],
}

/// Everybody who may use the gateway.
#[derive(Debug, Clone)]
pub enum ClientAccess {
    /// Whoever connects has this role, whatever name and password they send.
    Everybody(ClientRole),
    /// Those who are known by a name and a password.
    Known {
        /// They.
        users: Vec<ClientUser>,
        /// What somebody without a password may do; `None`: nothing.
        anonymous: Option<ClientRole>,
    },
}

/// The client that makes a call.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Its name; `None` for a client without a password.
    pub(super) name: Option<Arc<str>>,
    pub(super) role: ClientRole,
}

impl ClientAccess {
    /// Who calls, by the `authorization` header of the call.
    ///
    /// A wrong password and an unknown name are the same error; every user is compared with, in constant time.
    pub(super) fn authenticate(&self, authorization: Option<&[u8]>) -> Result<Caller, Status> {
        let (users, anonymous) = match self {
            Self::Everybody(role) => return Ok(Caller { name: None, role: *role }),
            Self::Known { users, anonymous } => (users, *anonymous),
        };
        let Some(header) = authorization else {
            let anonymous = anonymous.map(|role| Caller { name: None, role });
            return anonymous.ok_or_else(|| unauthenticated("a name and a password are needed"));
        };
        let (name, password) =
            basic(header).ok_or_else(|| unauthenticated("the name or the password is wrong"))?;
        let (name, password): ([u8; 32], [u8; 32]) =
            (Sha256::digest(&name).into(), Sha256::digest(&password).into());
        let mut found = u64::MAX;
        for (place, user) in (0_u64..).zip(users) {
            let own: [u8; 32] = Sha256::digest(user.name.as_bytes()).into();
            let is_this: Choice = own.ct_eq(&name) & user.sha256.ct_eq(&password);
            found.conditional_assign(&place, is_this);
        }
        let user = usize::try_from(found).ok().and_then(|place| users.get(place));
        let user = user.ok_or_else(|| unauthenticated("the name or the password is wrong"))?;
        Ok(Caller { name: Some(user.name.as_str().into()), role: user.role })
    }
}

impl Caller {
    /// The client of a call. A call that nobody let in has none, and gets no further.
    pub(super) fn of<T>(request: &tonic::Request<T>) -> Result<Self, Status> {
        let caller = request.extensions().get::<Self>().cloned();
        caller.ok_or_else(|| unauthenticated("a name and a password are needed"))
    }

    /// Refuses a client that may not make, change, replay or delete persistent subscriptions.
    pub(super) fn manages_groups(&self) -> Result<(), Status> {
        if self.role.may_manage_groups() {
            return Ok(());
        }
        Err(access_denied("persistent subscriptions are made, changed and deleted by writers and admins"))
    }
}

/// The name and the password of `Basic <base64 of name:password>`; the scheme has no case.
fn basic(header: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    if header.len() > MAX_HEADER_BYTES {
        return None;
    }
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let (name, password) = decoded.split_at_checked(colon)?;
    Some((name.to_vec(), password.get(1..)?.to_vec()))
}

fn unauthenticated(message: &str) -> Status {
    refusal(Code::Unauthenticated, "not-authenticated", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(anonymous: Option<ClientRole>) -> ClientAccess {
        let user = |name: &str, role, password: &str| ClientUser {
            name: name.to_owned(),
            role,
            sha256: Sha256::digest(password.as_bytes()).into(),
        };
        let users =
            vec![user("ann", ClientRole::Reader, "one:with a colon"), user("bob", ClientRole::Admin, "two")];
        ClientAccess::Known { users, anonymous }
    }

    fn header(scheme: &str, login: &str) -> Vec<u8> {
        format!("{scheme} {}", STANDARD.encode(login)).into_bytes()
    }

    #[test]
    fn a_client_is_known_by_its_name_and_its_password_together() {
        let access = access(None);
        for (scheme, login, role) in [
            ("Basic", "ann:one:with a colon", ClientRole::Reader),
            ("basic", "bob:two", ClientRole::Admin),
            ("BASIC", "bob:two", ClientRole::Admin),
        ] {
            let caller = access.authenticate(Some(&header(scheme, login))).unwrap();
            assert_eq!((caller.role, caller.name.as_deref()), (role, login.split(':').next()));
        }
        for wrong in
            ["ann:two", "bob:one:with a colon", "bob:", "bob", ":two", "", "Bob:two", "bob:two ", "carol:two"]
        {
            let status = access.authenticate(Some(&header("Basic", wrong))).unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{wrong}");
            assert!(!status.message().contains("two"), "{}", status.message());
        }
    }

    #[test]
    fn what_is_no_basic_authentication_is_refused_also_where_anybody_may_read() {
        let access = access(Some(ClientRole::Reader));
        let long = header("Basic", &format!("bob:{}", "x".repeat(2000)));
        for odd in [&b"Bearer two"[..], b"", b"Basic", b"Basic !!!", b"Basic \xff\xfe", &long] {
            assert!(access.authenticate(Some(odd)).is_err(), "{odd:?}");
        }
        assert_eq!(access.authenticate(None).unwrap().role, ClientRole::Reader);
    }

    #[test]
    fn without_a_password_nobody_gets_in_unless_somebody_wrote_that_they_do() {
        assert_eq!(access(None).authenticate(None).unwrap_err().code(), Code::Unauthenticated);
        let nobody = ClientAccess::Known { users: Vec::new(), anonymous: None };
        assert!(nobody.authenticate(Some(&header("Basic", ":"))).is_err());
    }
}
