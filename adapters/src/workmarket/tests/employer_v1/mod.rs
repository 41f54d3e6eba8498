//! The employer API against a vendor on this machine.

mod changes;
mod envelope;
mod reading;
mod samples;
mod tokens;
