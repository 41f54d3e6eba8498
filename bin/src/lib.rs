//! Covertrail keeps every `WorkMarket` work order insured through 1099Policy, and can prove it.
//!
//! This is the program: the engine, the HTTP server and the command line. Absent here: the rules of coverage
//! and the vendors' wire forms. Present only here: the clock.

pub mod assemble;
pub mod clock;
mod commands;
pub mod config;
mod copy;
mod demo;
pub mod engine;
mod gateway;
pub mod generate;
pub mod http;
pub mod links;
pub mod logging;
mod show;
mod store;
pub mod subscribers;
pub mod telemetry;
pub mod views;

pub use commands::main;
