//! Both vendors' webhooks: verified, kept, parsed.

pub mod dedupe;
mod field;
pub mod policy;
pub mod verify;
pub mod workmarket;

pub use field::Malformed;
