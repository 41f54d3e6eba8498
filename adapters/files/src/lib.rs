//! Files on this machine: which of them are ours, who may read them, and how they are opened and written.
//!
//! Whatever the program creates on disk goes through this crate, so that these hold everywhere:
//! - A file of ours is readable by its owner alone, or also by the one group that the configuration names, whatever the
//!   umask ([`Sharing`]).
//! - An SQLite database bears the mark of what it is ([`DatabaseKind`]). A file without our mark is never written to,
//!   renamed or removed; an empty file is ours to use.
//! - A file appears at its path only when it is whole, and its bytes are on the disk by then.
//! - Only regular files are opened: a FIFO, a device or a socket cannot hold a reader up.
//!
//! Absent here: what the files hold, the configuration, async, and a clock.

mod database;
mod error;
mod regular;
mod same;
mod sharing;
mod write;

pub use database::{DatabaseKind, DatabasePlace, beside, check_marks, create_database, look, put_aside};
pub use error::{DatabaseError, FileError, NotOurs};
pub use regular::{Links, open, read, read_text};
pub use same::{Claim, overlaps};
pub use sharing::{Exposure, Sharing, UnknownGroup, shell_word};
pub use write::{create_new, make_folder, open_lock, private_folder, replace, sync_folder};
