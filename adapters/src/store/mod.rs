//! The event store: the port, its contract, and the embedded engine on SQLite.
