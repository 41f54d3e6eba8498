//! The way from an assigned worker to an assignment that binds cover: what the vendor made at each step.

use super::terms::{Cover, Round};
use crate::id::{AssignmentId, ContractorId, JobId, PolicyId, QuoteId, SessionId};
use alloc::string::String;

/// The contractor and the job that everything else at the vendor hangs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Post {
    /// The insured person.
    pub contractor: ContractorId,
    /// The insured scope.
    pub job: JobId,
}

/// A quote as the vendor answered it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quote {
    /// The vendor's id.
    pub id: QuoteId,
    /// What was quoted.
    pub cover: Cover,
}

/// How far a round's way to cover has come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// The contractor is to be created.
    Assigned,
    /// The job is to be created.
    Enrolled {
        /// The insured person.
        contractor: ContractorId,
    },
    /// A quote is to be made.
    Scoped(Post),
    /// The vendor will not quote: a person's turn.
    Declined {
        /// What the quote was for.
        post: Post,
        /// Why, in the vendor's words.
        reason: String,
    },
    /// An application session is to be opened.
    Quoted {
        /// What the quote is for.
        post: Post,
        /// The quote.
        quote: Quote,
    },
    /// The contractor's turn.
    Applying {
        /// What the quote is for.
        post: Post,
        /// The quote.
        quote: Quote,
        /// The open session.
        session: SessionId,
        /// Where the contractor applies.
        url: String,
    },
    /// The contractor cannot be insured: a person's turn.
    Ineligible {
        /// What the quote was for.
        post: Post,
        /// The quote.
        quote: Quote,
        /// The session that ended so.
        session: SessionId,
        /// Why, in the vendor's words.
        reason: String,
    },
    /// Ready to be bound.
    Applied {
        /// What is to be bound.
        post: Post,
        /// Why it can be.
        basis: Basis,
    },
    /// The vendor refused the assignment: a person's turn.
    Unassignable {
        /// What was to be bound.
        post: Post,
        /// Why it could be.
        basis: Basis,
        /// Why it was not, in the vendor's words.
        reason: String,
    },
    /// The vendor made the assignment; cover waits for a binding fact.
    Bound {
        /// What is bound.
        post: Post,
        /// Why it could be.
        basis: Basis,
        /// By which assignment.
        assignment: AssignmentId,
    },
}

/// Why an assignment can be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The contractor applied on this quote.
    Application(Quote),
    /// The vendor has a matching policy on file, so no application is needed.
    PolicyOnFile(Option<PolicyId>),
}

/// A quote that its round has left behind, with whom and what it was for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PastQuote {
    /// The round that asked for it.
    pub round: Round,
    /// Whom and what it insured.
    pub post: Post,
    /// The quote.
    pub quote: Quote,
}

impl Path {
    /// The contractor, once created.
    pub fn contractor(&self) -> Option<&ContractorId> {
        match self {
            Self::Assigned => None,
            Self::Enrolled { contractor } => Some(contractor),
            Self::Scoped(_)
            | Self::Declined { .. }
            | Self::Quoted { .. }
            | Self::Applying { .. }
            | Self::Ineligible { .. }
            | Self::Applied { .. }
            | Self::Unassignable { .. }
            | Self::Bound { .. } => self.post().map(|post| &post.contractor),
        }
    }

    /// The contractor and the job, once both are created.
    pub fn post(&self) -> Option<&Post> {
        match self {
            Self::Assigned | Self::Enrolled { .. } => None,
            Self::Scoped(post)
            | Self::Declined { post, .. }
            | Self::Quoted { post, .. }
            | Self::Applying { post, .. }
            | Self::Ineligible { post, .. }
            | Self::Applied { post, .. }
            | Self::Unassignable { post, .. }
            | Self::Bound { post, .. } => Some(post),
        }
    }

    /// The quote that this round stands on.
    pub fn quote(&self) -> Option<&Quote> {
        match self {
            Self::Quoted { quote, .. } | Self::Applying { quote, .. } | Self::Ineligible { quote, .. } => {
                Some(quote)
            }
            Self::Applied { basis, .. } | Self::Unassignable { basis, .. } | Self::Bound { basis, .. } => {
                match basis {
                    Basis::Application(quote) => Some(quote),
                    Basis::PolicyOnFile(_) => None,
                }
            }
            Self::Assigned | Self::Enrolled { .. } | Self::Scoped(_) | Self::Declined { .. } => None,
        }
    }

    /// The application session that this round stands on.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Applying { session, .. } | Self::Ineligible { session, .. } => Some(session),
            Self::Assigned
            | Self::Enrolled { .. }
            | Self::Scoped(_)
            | Self::Declined { .. }
            | Self::Quoted { .. }
            | Self::Applied { .. }
            | Self::Unassignable { .. }
            | Self::Bound { .. } => None,
        }
    }
}
