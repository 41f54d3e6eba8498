//! Asking the running `serve` for what only it may write, in the name of the person whose token it is.

use super::{Failure, print};
use crate::config::Config;
use clap::Args;
use covertrail_adapters::address;
use covertrail_adapters::visible::visible;
use covertrail_domain::id::WorkOrderId;
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The variable with the person's token, as it stands in the server's `COVERTRAIL_PEOPLE`.
const TOKEN: &str = "COVERTRAIL_TOKEN";
/// Where the configuration is looked for when nothing else is said.
const CONFIG: &str = "covertrail.toml";

/// Whom to ask, and how to print the answer.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// Where `covertrail serve` is; without it the address in the configuration
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    server: Option<Url>,
    /// The configuration that names the address [default: covertrail.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Send the token over plain http to another machine, where everybody on the way can read it and act with it
    #[arg(long)]
    token_over_plain_http: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Ask {
    /// Posts to a work order's address; `fill` adds the body. Prints what has come of it.
    pub(super) async fn post(
        &self,
        work_order: &WorkOrderId,
        what: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<(), Failure> {
        let path = ["work-orders", work_order.as_str(), what];
        match self.send(Method::POST, &path, fill).await {
            Ok(text) if self.json => print(&text),
            Ok(text) => print(&told(work_order, &text)),
            Err(Unasked::Refused(StatusCode::NOT_FOUND, detail)) => {
                Err(Failure::NoSuchWorkOrder(format!("{work_order}: {detail}")))
            }
            Err(Unasked::Refused(status, detail)) => {
                Err(Failure::Failed(format!("{work_order}: {detail} ({status})")))
            }
            Err(Unasked::Failed(failure)) => Err(failure),
        }
    }

    /// Reads what is at an address below `/v1`.
    pub(super) async fn get(&self, path: &[&str]) -> Result<String, Failure> {
        Ok(self.send(Method::GET, path, |request| request).await?)
    }

    /// Posts JSON to an address below `/v1`; answers what has come of it.
    pub(super) async fn post_json(&self, path: &[&str], body: &Value) -> Result<String, Failure> {
        let body = body.to_string();
        let fill = |request: RequestBuilder| with_json(request, body);
        Ok(self.send(Method::POST, path, fill).await?)
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<String, Unasked> {
        let token = std::env::var(TOKEN).ok().filter(|token| !token.trim().is_empty());
        let token = token.ok_or_else(|| {
            Failure::Configuration(format!(
                "{TOKEN} is not set: your token, as the server's COVERTRAIL_PEOPLE has it"
            ))
        })?;
        let server = self.server()?;
        self.require_privacy(&server)?;
        let url = below(&server, path)
            .ok_or_else(|| Failure::Configuration(format!("{server} is no address of a server")))?;
        let client = address::client(&server).build();
        let client = client.map_err(|error| Failure::Failed(error.to_string()))?;
        let sent = fill(client.request(method, url).bearer_auth(token.trim())).send().await;
        let answer = sent.map_err(|error| {
            let why = if error.is_connect() {
                "nobody answers there; is `covertrail serve` running?"
            } else {
                "no answer"
            };
            Failure::Failed(format!("{server}: {why}"))
        })?;
        let status = answer.status();
        let text =
            answer.text().await.map_err(|_| Failure::Failed(format!("{server}: the answer broke off")))?;
        if status.is_success() {
            return Ok(text);
        }
        if status == StatusCode::UNAUTHORIZED {
            let unknown = format!("{TOKEN} is not a token that {server} knows");
            return Err(Failure::Configuration(unknown).into());
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = problem.get("detail").and_then(Value::as_str).unwrap_or("it gives no reason");
        Err(Unasked::Refused(status, visible(detail).into_owned()))
    }

    fn server(&self) -> Result<Url, Failure> {
        if let Some(server) = &self.server {
            return Ok(server.clone());
        }
        let path = self.config.as_deref().unwrap_or(Path::new(CONFIG));
        if self.config.is_none() && !path.exists() {
            return Err(Failure::Configuration(format!(
                "whom to ask? There is no {CONFIG} here: name the configuration with --config FILE or the server with --server URL"
            )));
        }
        let settings = Config::read(path)?.server;
        let listen = reachable(settings.listen);
        // from another machine's configuration, or to another address of this one: encrypted where that is offered
        let public =
            settings.public_url.filter(|url| !listen.ip().is_loopback() && url.starts_with("https://"));
        let url = public.unwrap_or_else(|| format!("http://{listen}"));
        Url::parse(&url).map_err(|error| Failure::Configuration(format!("{}: {error}", path.display())))
    }

    /// A token goes where nobody on the way can read it, or where somebody says in full that they may.
    fn require_privacy(&self, server: &Url) -> Result<(), Failure> {
        let refused = |why: &str| Err(Failure::Configuration(why.to_owned()));
        if !server.username().is_empty() || server.password().is_some() {
            return refused(
                "--server takes an address without a name or a password; the token is in COVERTRAIL_TOKEN",
            );
        }
        if address::is_private(server) || (server.scheme() == "http" && self.token_over_plain_http) {
            return Ok(());
        }
        if server.scheme() != "http" {
            return refused("--server must begin with https:// (or http:// on this machine)");
        }
        refused(&format!(
            "{server} is not on this machine and is not encrypted, so everybody on the way could read {TOKEN}: name it \
             by https:// with --server, or say --token-over-plain-http"
        ))
    }
}

/// A request with a body in JSON.
pub(super) fn with_json(request: RequestBuilder, body: String) -> RequestBuilder {
    request.header("content-type", "application/json").body(body)
}

/// Why there is no answer to print.
enum Unasked {
    /// The server says no, and why.
    Refused(StatusCode, String),
    /// It could not be asked.
    Failed(Failure),
}

impl From<Failure> for Unasked {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unasked> for Failure {
    fn from(unasked: Unasked) -> Self {
        match unasked {
            Unasked::Refused(status, detail) => Self::Failed(format!("{detail} ({status})")),
            Unasked::Failed(failure) => failure,
        }
    }
}

/// From this machine, a server that listens everywhere is reached by the loopback address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn below(server: &Url, path: &[&str]) -> Option<Url> {
    let mut url = server.clone();
    url.path_segments_mut().ok()?.pop_if_empty().push("v1").extend(path);
    Some(url)
}

fn told(work_order: &WorkOrderId, answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let said = |field: &str| answer.get(field).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    format!("{work_order}: {}; it is now {}", said("status"), said("stage"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_order_goes_into_the_address_as_one_segment() {
        let server = Url::parse("https://covertrail.example/base/").unwrap();
        let url = below(&server, &["work-orders", "a/b?", "retry"]).unwrap();
        assert_eq!(url.as_str(), "https://covertrail.example/base/v1/work-orders/a%2Fb%3F/retry");
    }

    #[test]
    fn a_server_that_listens_everywhere_is_reached_by_the_loopback_address() {
        for (listen, reached) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.7:80", "10.0.0.7:80")]
        {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), reached);
        }
    }

    #[test]
    fn a_token_goes_where_nobody_on_the_way_can_read_it() {
        let ask =
            |token_over_plain_http| Ask { server: None, config: None, token_over_plain_http, json: false };
        let goes = |url: &str, over_plain_http| {
            ask(over_plain_http).require_privacy(&Url::parse(url).unwrap()).is_ok()
        };
        for private in
            ["https://covertrail.example", "http://127.0.0.1:8099", "http://[::1]", "http://localhost"]
        {
            assert!(goes(private, false), "{private}");
        }
        for open in ["http://198.51.100.1", "http://covertrail.example", "http://0.0.0.0:80"] {
            assert!(!goes(open, false) && goes(open, true), "{open}");
        }
        for never in [
            "ftp://127.0.0.1",
            "https://ana:secret@covertrail.example",
            "http://127.0.0.1@covertrail.example",
        ] {
            assert!(!goes(never, false) && !goes(never, true), "{never}");
        }
    }
}
