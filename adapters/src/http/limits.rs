//! How hard a vendor may be pressed.

use std::time::Duration;

/// The bounds that all requests to one vendor keep together, whoever makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many requests may be on their way at once; at least one is.
    pub max_in_flight: usize,
    /// How many requests are begun in a second at most, a whole second's worth at once if need be; 0 for as many as
    /// there are.
    pub requests_per_second: u32,
    /// After how many failures in a row the vendor is left alone; 0 for never. A request that was answered is none,
    /// whatever the answer, except where it says that the vendor is out of order.
    pub breaker_failures: u32,
    /// For how long it is left alone at first. Then one request tries, and each one that fails doubles the pause.
    pub breaker_pause: Duration,
    /// The longest it is left alone.
    pub breaker_longest_pause: Duration,
}

impl Limits {
    /// Each request goes out when it is made.
    pub const NONE: Self = Self {
        max_in_flight: usize::MAX >> 4,
        requests_per_second: 0,
        breaker_failures: 0,
        breaker_pause: Duration::ZERO,
        breaker_longest_pause: Duration::ZERO,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_in_flight: 16,
            requests_per_second: 50,
            breaker_failures: 10,
            breaker_pause: Duration::from_secs(5),
            breaker_longest_pause: Duration::from_mins(1),
        }
    }
}
