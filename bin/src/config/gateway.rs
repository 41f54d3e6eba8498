//! `[gateway]`: the log, served over EventStoreDB's protocol.

use super::access::{Sha256Hex, Token};
use covertrail_adapters::ClientCategory;
use covertrail_adapters::gateway::{ClientRole, GatewayLimits};
use covertrail_domain::id::PersonId;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The least bytes of a window and of a head.
const LEAST_BYTES: u32 = 4 << 10;

/// `[gateway]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    /// The address; without it nothing is served. Port 0 takes any free one.
    pub listen: Option<SocketAddr>,
    /// Its certificate, with the chain after it, in PEM; without it, it is served in clear and on loopback only.
    pub certificate: Option<PathBuf>,
    /// The key of that certificate, in PEM.
    pub key: Option<PathBuf>,
    /// What a client without a name and a password may do.
    pub anonymous: AnonymousClients,
    /// To which categories clients may append that may append at all.
    pub append: AppendTo,
    /// Open connections, in all.
    pub max_connections: u64,
    /// Open connections of one peer.
    pub max_connections_per_peer: u64,
    /// Calls under way, subscriptions included, in all.
    pub max_calls: u64,
    /// Calls under way of one client.
    pub max_calls_per_client: u64,
    /// Persistent subscriptions.
    pub max_groups: usize,
    /// Calls under way on one connection.
    pub max_streams: u32,
    /// What a client may send of one call before it is read, in bytes.
    pub window_bytes: u32,
    /// The largest head of a call, in bytes.
    pub max_header_bytes: u32,
    /// How many calls a client may take back before they were looked at.
    pub max_resets: u32,
    /// `[[gateway.users]]`
    pub users: Vec<GatewayUser>,
}

/// What a client without a name and a password may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnonymousClients {
    /// Nothing.
    #[default]
    None,
    /// What a reader may.
    Reader,
}

/// The categories that clients may append to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppendTo(pub Vec<ClientCategory>);

/// One `[[gateway.users]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayUser {
    /// The name that it signs in with.
    #[serde(deserialize_with = "super::access::name")]
    pub name: PersonId,
    /// What it may do.
    #[serde(deserialize_with = "role")]
    pub role: ClientRole,
    /// The SHA-256 of its password, in hex. Passwords are long and random, so nobody finds one by its hash.
    pub sha256: Sha256Hex,
}

impl Default for Gateway {
    fn default() -> Self {
        let limits = GatewayLimits::default();
        Self {
            listen: None,
            certificate: None,
            key: None,
            anonymous: AnonymousClients::None,
            append: AppendTo::default(),
            max_connections: limits.connections,
            max_connections_per_peer: limits.connections_per_peer,
            max_calls: limits.calls,
            max_calls_per_client: limits.calls_per_client,
            max_groups: limits.groups,
            max_streams: limits.streams,
            window_bytes: limits.window,
            max_header_bytes: limits.header,
            max_resets: limits.resets,
            users: Vec::new(),
        }
    }
}

impl Gateway {
    /// Takes paths from a folder.
    pub(super) fn found_from(&mut self, folder: &Path) {
        self.certificate = self.certificate.as_ref().map(|file| folder.join(file));
        self.key = self.key.as_ref().map(|file| folder.join(file));
    }

    /// How much it takes on.
    pub(crate) fn limits(&self) -> GatewayLimits {
        GatewayLimits {
            connections: self.max_connections,
            connections_per_peer: self.max_connections_per_peer,
            calls: self.max_calls,
            calls_per_client: self.max_calls_per_client,
            groups: self.max_groups,
            streams: self.max_streams,
            window: self.window_bytes,
            header: self.max_header_bytes,
            resets: self.max_resets,
        }
    }

