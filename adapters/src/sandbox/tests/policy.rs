//! 1099Policy, kind of object by kind of object.

mod applications;
mod assignments;
mod certificates;
mod changes;
mod contractors;
mod events;
mod forms;
mod invoices;
mod jobs;
mod lists;
mod quotes;
mod vocabulary;
