//! For tests, in this crate and in others: given/when/then, random histories, and the laws that always hold.
//!
//! A [`Scenario`] tells one story and says what must come of it. [`legal_history`] makes up any number of
//! them, every one a history that the rules themselves allowed; what fails is shrunk to a short one.
//! [`hostile`] delivers a history's reports as badly as a network can. The [`laws`] hold in every state of
//! all of these, and return what is [`Broken`] in words.
//!
//! A rule of your own is tried the same way. Here: whoever is let in by it is insured or excused.
//!
//! ```
//! use covertrail_domain::coverage::{Badge, Event, State};
//! use covertrail_domain::testkit::{laws, legal_history, samples};
//! use proptest::prelude::*;
//!
//! fn may_begin(state: &State) -> bool {
//!     matches!(state.standing(samples::WINDOW.start()).badge, Badge::Insured | Badge::Waived)
//! }
//!
//! proptest! {
//!     fn nobody_is_let_in_without_a_reason(history in legal_history()) {
//!         let excused = history.events().any(|event| matches!(event, Event::Waived { .. }));
//!         let reported = history.events().any(Event::binds_cover);
//!         prop_assert!(!may_begin(&history.state()) || excused || reported);
//!     }
//! }
//! nobody_is_let_in_without_a_reason();
//! ```

mod draft;
mod history;
mod hostile;
mod ideas;
pub mod laws;
pub mod mutate;
pub mod samples;
mod scenario;
pub mod story;

#[cfg(test)]
mod tests;

pub use draft::{Draft, any_command, any_report, any_terms};
pub use history::{History, Moment, legal_history};
pub use hostile::{Arrivals, hostile};
pub use laws::Broken;
pub use scenario::{Asked, Scenario};
