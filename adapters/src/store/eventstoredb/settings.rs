use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use eventstore::{ClientSettings, Credentials};
use thiserror::Error;
use tonic::codegen::http::Uri;
use url::form_urlencoded;

use crate::secret::{Secret, WeakSecret, require_strong_text};

/// Milliseconds that the client takes without ado.
const DURATIONS: std::ops::RangeInclusive<u64> = 1..=3_600_000;

/// The shortest keep-alive that the client takes.
const KEEP_ALIVE: std::ops::RangeInclusive<u64> = 10_000..=3_600_000;

/// A connection string that the client can work with. It may have a password in it and does not show itself.
#[derive(Clone)]
pub struct Settings {
    client: ClientSettings,
    /// The client itself would send them as they are encoded in its connection string.
    credentials: Option<Credentials>,
    is_encrypted: bool,
}

/// Why a connection string cannot be used. It is never quoted: it may have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadSettings {
    /// Not `esdb://host:port?…`.
    #[error(
        "the connection string is not esdb://[user:password@]host:port[,host:port]?… or esdb+discover://…"
    )]
    Malformed,
    /// Credentials that are not `name:password`.
    #[error("the credentials are not name:password")]
    Credentials,
    /// They protect nothing. On this machine they may be what a server was delivered with.
    #[error("the password {0}; set another at the server: openssl rand -hex 32 makes a good one")]
    WeakPassword(#[from] WeakSecret),
    /// They would travel in the clear.
    #[error(
        "tls=false sends the password in the clear: leave it out, or run the server on this machine and name it by \
         its loopback address"
    )]
    Exposed,
    /// An option that there is not, or with a value that it may not have.
    #[error("the connection string's option {option}: {problem}")]
    Option {
        /// Which.
        option: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Settings {
    /// Reads a connection string. What would make the client panic, or never connect, is refused here; what it
    /// leaves open gets the value that suits a log with one writer.
    pub fn parse(connection: &str) -> Result<Self, BadSettings> {
        let (server, query) = connection.split_once('?').unwrap_or((connection, ""));
        let mut options: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (option, value) in &options {
            check(option, value)?;
        }
        let is_encrypted =
            !options.iter().any(|(option, value)| option.eq_ignore_ascii_case("tls") && value == "false");
        for (option, value) in [
            // the first connection sleeps this long
            ("discoveryInterval", "50"),
            ("maxDiscoverAttempts", "10"),
            // appends are answered by the leader alone
            ("nodePreference", "leader"),
        ] {
            if !options.iter().any(|(given, _)| given.eq_ignore_ascii_case(option)) {
                options.push((option.to_owned(), value.to_owned()));
            }
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(options).finish();
        let client: ClientSettings =
            format!("{server}?{query}").parse().map_err(|_| BadSettings::Malformed)?;
        let reachable = |endpoint: &eventstore::Endpoint| {
            format!("http://{}:{}", endpoint.host, endpoint.port).parse::<Uri>().is_ok()
                && !endpoint.host.is_empty()
        };
        if client.hosts().is_empty() || !client.hosts().iter().all(reachable) {
            return Err(BadSettings::Malformed);
        }
        user_certificate(&client)?;
        let settings = Self { client, credentials: login(server), is_encrypted };
        settings.require_privacy()?;
        Ok(settings)
    }

    /// Reads a connection string that has no secret in it, and adds how to log in (`name:password`) and by whose
    /// certificate the server is known.
    pub fn new(url: &str, credentials: Option<&Secret>, ca_file: Option<&Path>) -> Result<Self, BadSettings> {
        let between = if url.contains('?') { '&' } else { '?' };
        let ca_file = ca_file.map(|file| {
            let mut option = form_urlencoded::Serializer::new(String::new());
            format!("{between}{}", option.append_pair("tlsCaFile", &file.to_string_lossy()).finish())
        });
        let mut settings = Self::parse(&format!("{url}{}", ca_file.unwrap_or_default()))?;
        if let Some(given) = credentials {
            let (name, password) = given.expose().split_once(':').ok_or(BadSettings::Credentials)?;
            if !settings.is_on_this_machine() {
                require_strong_text(password)?;
            }
            settings.credentials = Some(Credentials::new(name.to_owned(), password.to_owned()));
        }
        settings.require_privacy()?;
        Ok(settings)
    }

    /// A password goes to other machines over TLS only.
    fn require_privacy(&self) -> Result<(), BadSettings> {
        let travels = self.credentials.is_some() && !self.is_encrypted;
        if travels && !self.is_on_this_machine() { Err(BadSettings::Exposed) } else { Ok(()) }
    }

    fn is_on_this_machine(&self) -> bool {
        let is_local = |host: &eventstore::Endpoint| {
            let bare = host.host.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<IpAddr>().map_or(bare == "localhost", |address| address.is_loopback())
        };
        self.client.hosts().iter().all(is_local)
    }

    pub(super) fn hosts(&self) -> Vec<(String, u16)> {
        let host = |host: &eventstore::Endpoint| Some((host.host.clone(), u16::try_from(host.port).ok()?));
        self.client.hosts().iter().filter_map(host).collect()
    }

    /// How to log in, which goes with every call.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        self.credentials.clone()
    }

    pub(super) fn client(&self) -> ClientSettings {
        self.client.clone()
    }
}

/// What stands before the hosts, decoded.
fn login(server: &str) -> Option<Credentials> {
    let (_, server) = server.split_once("://")?;
    let (login, _) = server.rsplit_once('@')?;
    let (name, password) = login.split_once(':').unwrap_or((login, ""));
    let decoded = |text: &str| {
        let value = format!("={}", text.replace('+', "%2B"));
        form_urlencoded::parse(value.as_bytes()).next().map(|(_, text)| text.into_owned())
    };
    Some(Credentials::new(decoded(name)?, decoded(password)?))
}

fn check(option: &str, value: &str) -> Result<(), BadSettings> {
    let problem = match option.to_lowercase().as_str() {
        "maxdiscoverattempts" => one_of(&(2..=1000), value),
        "discoveryinterval" | "gossiptimeout" | "defaultdeadline" => one_of(&DURATIONS, value),
        "keepaliveinterval" | "keepalivetimeout" => one_of(&KEEP_ALIVE, value),
        "tls" | "tlsverifycert" => {
            value.parse::<bool>().err().map(|_| "is neither true nor false".to_owned())
        }
        "nodepreference" => {
            let known = ["leader", "follower", "readonlyreplica", "random"];
            let found = known.contains(&value.to_lowercase().as_str());
            (!found).then(|| format!("is not one of {}", known.join(", ")))
        }
        "tlscafile" => certificates(value),
        "usercertfile" | "userkeyfile" | "connectionname" => None,
        _ => Some("there is no such option".to_owned()),
    };
    problem.map_or(Ok(()), |problem| Err(BadSettings::Option { option: option.to_owned(), problem }))
}

fn one_of(range: &std::ops::RangeInclusive<u64>, value: &str) -> Option<String> {
    let within = value.parse().is_ok_and(|value| range.contains(&value));
    (!within).then(|| format!("is not a number from {} to {}", range.start(), range.end()))
}

/// The largest file of certificates or keys that is read (1 MiB).
const MOST_PEM_BYTES: u64 = 1 << 20;

fn read_pem(path: &Path) -> Result<Vec<u8>, covertrail_files::FileError> {
    covertrail_files::read(path, covertrail_files::Links::Follow, MOST_PEM_BYTES)
}

/// The client panics at a file that it cannot use.
fn certificates(path: &str) -> Option<String> {
    let pem = match read_pem(path.as_ref()) {
        Ok(pem) => pem,
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    let usable = reqwest::Certificate::from_pem_bundle(&pem).and_then(|certificates| {
        let client = reqwest::Client::builder().use_rustls_tls();
        certificates.iter().cloned().fold(client, reqwest::ClientBuilder::add_root_certificate).build()?;
        Ok(!certificates.is_empty())
    });
    (!usable.unwrap_or(false)).then(|| "has no certificate in PEM".to_owned())
}

/// The certificate and the key have to fit each other.
fn user_certificate(client: &ClientSettings) -> Result<(), BadSettings> {
    let Some((certificate, key)) = client.user_certificate() else { return Ok(()) };
    let bad = |option: &str, problem: String| BadSettings::Option { option: option.to_owned(), problem };
    let mut pem =
        read_pem(key.as_ref()).map_err(|error| bad("userKeyFile", format!("cannot be read: {error}")))?;
    pem.push(b'\n');
    pem.extend(
        read_pem(certificate.as_ref())
            .map_err(|error| bad("userCertFile", format!("cannot be read: {error}")))?,
    );
    reqwest::Identity::from_pem(&pem)
        .and_then(|identity| reqwest::Client::builder().use_rustls_tls().identity(identity).build())
        .map_err(|_| bad("userCertFile", "has no certificate that fits the key in userKeyFile".to_owned()))?;
    Ok(())
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("hosts", self.client.hosts()).finish_non_exhaustive()
    }
}
