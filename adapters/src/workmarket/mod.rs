//! WorkMarket: work orders and workers, read over HTTP in either of its forms, and the tables that translate them
//! for 1099Policy.

mod client;
mod employer_v1;
mod error;
mod mapping;
mod region;
#[cfg(test)]
mod tests;
mod work_order;
mod worker;

pub use crate::http::fields::Malformed;
pub use crate::http::{Misconfigured, Settings};
pub use client::Client;
pub use employer_v1::{Change, Changes, EmployerV1, PAGE};
pub use error::Error;
pub use mapping::{Mapping, Unmapped};
pub use work_order::{Status, Wage, WorkOrder};
pub use worker::Worker;
