//! Both vendors' webhooks: verified, kept, parsed.
