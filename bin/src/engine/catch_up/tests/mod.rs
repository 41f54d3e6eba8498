//! Catching up with a vendor on this machine, over real HTTP.

mod events;
mod objects;
mod reports;
