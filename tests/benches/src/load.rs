//! Load: so many producers at once, each waiting for one answer before it asks again.

use crate::median;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What one round of a contestant came to.
#[derive(Debug, Clone)]
pub struct Round {
    /// Answers a second.
    pub rate: f64,
    /// The time to an answer that half of them took at most, in microseconds.
    pub p50: f64,
    /// The one that 99 of 100 took at most.
    pub p99: f64,
}

/// Runs `producers` until the time is over. `producer` is given its number and a watch, and runs until the
/// watch says that the time is over.
pub async fn closed<F>(producers: usize, time: Duration, producer: impl Fn(usize, Watch) -> F) -> Round
where
    F: Future<Output = Watch> + Send + 'static,
{
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..producers {
        tasks.spawn(producer(number, Watch { end: start + time, latencies: Vec::with_capacity(1 << 14) }));
    }
    let mut latencies = Vec::new();
    while let Some(watch) = tasks.join_next().await {
        latencies.extend(watch.expect("a producer works").latencies);
    }
    let seconds = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Round {
        rate: latencies.len() as f64 / seconds,
        p50: percentile(&latencies, 0.5),
        p99: percentile(&latencies, 0.99),
    }
}

/// What a producer looks at.
pub struct Watch {
    end: Instant,
    latencies: Vec<u64>,
}

impl Watch {
    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Waits for one answer and notes the time it took.
    pub async fn time<T>(&mut self, answer: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let answer = answer.await;
        self.latencies.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
        answer
    }
}

/// The figure that this part of all sorted figures does not exceed.
pub fn percentile(sorted: &[u64], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.max(1) - 1).map_or(f64::NAN, |figure| *figure as f64)
}

/// The medians of some rounds.
pub fn medians(rounds: &[Round]) -> Round {
    let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
    Round { rate: of(|round| round.rate), p50: of(|round| round.p50), p99: of(|round| round.p99) }
}
