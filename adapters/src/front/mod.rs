//! The front of every port: which connections are open, how long each may take for what, which one is closed first when
//! there are too many, and the HTTP server on top of them.
//!
//! Absent here: HTTP/2, which only the gateway speaks, and every rule about who may do what.

mod connections;
mod files;
mod io;
mod limit;
mod peers;
mod progress;
mod serve;

pub use connections::{ConnectionRules, ConnectionState, Connections, OpenConnection};
pub use files::{connections_within, raise_open_files, room_for_connections};
pub use limit::{Limit, LimitSnapshot};
pub use peers::{Networks, NotANetwork, Peer};
pub use serve::serve;
