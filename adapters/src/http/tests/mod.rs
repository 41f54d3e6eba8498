//! Sending and reading against a vendor on this machine, over real HTTP.

mod limits;
mod reading;
mod sending;
mod settings;
