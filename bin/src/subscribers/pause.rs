//! How long to wait after a failure: about twice as long each time, and never all at the same moment.

use rand::Rng as _;
use std::time::Duration;

/// How patiently a subscriber is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The pause after the first failure.
    pub(super) first: Duration,
    /// The longest pause.
    pub(super) longest: Duration,
    /// How long it is tried in all.
    pub(super) give_up_after: Duration,
}

impl Patience {
    /// The pause after the failure of this number (the first is 1), not shorter than the receiver asked for, unless it
    /// asked for more than the longest.
    pub(super) fn pause(self, failures: u32, asked: Option<Duration>) -> Duration {
        let doublings = 2_u32.saturating_pow(failures.saturating_sub(1));
        let whole = self.first.saturating_mul(doublings).min(self.longest);
        // between three quarters and all of it
        let pause = rand::rng().random_range(whole.saturating_sub(whole / 4)..=whole);
        pause.max(asked.unwrap_or_default().min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_heed_what_the_receiver_asks() {
        let seconds = Duration::from_secs;
        let patience = Patience { first: seconds(4), longest: seconds(100), give_up_after: seconds(1_000) };
        for (failures, least, most) in [(1, 3, 4), (2, 6, 8), (3, 12, 16), (6, 75, 100), (u32::MAX, 75, 100)]
        {
            let pause = patience.pause(failures, None);
            assert!(pause >= seconds(least) && pause <= seconds(most), "{failures}: {pause:?}");
        }
        assert_eq!(patience.pause(1, Some(seconds(60))), seconds(60));
        assert!(patience.pause(1, Some(seconds(100_000))) <= seconds(100));
    }
}
