//! How long things take, counted for `GET /metrics`: requests by their route, and steps at 1099Policy by their name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of what is counted together, in milliseconds.
const BOUNDS: [u64; 11] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// Timings of one sort, each by a name and by how it ended.
#[derive(Debug, Default)]
pub struct Timings(Mutex<BTreeMap<(String, String), Histogram>>);

#[derive(Debug, Default, Clone, Copy)]
struct Histogram {
    /// How many took no longer than each bound.
    within: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

impl Timings {
    /// Counts one more.
    pub fn took(&self, name: &str, ended: &str, time: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = known.entry((name.to_owned(), ended.to_owned())).or_default();
        for (within, bound) in histogram.within.iter_mut().zip(BOUNDS) {
            *within = within.saturating_add(u64::from(time <= Duration::from_millis(bound)));
        }
        histogram.count = histogram.count.saturating_add(1);
        histogram.sum = histogram.sum.saturating_add(time);
    }

    /// Tells all of them as a histogram of Prometheus, in seconds.
    pub fn tell(&self, told: &mut String, metric: &str, means: &str, [name, ended]: [&str; 2]) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // writing to a string cannot fail
        let _ = writeln!(told, "# HELP covertrail_{metric} {means}\n# TYPE covertrail_{metric} histogram");
        for ((of, how), histogram) in known {
            let labels = format!("{name}=\"{of}\",{ended}=\"{how}\"");
            let bounds = BOUNDS.map(|bound| Duration::from_millis(bound).as_secs_f64().to_string());
            let counts = bounds.iter().map(String::as_str).zip(histogram.within);
            for (bound, count) in counts.chain([("+Inf", histogram.count)]) {
                let _ = writeln!(told, "covertrail_{metric}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let (sum, count) = (histogram.sum.as_secs_f64(), histogram.count);
            let _ = writeln!(told, "covertrail_{metric}_sum{{{labels}}} {sum}");
            let _ = writeln!(told, "covertrail_{metric}_count{{{labels}}} {count}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_as_long_as_a_bound_is_within_it_and_all_above() {
        let timings = Timings::default();
        for millis in [5, 6, 40_000] {
            timings.took("quote", "done", Duration::from_millis(millis));
        }
        let mut told = String::new();
        timings.tell(&mut told, "step_seconds", "Steps.", ["step", "outcome"]);
        for line in [
            "# TYPE covertrail_step_seconds histogram",
            "covertrail_step_seconds_bucket{step=\"quote\",outcome=\"done\",le=\"0.002\"} 0",
            "covertrail_step_seconds_bucket{step=\"quote\",outcome=\"done\",le=\"0.005\"} 1",
            "covertrail_step_seconds_bucket{step=\"quote\",outcome=\"done\",le=\"30\"} 2",
            "covertrail_step_seconds_bucket{step=\"quote\",outcome=\"done\",le=\"+Inf\"} 3",
            "covertrail_step_seconds_sum{step=\"quote\",outcome=\"done\"} 40.011",
            "covertrail_step_seconds_count{step=\"quote\",outcome=\"done\"} 3",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is not in {told}");
        }
    }
}
