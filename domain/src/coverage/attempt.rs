//! A call that did not go through, and under which key a person has it made again.

use super::action::Step;
use crate::id::DocumentId;
use alloc::string::String;

/// A step that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blocked {
    /// Which step.
    pub step: Step,
    /// Which document, where the step is about one.
    pub document: Option<DocumentId>,
    /// What became of the call.
    pub failure: Failure,
    /// Why, in words for a person.
    pub reason: String,
}

/// What became of a call that a person must look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The vendor said no, so nothing came of it.
    Refused,
    /// It was given up, and what was sent under its key before may have been done.
    Unsettled,
}

/// Under which idempotency key a step is called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The same as before: whatever came of the first call is the answer to this one too.
    Same,
    /// One that was never sent, so that the vendor cannot answer with what it has saved.
    New,
}

impl Step {
    /// The key for a person's retry. Under a key that it has seen, the vendor answers for a day what it answered
    /// first, an error of its own (500) included; only what it refuses is not saved. So a new key is right wherever
    /// it cannot make a second thing of something that there must be one of:
    ///
    /// - a **quote** or an **application session** binds nobody and costs nothing, and only the one recorded here is
    ///   gone on with: always a new one;
    /// - **canceling** an assignment twice is canceling it: always a new one, for an assignment on the same job
    ///   waits for it;
    /// - a **job** or an **assignment** must not be made twice: a new one only where the vendor refused, since nothing
    ///   was made and what a person mended since is another body; where the outcome is open, the same one brings it;
    /// - the **contractor**'s is the guide's, one for the worker; a **certificate** would be judged twice, and an
    ///   **invoice** charged twice: always the same.
    pub(super) const fn key_of_retry(self, failure: Failure) -> Key {
        match (self, failure) {
            (Self::Quote | Self::Application | Self::AssignmentCancellation, _)
            | (Self::Job | Self::Assignment, Failure::Refused) => Key::New,
            (Self::Job | Self::Assignment, Failure::Unsettled)
            | (Self::Contractor | Self::Certificate | Self::Invoice, _) => Key::Same,
        }
    }
}
