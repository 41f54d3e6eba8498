//! What people and services read: pure folds over the coverage events, and the tables that keep what they come to.
//!
//! Absent here: the vendors, HTTP, the stored form of events, and any write to the event log. What is here can be
//! thrown away and folded again.

mod as_of;
mod checklist;
mod delivery;
mod directory;
mod json;
mod story;
mod table;
pub mod tables;
mod views;

pub use as_of::AsOf;
pub use checklist::{Checklist, Item, Tick};
pub use delivery::{Delivery, Fate};
pub use directory::{Directory, Reference};
pub use json::row as row_as_json;
pub use story::{Place, Stint, Story};
pub use table::{Cell, Column, Holds, Row, Rows, Table};
pub use views::{
    Checkpoint, Entry, Error as ViewsError, Journal, Moved, Part, Query, Reader, Told, Views, Where,
};
