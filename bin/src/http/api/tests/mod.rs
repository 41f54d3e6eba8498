//! The API over real HTTP, over a log of made-up histories. No vendor is asked for anything.

mod access;
mod events;
mod lists;
mod moments;
mod subscriptions;
mod world;
