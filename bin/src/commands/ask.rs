//! Asking the running `serve` for what only it may write, in the name of the person whose token it is.

use super::{Failure, print};
use crate::config::Config;
use clap::Args;
use covertrail_adapters::visible::visible;
use covertrail_domain::id::WorkOrderId;
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, redirect};
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
        let url = address(&server, path)
            .ok_or_else(|| Failure::Configuration(format!("{server} is no address of a server")))?;
        let client = Client::builder().redirect(redirect::Policy::none()).build();
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
        let url = format!("http://{}", reachable(Config::read(path)?.server.listen));
        Url::parse(&url).map_err(|error| Failure::Configuration(format!("[server] listen: {error}")))
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

fn address(server: &Url, path: &[&str]) -> Option<Url> {
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
        let url = address(&server, &["work-orders", "a/b?", "retry"]).unwrap();
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
}
