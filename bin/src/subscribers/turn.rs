//! Whose turn it is where several nodes tell the same subscriber: one tells it at a time, for as long as the log says.
//!
//! A turn is taken only when there is something to tell, and taken again in good time while there is. A node that dies
//! in its turn is followed by another when the turn ends; what it had told and not written down is told again.

use super::follow::Follower;
use super::journal::JournalError;
use super::record::{Record, Turn};
use super::tell::micros;
use crate::clock;
use crate::engine::with_causes;
use std::time::Duration;

/// How long a turn lasts. Nodes' clocks may differ by much less.
pub(super) const LASTS: Duration = Duration::from_mins(1);
/// The pause before the log is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// This node, one of several.
pub(super) struct Node {
    /// Another for each start of the program.
    pub(super) id: String,
    /// How long its turns last, in microseconds.
    pub(super) lasts: i64,
}

impl Node {
    pub(super) fn new(lasts: Duration) -> Self {
        Self { id: uuid::Uuid::new_v4().to_string(), lasts: micros(lasts) }
    }
}

impl Follower {
    /// Until when another node tells the subscriber; nothing where none does.
    pub(super) fn others_turn(&self, now: i64) -> Option<i64> {
        let (node, turn) = (self.node.as_ref()?, self.journal.standing().turn.as_ref()?);
        (turn.of != node.id && turn.until > now).then_some(turn.until)
    }

    /// Whether this node is to tell the subscriber now.
    pub(super) fn is_our_turn(&self, now: i64) -> bool {
        self.node.is_none() || self.our_turn_ends().is_some_and(|ends| ends > now)
    }

    fn our_turn_ends(&self) -> Option<i64> {
        let (node, turn) = (self.node.as_ref()?, self.journal.standing().turn.as_ref()?);
        (turn.of == node.id).then_some(turn.until)
    }

    /// Ends the turn of a node that goes, so that nobody waits for its end.
    pub(super) async fn leave_turn(&mut self) {
        let now = clock::now_micros();
        let Some(of) = self.node.as_ref().filter(|_| self.is_our_turn(now)).map(|node| node.id.clone())
        else {
            return;
        };
        // where that fails, it ends by itself
        let _ = self.journal.append(Record::TurnTaken(Turn { of, until: now }), None).await;
    }

    /// Takes the turn, if there is something to tell and nobody else has it.
    pub(super) async fn take_turn(&mut self) {
        let now = clock::now_micros();
        let Some(node) = &self.node else { return };
        let (of, lasts) = (node.id.clone(), node.lasts);
        let has_work = self.going.lanes.next_due().is_some_and(|due| due <= now);
        let is_long = self.our_turn_ends().is_some_and(|ends| ends > now.saturating_add(lasts / 2));
        if !has_work || is_long || self.others_turn(now).is_some() {
            return;
        }
        // what another has told meanwhile is not told again
        let taken = match self.journal.load().await {
            Ok(false) => {
                let turn = Turn { of, until: now.saturating_add(lasts) };
                self.journal.append(Record::TurnTaken(turn), None).await
            }
            Ok(true) => Err(JournalError::Moved),
            Err(error) => Err(error),
        };
        match taken {
            Ok(()) => {}
            Err(JournalError::Moved) => self.going.has_moved = true,
            Err(error) => {
                tracing::warn!(subscriber = self.name, error = with_causes(&error), "no turn could be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
