//! What the measurements share: the machine, a place on its disk, histories, load and tables.
//!
//! Every measurement runs its contestants in turns, round by round, so that what else the machine does hurts
//! all of them; it prints medians over the rounds and the ratios between them. Trust the ratios.

pub mod attack;
pub mod disk;
pub mod engine;
pub mod load;
pub mod log;
pub mod machine;
pub mod peer;
pub mod program;
pub mod served;
pub mod story;
pub mod table;
pub mod vendor;

/// How long to measure: thoroughly, or as briefly as shows that everything works (`--quick`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Whether it was asked to be quick.
    pub quick: bool,
}

impl Effort {
    /// As the command line asks. What `cargo bench` itself passes is ignored.
    pub fn asked() -> Self {
        Self { quick: std::env::args().any(|argument| argument == "--quick") }
    }

    /// One of two numbers.
    pub fn pick<T>(self, quick: T, thorough: T) -> T {
        if self.quick { quick } else { thorough }
    }
}

/// The middle of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[count / 2],
        count => f64::midpoint(figures[count / 2 - 1], figures[count / 2]),
    }
}
