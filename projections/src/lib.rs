//! What people and services read: pure folds over the coverage events, and the tables that keep what they come to.
//!
//! Absent here: the vendors, HTTP, and any write to the event log. What is here can be thrown away and folded
//! again.

mod directory;
mod story;
mod table;
mod tables;
mod views;

pub use directory::{Directory, Reference};
pub use story::{Place, Story};
pub use table::{Cell, Column, Holds, Row, Table};
pub use tables::{ALL as TABLES, named as table_named};
pub use views::{Change, Error as ViewsError, Views};
