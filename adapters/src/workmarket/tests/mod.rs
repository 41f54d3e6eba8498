//! The client against a vendor on this machine, over real HTTP; and every row of the guide's tables.

mod calls;
mod employer_v1;
mod guide;
mod mapping;
mod samples;
mod sandbox;
mod work_orders;
mod workers;
