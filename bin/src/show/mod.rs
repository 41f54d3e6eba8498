//! What is shown to people and programs: facts, told once and shown as text or as JSON.
//!
//! Absent here: the event log and the clock.

mod event;
mod fact;
mod path;
mod picture;
mod screen;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod time;
mod words;

pub(crate) use event::{actor, details};
pub(crate) use fact::{Fact, Facts, Value, fact, list, text};
pub(crate) use picture::{picture, summary};
pub(crate) use screen::{Screen, colour, keep_width, shown};
pub(crate) use time::recorded;
