//! Which addresses count as one peer, and which belong to proxies that name the peer they speak for.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The address that a request came from, as a request extension. Behind a trusted proxy it is the address that the
/// proxy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// The peer of a request that came from this address. A trusted proxy names it in `X-Forwarded-For` or
    /// `Forwarded`: the last address there that is no trusted proxy's. Entries before it were written by strangers.
    /// Where both headers stand and differ, one of them is a stranger's, and the proxy itself is the peer.
    pub(super) fn of_request(proxies: &Networks, address: IpAddr, headers: &HeaderMap) -> Self {
        if !proxies.contains(address) {
            return Self(address.to_canonical());
        }
        let plain = last_stranger(proxies, entries(headers, "x-forwarded-for"));
        let standard = last_stranger(proxies, entries(headers, "forwarded").map(forwarded_for));
        let named = match (plain, standard) {
            (Some(plain), Some(standard)) if plain != standard => None,
            (plain, standard) => plain.or(standard),
        };
        Self(named.unwrap_or(address).to_canonical())
    }
}

/// The comma-separated entries of all headers of that name, the last one first.
fn entries<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let mut lines: Vec<_> = headers.get_all(name).iter().collect();
    lines.reverse();
    lines.into_iter().flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).map(str::trim)
}

/// The `for` of an entry of `Forwarded`; empty where it has none.
fn forwarded_for(entry: &str) -> &str {
    let pairs = entry.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    values.next().map_or("", |(_, value)| value.trim().trim_matches('"'))
}

/// The first address that is no proxy's; nothing where an entry before it cannot be read.
fn last_stranger<'a>(proxies: &Networks, entries: impl Iterator<Item = &'a str>) -> Option<IpAddr> {
    let mut addresses = entries.map(address_of);
    addresses.find(|address| address.is_none_or(|address| !proxies.contains(address))).flatten()
}

/// An address, with or without a port or brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Addresses and networks, such as those of reverse proxies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// A text is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NotANetwork(String);

impl Networks {
    /// Reads addresses (`192.0.2.1`, `::1`) and networks (`10.0.0.0/8`).
    pub fn parse<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Result<Self, NotANetwork> {
        let parse = |text: S| {
            let text = text.as_ref();
            let address = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
            text.parse::<IpNet>().or_else(|_| address()).map_err(|_| NotANetwork(text.to_owned()))
        };
        texts.into_iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What counts as one peer: an IPv4 address, or the /64 network that one IPv6 customer has.
pub(super) fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_addresses_and_ranges_of_both_families() {
        let networks = Networks::parse(["192.0.2.1", "10.0.0.0/8", "2001:db8::/32"]).unwrap();
        for inside in ["192.0.2.1", "::ffff:192.0.2.1", "10.9.8.7", "2001:db8::5"] {
            assert!(networks.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["192.0.2.2", "11.0.0.1", "2001:db9::5", "::1"] {
            assert!(!networks.contains(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        let error = Networks::parse(["10.0.0.0/8", "nginx"]).unwrap_err().to_string();
        assert_eq!(error, "\"nginx\" is neither an IP address nor a network such as 10.0.0.0/8");
    }

    fn peer_of(address: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = Networks::parse(["10.0.0.0/8"]).unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Peer::of_request(&proxies, address.parse().unwrap(), &map).0.to_string()
    }

    #[test]
    fn a_proxy_names_the_peer_and_nobody_else_does() {
        let plain = "x-forwarded-for";
        assert_eq!(peer_of("192.0.2.1", &[(plain, "198.51.100.7")]), "192.0.2.1");
        assert_eq!(peer_of("10.0.0.1", &[(plain, "198.51.100.7")]), "198.51.100.7");
        assert_eq!(peer_of("10.0.0.1", &[(plain, "203.0.113.9, 198.51.100.7, 10.0.0.2")]), "198.51.100.7");
        assert_eq!(peer_of("10.0.0.1", &[(plain, "203.0.113.9"), (plain, "198.51.100.7")]), "198.51.100.7");
        assert_eq!(peer_of("10.0.0.1", &[(plain, "198.51.100.7, unknown")]), "10.0.0.1");
        assert_eq!(peer_of("10.0.0.1", &[(plain, "198.51.100.7:4711")]), "198.51.100.7");
        assert_eq!(peer_of("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_and_two_that_differ_are_not_believed() {
        let standard = ("forwarded", "for=203.0.113.9, proto=https;for=\"[2001:db8::7]:4711\";by=10.0.0.1");
        assert_eq!(peer_of("10.0.0.1", &[standard]), "2001:db8::7");
        assert_eq!(peer_of("10.0.0.1", &[standard, ("x-forwarded-for", "198.51.100.7")]), "10.0.0.1");
        assert_eq!(peer_of("10.0.0.1", &[standard, ("x-forwarded-for", "2001:db8::7")]), "2001:db8::7");
    }

    #[test]
    fn one_customer_is_one_peer() {
        let peer = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::2"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
    }
}
