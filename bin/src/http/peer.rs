//! Who is at the other end of a connection.

use std::net::IpAddr;

/// The address that a request came from, as a request extension. Behind one of `server.trusted_proxies` it is the
/// address that the proxy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);
