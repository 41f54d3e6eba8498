//! The client against a vendor on this machine, over real HTTP; requests as the guide's samples have them.

mod answers;
mod failures;
mod hostile;
mod outcomes;
mod privacy;
mod reads;
mod records;
mod reference;
mod requests;
mod samples;
mod sandbox;
