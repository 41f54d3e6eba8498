//! Logging never blocks, and what could not be written is counted.
