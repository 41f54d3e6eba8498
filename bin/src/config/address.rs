//! Addresses to which keys and facts are sent.

use url::{Host, Url};

/// Whether nobody on the way reads what is sent there: it is encrypted, or stays on this machine.
pub(super) fn is_private(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_on_this_machine(url),
        _ => false,
    }
}

/// Whether it is this machine's own.
pub(super) fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