    /// A line for each field that is wrong.
    pub(super) fn problems(&self, access: &[Token]) -> Vec<String> {
        let mut problems = Vec::new();
        match (&self.certificate, &self.key) {
            (Some(_), None) => {
                problems.push("gateway.key: must be named where there is a gateway.certificate".into());
            }
            (None, Some(_)) => {
                problems.push("gateway.certificate: must be named where there is a gateway.key".into());
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.certificate.is_none() && self.listen.is_some_and(|address| !address.ip().is_loopback()) {
            problems.push(
                "gateway.listen: must be a loopback address where there is no gateway.certificate, because passwords \
                 and events would go over the network in clear"
                    .into(),
            );
        }
        for (field, zero) in [
            ("max_connections", self.max_connections == 0),
            ("max_connections_per_peer", self.max_connections_per_peer == 0),
            ("max_calls", self.max_calls == 0),
            ("max_calls_per_client", self.max_calls_per_client == 0),
            ("max_streams", self.max_streams == 0),
            ("max_resets", self.max_resets == 0),
        ] {
            if zero {
                problems.push(format!("gateway.{field}: must be at least 1"));
            }
        }
        // what HTTP/2 itself allows, and the least that the clients work with
        for (field, bytes, most) in [
            ("window_bytes", self.window_bytes, (1 << 31) - 1),
            ("max_header_bytes", self.max_header_bytes, 1 << 20),
        ] {
            if !(LEAST_BYTES..=most).contains(&bytes) {
                problems.push(format!("gateway.{field}: takes {LEAST_BYTES} to {most}"));
            }
        }
        for (place, user) in self.users.iter().enumerate() {
            let before = || self.users.iter().take(place);
            if before().any(|other| other.name == user.name) {
                problems.push(format!("gateway.users: there are two called {}", user.name));
            }
            if before().any(|other| other.sha256 == user.sha256)
                || access.iter().any(|token| token.sha256 == user.sha256)
            {
                problems.push(format!(
                    "gateway.users: {} has the same token as somebody else here or in [[access]]: make one with \
                     `openssl rand -hex 16`",
                    user.name
                ));
            }
        }
        problems
    }
}

impl<'de> Deserialize<'de> for AppendTo {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Categories;

        impl<'de> Visitor<'de> for Categories {
            type Value = AppendTo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("append: a list of categories, such as [\"notes\"], or false")
            }

            fn visit_bool<E: de::Error>(self, append: bool) -> Result<AppendTo, E> {
                if append {
                    return Err(E::custom(
                        "append: name the categories that clients may append to, such as [\"notes\"]",
                    ));
                }
                Ok(AppendTo::default())
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<AppendTo, A::Error> {
                let mut categories = Vec::new();
                while let Some(name) = names.next_element::<String>()? {
                    let category = ClientCategory::parse(&name)
                        .map_err(|problem| de::Error::custom(format!("append: {name:?}: {problem}")))?;
                    categories.push(category);
                }
                Ok(AppendTo(categories))
            }
        }

        source.deserialize_any(Categories)
    }
}

fn role<'de, D: Deserializer<'de>>(source: D) -> Result<ClientRole, D::Error> {
    let text = String::deserialize(source)?;
    let role = ClientRole::ALL.into_iter().find(|role| role.as_str() == text);
    role.ok_or_else(|| {
        let known: Vec<_> = ClientRole::ALL.iter().map(|role| role.as_str()).collect();
        de::Error::custom(format!("role: `{text}` is none of {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use covertrail_adapters::ClientCategory;

    #[test]
    fn only_named_categories_of_clients_can_be_appended_to() {
        let config = Config::parse("[gateway]\nappend = [\"notes\", \"visits_2\"]").unwrap();
        let names: Vec<_> = config.gateway.append.0.iter().map(ClientCategory::as_str).collect();
        assert_eq!(names, ["notes", "visits_2"]);
        assert!(Config::parse("[gateway]\nappend = false").unwrap().gateway.append.0.is_empty());
        for (append, expected) in [
            ("true", "append: name the categories"),
            ("3", "append: a list of categories"),
            ("[\"coverage\"]", "written by the program alone"),
            ("[\"subscriber\"]", "written by the program alone"),
            ("[\"ｓｕｂｓｃｒｉｂｅｒ\"]", "letters a-z, 0-9 and _"),
            ("[\"Coverage\"]", "letters a-z, 0-9 and _"),
            ("[\"del\u{131}very\"]", "letters a-z, 0-9 and _"),
            ("[\"$all\"]", "letters a-z, 0-9 and _"),
            ("[\"\"]", "letters a-z, 0-9 and _"),
        ] {
            let problem = Config::parse(&format!("[gateway]\nappend = {append}")).unwrap_err();
            assert!(problem.contains(expected) && problem.contains("line 2"), "{append}: {problem}");
        }
    }

    #[test]
    fn what_would_leave_the_gateway_open_is_refused() {
        let hash =
            |digits: &str| format!("{digits}3cdf9c7f7120b98e8c78408953e07f2ecd183006b5606df349b4c212acf43e");
        let user = |name: &str, role: &str, digits: &str| {
            let hash = hash(digits);
            format!("[[gateway.users]]\nname = \"{name}\"\nrole = \"{role}\"\nsha256 = \"{hash}\"\n")
        };
        let two = |one: String, other: String| format!("{one}{other}");
        let access = format!("[[access]]\nname = \"eve\"\nrole = \"viewer\"\nsha256 = \"{}\"\n", hash("a7"));
        for (text, expected) in [
            ("[gateway]\nlisten = \"0.0.0.0:2113\"".to_owned(), "gateway.listen: must be a loopback address"),
            ("[gateway]\ncertificate = \"a.crt\"".to_owned(), "gateway.key: must be named"),
            ("[gateway]\nkey = \"a.key\"".to_owned(), "gateway.certificate: must be named"),
            ("[gateway]\nanonymous = \"admin\"".to_owned(), "unknown variant `admin`"),
            ("[gateway]\nmax_calls = 0".to_owned(), "gateway.max_calls: must be at least 1"),
            ("[gateway]\nmax_streams = 0".to_owned(), "gateway.max_streams: must be at least 1"),
            ("[gateway]\nwindow_bytes = 1".to_owned(), "gateway.window_bytes: takes 4096 to 2147483647"),
            ("[gateway]\nmax_header_bytes = 1".to_owned(), "gateway.max_header_bytes: takes 4096 to 1048576"),
            (user("ann", "owner", "a7"), "`owner` is none of reader, auditor, writer, admin"),
            (user("a:b", "reader", "a7"), "line 2"),
            (two(user("ann", "reader", "a7"), user("ann", "reader", "b6")), "there are two called ann"),
            (two(user("ann", "reader", "a7"), user("bob", "reader", "a7")), "bob has the same token"),
            (two(user("ann", "reader", "a7"), access), "ann has the same token"),
        ] {
            let problem = Config::parse(&text).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
        let open = "[gateway]\nlisten = \"0.0.0.0:2113\"\ncertificate = \"a.crt\"\nkey = \"a.key\"";
        assert!(Config::parse(open).is_ok());
    }
}
