//! Where keys, tokens and facts may be sent to, and by which way.

use reqwest::{ClientBuilder, redirect};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Whether nobody on the way reads what is sent there: it is encrypted, or stays on this machine.
pub fn is_private(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_on_this_machine(url),
        _ => false,
    }
}

/// Whether it is this machine's own: a loopback address, or `localhost` and names below it, which RFC 6761 reserves.
pub fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Begins an HTTP client for requests to an address that carry a secret or facts of ours.
///
/// It follows no redirect, which would carry them elsewhere. Proxies of the environment are used for https to other
/// machines only, where all they see is a tunnel. Names of this machine are not looked up: `localhost` is the loopback
/// address whatever a name server says.
pub fn client(url: &Url) -> ClientBuilder {
    let client = reqwest::Client::builder().redirect(redirect::Policy::none());
    let client = if url.scheme() == "https" && !is_on_this_machine(url) { client } else { client.no_proxy() };
    match url.host() {
        Some(Host::Domain(name)) if is_local_name(name) => client.resolve_to_addrs(name, &loopback()),
        Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_)) | None => client,
    }
}

fn is_local_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Port 0 stands for the port of the address that is asked.
fn loopback() -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn plain_http_is_private_to_this_machine_only() {
        for private in [
            "https://covertrail.example",
            "http://127.0.0.1:80",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost",
            "http://LOCALHOST:8099/base",
            "http://a.localhost",
            // all these are how browsers and `url` write 127.0.0.1
            "http://2130706433",
            "http://0x7f.1",
        ] {
            assert!(is_private(&parsed(private)), "{private}");
        }
        for open in [
            "http://198.51.100.1",
            "http://covertrail.example",
            "http://localhost.example",
            "http://notlocalhost",
            "http://127.0.0.1.example",
            "http://127.0.0.1@covertrail.example",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:198.51.100.1]",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
        ] {
            assert!(!is_private(&parsed(open)), "{open}");
        }
    }
}
