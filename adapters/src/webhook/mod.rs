//! Both vendors' webhooks: verified, kept, parsed.
//!
//! In the order of a delivery's life: [`verify::Verifier`] says whether the bytes are the vendor's, a
//! [`delivery::Delivery`] under its [`dedupe::DeliveryId`] is what is stored of them before anyone is answered, and only
//! what is stored is read, as a [`policy::Notice`] or a [`workmarket::Notice`].
//!
//! Absent here: HTTP, the clock, the store, and what a notice means for a work order.

pub mod dedupe;
pub mod delivery;
mod field;
#[cfg(test)]
mod fuzz;
pub mod policy;
pub mod poll;
pub mod verify;
pub mod workmarket;

pub use field::Malformed;
