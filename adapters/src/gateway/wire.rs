//! The messages of the protocol, as `build.rs` makes them, and what every service writes into them.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]

tonic::include_proto!("event_store.client");

pub mod streams {
    tonic::include_proto!("event_store.client.streams");
}

pub mod persistent_subscriptions {
    tonic::include_proto!("event_store.client.persistent_subscriptions");
}

pub mod server_features {
    tonic::include_proto!("event_store.client.server_features");
}

pub mod gossip {
    tonic::include_proto!("event_store.client.gossip");
}
