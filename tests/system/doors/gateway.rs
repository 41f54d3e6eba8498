//! EventStoreDB clients authenticate, write only where the configuration says so, and cannot slow anybody down.
