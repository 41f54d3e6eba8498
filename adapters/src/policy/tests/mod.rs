//! The client against a vendor on this machine, over real HTTP; requests as the guide's samples have them.

mod answers;
mod failures;
mod privacy;
mod records;
mod requests;
mod samples;
mod sandbox;
