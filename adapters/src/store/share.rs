use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Position, ReadError};

/// A place in a group of nodes that share out what is to be done about events: each event is handed to one member,
/// and to another if that one is gone before it has settled it. Dropping it leaves the group.
///
/// The events of a stream go to the same member for as long as the group stays as it is. An event may be handed out
/// twice, so what is done about it must bear being done twice.
#[derive(Debug)]
pub struct Membership {
    /// What is handed to this member. After an error nothing follows: join again.
    pub handed: mpsc::UnboundedReceiver<Result<Handed, ReadError>>,
    /// Where it is said what became of it.
    pub settle: mpsc::UnboundedSender<Settled>,
}

/// An event that is a member's to deal with. Its data is not shown: it may be personal.
pub struct Handed {
    /// By which it is settled.
    pub id: Uuid,
    /// Where it stands in the log.
    pub position: Position,
    /// Its stream.
    pub stream: String,
    /// What it is called.
    pub kind: String,
    /// What it says.
    pub data: Vec<u8>,
    /// How often it was handed out before, to whomever.
    pub before: u32,
}

/// What became of an event that was handed to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Which event.
    pub id: Uuid,
    /// It could not be dealt with and is put aside, for a person to look at.
    pub parked: bool,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} at {} of {}, handed out {} times before",
            self.kind, self.position, self.stream, self.before
        )
    }
}
