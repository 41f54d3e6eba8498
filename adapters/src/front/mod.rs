//! The front of every port: which connections are open, how long each may take for what, and which is closed first
//! when there are too many.

mod connections;
mod limit;
mod peers;
mod progress;

pub use connections::{ConnectionRules, ConnectionState, Connections, OpenConnection};
pub use limit::{Limit, LimitSnapshot};
pub use peers::{Networks, NotANetwork};
