//! Both vendors' webhooks: verified, kept, parsed.

pub mod verify;
