//! 1099Policy, kind of object by kind of object.

mod applications;
mod assignments;
mod certificates;
mod contractors;
mod invoices;
mod jobs;
mod lists;
mod quotes;
