//! Assignments: cover tied to this work order at the vendor, and what is to become of each.

use super::path::Post;
use super::terms::Cover;
use crate::id::{AssignmentId, PolicyId};

/// An assignment made at the vendor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assignment {
    /// The vendor's id.
    pub id: AssignmentId,
    /// The contractor and the job that it ties.
    pub post: Post,
    /// The policy it stands on, where the vendor names it.
    pub policy: Option<PolicyId>,
    /// What it is to cover.
    pub cover: Cover,
    /// What is to become of it.
    pub fate: Fate,
    /// How often a person has had its cancellation tried again under another key.
    pub retries: u32,
}

/// What is to become of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is the one that counts.
    Current,
    /// It is no longer wanted and has not begun, so it is to be canceled.
    ToCancel,
    /// It is no longer wanted, but work under it had begun, so the vendor will not cancel it.
    Kept,
    /// The vendor canceled it.
    Canceled,
}
