//! Tests of the stored form.

mod any;
mod envelope;
mod faults;
mod golden;
mod ids;
mod laws;
mod scan;
mod speed;
mod story;
