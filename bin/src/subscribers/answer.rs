//! What a follower is asked: how the subscriber stands, and to tell it again.

use super::follow::Follower;
use super::journal::JournalError;
use super::record::{Record, Replay};
use super::{Ask, Look};
use crate::clock;
use crate::engine::with_causes;

impl Follower {
    /// Answers; says whether the log is to be followed from another position now.
    pub(super) async fn answer(&mut self, ask: Ask) -> bool {
        let (replay, by, answer) = match ask {
            Ask::Look(answer) => {
                // whoever asked may have gone
                let _ = answer.send(self.look());
                return false;
            }
            Ask::Replay(replay, by, answer) => (replay, by, answer),
        };
        let recorded = match self.write_down().await {
            // what another told meanwhile is not what the person asks for
            Ok(()) | Err(JournalError::Moved) => {
                self.journal.append(Record::ReplayAsked(replay), Some(by)).await
            }
            Err(error) => Err(error),
        };
        let is_recorded = recorded.is_ok();
        if let Err(error) = recorded {
            tracing::error!(subscriber = self.name, error = with_causes(&error), "a replay was not recorded");
        } else {
            if let Replay::From(position) = replay {
                self.going.lanes.forgive(position);
                self.going.is_caught_up = false;
                self.going.read = self.journal.standing().after;
            }
            self.line_up_the_dead();
        }
        // whoever asked may have gone
        let _ = answer.send(is_recorded.then(|| self.look()));
        is_recorded && matches!(replay, Replay::From(_))
    }

    fn look(&self) -> Look {
        let (going, standing) = (&self.going, self.journal.standing());
        let oldest = going.lanes.iter().map(|(_, _, letter)| letter.recorded_at).min();
        // what waits is known to the node that tells it
        let is_elsewhere = self.others_turn(clock::now_micros()).is_some();
        Look {
            is_elsewhere,
            position: going.read,
            passed_over: self.journal.passed_over(),
            is_caught_up: going.is_caught_up,
            waiting: if is_elsewhere { standing.waiting.len() } else { going.lanes.len() },
            oldest_waiting: oldest.filter(|_| !is_elsewhere),
            last_taken: going.last_taken,
            last_failure: going.last_failure.clone(),
            dead: standing.dead.values().cloned().collect(),
        }
    }
}
