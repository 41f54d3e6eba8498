//! Catching up with a vendor on this machine, over real HTTP.

mod events;
mod laws;
mod lives;
mod objects;
mod reports;
