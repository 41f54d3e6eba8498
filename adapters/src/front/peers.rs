//! Which addresses count as one peer, and which belong to proxies that may name another.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

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

    #[test]
    fn one_customer_is_one_peer() {
        let peer = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::2"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
    }
}
