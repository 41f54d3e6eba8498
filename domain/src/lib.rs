//! The rules: what cover a work order needs, what has happened to it, and what that means.
//!
//! Absent here, and kept out by `no_std`: I/O, async, serde, tracing and the clock. Time enters only as
//! data of a command.
#![no_std]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(any(test, feature = "testkit"))]
extern crate std;

pub mod cover;
pub mod coverage;
pub mod id;
pub mod money;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
mod text;
pub mod time;
