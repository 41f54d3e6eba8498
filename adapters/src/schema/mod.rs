//! The stored form of every event ever written, and its envelope.
