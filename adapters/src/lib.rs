//! Everything that touches the world.
//!
//! Absent here: the rules of coverage (they are in `covertrail-domain`), what people read
//! (`covertrail-projections`), and a clock: every function that needs the time is handed it.

pub mod address;
pub mod front;
pub mod gateway;
mod http;
pub mod link;
mod own_category;
pub mod policy;
pub mod sandbox;
pub mod schema;
pub mod secret;
pub mod store;
pub mod visible;
pub mod webhook;
pub mod workmarket;

pub use own_category::{ClientCategory, NotForClients, OwnCategory};

/// The target of the spans that tell whoever runs this what takes how long. They are not log lines, and hold neither
/// personal data nor secrets.
pub const SPANS: &str = "covertrail::spans";
