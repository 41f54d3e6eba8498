//! Regular expressions of strangers: compiled within limits, and matched in small batches on one thread of their own,
//! in turn, so that the worst of them costs its own client an error and nobody else anything.
//!
//! - What `regex` accepts is matched by it: its time grows with the text, never beyond it. What looks around or back is
//!   left to `fancy-regex` with a low limit.
//! - A pattern that cannot be decided, or takes too long, is remembered for a while and refused at once when its client
//!   tries again.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tonic::Status;

/// The longest pattern, in bytes.
pub(super) const MAX_PATTERN_BYTES: usize = 4096;
/// How many patterns may be in use at once; the same pattern of several clients is one.
const MAX_PATTERNS: usize = 128;
/// How long all patterns together may be that look around or back: they are compiled to many parts.
const LOOKING_AROUND_BYTES: usize = 4 * MAX_PATTERN_BYTES;
/// The most memory of one compiled pattern, and of each part of one that looks around, in bytes.
const COMPILED_BYTES: usize = 256 << 10;
const PART_BYTES: usize = 48 << 10;
/// How many steps one match of a pattern that looks around may take back.
const BACKTRACKS: usize = 10_000;
/// How often a part of a pattern that looks around may repeat, nested repetitions multiplied: its compiler counts them
/// without a check.
const REPETITIONS: u64 = 1_000_000;
/// How many events are matched in one turn.
pub(super) const TURN: usize = 64;
/// How long they may take.
const TURN_LASTS: Duration = Duration::from_millis(200);
/// After how long a turn is given up to others: the rest waits behind other patterns that take long.
const QUICK: Duration = Duration::from_millis(5);
/// How long a pattern that took too long is refused at once, and how many such are remembered.
const REMEMBERED: Duration = Duration::from_mins(1);
const MAX_REMEMBERED: usize = 256;

/// Compiles and matches patterns, one batch at a time.
#[derive(Clone)]
pub(super) struct Patterns {
    turns: Arc<Semaphore>,
    /// The turns of patterns that take long, so that no other waits for them.
    slow_turns: Arc<Semaphore>,
    count: Arc<Semaphore>,
    looking_around: Arc<Semaphore>,
    known: Arc<Mutex<HashMap<String, Weak<Pattern>>>>,
    refused: Arc<Mutex<VecDeque<(String, Instant)>>>,
}

/// A compiled pattern.
pub(super) struct Pattern {
    text: String,
    compiled: Compiled,
    /// Whether its last turn took long.
    is_slow: AtomicBool,
    _places: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

enum Compiled {
    Linear(regex::Regex),
    LookingAround(fancy_regex::Regex),
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pattern").field(&self.text).finish()
    }
}

impl Patterns {
    pub(super) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(1)),
            slow_turns: Arc::new(Semaphore::new(1)),
            count: Arc::new(Semaphore::new(MAX_PATTERNS)),
            looking_around: Arc::new(Semaphore::new(LOOKING_AROUND_BYTES)),
            known: Arc::default(),
            refused: Arc::default(),
        }
    }

    /// Compiles a pattern, unless it is known already.
    pub(super) async fn compile(&self, text: String) -> Result<Arc<Pattern>, Status> {
        if text.len() > MAX_PATTERN_BYTES {
            return Err(Status::invalid_argument(format!(
                "filter: a regular expression has at most {MAX_PATTERN_BYTES} bytes"
            )));
        }
        if self.is_refused(&text) {
            return Err(too_slow());
        }
        if let Some(known) = self.find(&text) {
            return Ok(known);
        }
        let place = place(&self.count, 1)?;
        let turn = turn(&self.turns).await?;
        let looking_around = Arc::clone(&self.looking_around);
        let compiling = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            compile(text, place, &looking_around)
        });
        let pattern = Arc::new(compiling.await.map_err(|error| Status::internal(error.to_string()))??);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, pattern| pattern.strong_count() > 0);
        known.insert(pattern.text.clone(), Arc::downgrade(&pattern));
        Ok(pattern)
    }

    /// Which of some texts a pattern matches, in their order. One that cannot be decided is an error, so that nothing
    /// is left out in silence.
    pub(super) async fn matches(
        &self,
        pattern: &Arc<Pattern>,
        texts: Vec<String>,
    ) -> Result<Vec<bool>, Status> {
        let mut matched = Vec::with_capacity(texts.len());
        let mut texts = VecDeque::from(texts);
        while !texts.is_empty() {
            let is_slow = pattern.is_slow.load(Relaxed);
            let (turns, lasts) = if is_slow { (&self.slow_turns, TURN_LASTS) } else { (&self.turns, QUICK) };
            let batch: Vec<String> = texts.drain(..texts.len().min(TURN)).collect();
            let (turn, of_turn) = (turn(turns).await?, Arc::clone(pattern));
            let matching = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                of_turn.match_within(batch, lasts)
            });
            let (decided, rest) = matching.await.map_err(|error| Status::internal(error.to_string()))?;
            let Some(decided) = decided.filter(|_| rest.is_empty() || !is_slow) else {
                self.refuse(pattern.text.clone());
                return Err(too_slow());
            };
            matched.extend(decided);
            rest.into_iter().rev().for_each(|text| texts.push_front(text));
        }
        Ok(matched)
    }

    fn find(&self, text: &str) -> Option<Arc<Pattern>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(text).and_then(Weak::upgrade)
    }

    fn refuse(&self, text: String) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&text);
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|(other, _)| *other != text);
        if refused.len() >= MAX_REMEMBERED {
            refused.pop_front();
        }
        refused.extend(Instant::now().checked_add(REMEMBERED).map(|until| (text, until)));
    }

    fn is_refused(&self, text: &str) -> bool {
        let now = Instant::now();
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().any(|(other, until)| other == text && *until > now)
    }
}

impl Pattern {
    /// Which of some texts it matches, and those that were not looked at in that time. `None` if one cannot be decided.
    fn match_within(&self, texts: Vec<String>, lasts: Duration) -> (Option<Vec<bool>>, Vec<String>) {
        let begun = Instant::now();
        let mut matched = Vec::with_capacity(texts.len());
        let mut texts = texts.into_iter();
        while begun.elapsed() < lasts
            && let Some(text) = texts.next()
        {
            let Some(is_match) = self.is_match(&text) else { return (None, Vec::new()) };
            matched.push(is_match);
        }
        self.is_slow.store(begun.elapsed() >= QUICK, Relaxed);
        (Some(matched), texts.collect())
    }

    /// `None` if it cannot be decided within the limits.
    fn is_match(&self, text: &str) -> Option<bool> {
        match &self.compiled {
            Compiled::Linear(regex) => Some(regex.is_match(text)),
            Compiled::LookingAround(regex) => regex.is_match(text).ok(),
        }
    }
}

fn compile(
    text: String,
    place: OwnedSemaphorePermit,
    looking_around: &Arc<Semaphore>,
) -> Result<Pattern, Status> {
    let linear =
        regex::RegexBuilder::new(&text).size_limit(COMPILED_BYTES).dfa_size_limit(COMPILED_BYTES).build();
    let (compiled, part) = match linear {
        Ok(regex) => (Compiled::Linear(regex), None),
        Err(regex::Error::CompiledTooBig(_)) => {
            return Err(Status::invalid_argument(
                "filter: the regular expression is too large when compiled",
            ));
        }
        // it may look around, which only the other knows
        Err(_) if repetitions(&text) > REPETITIONS => return Err(too_slow()),
        Err(_) => {
            let weight = u32::try_from(text.len()).unwrap_or(u32::MAX);
            let part = self::place(looking_around, weight)?;
            let regex = fancy_regex::RegexBuilder::new(&text)
                .backtrack_limit(BACKTRACKS)
                .delegate_size_limit(PART_BYTES)
                .delegate_dfa_size_limit(PART_BYTES)
                .build();
            let regex =
                regex.map_err(|error| Status::invalid_argument(format!("filter: {}", short(&error))))?;
            (Compiled::LookingAround(regex), Some(part))
        }
    };
    Ok(Pattern { text, compiled, is_slow: AtomicBool::new(false), _places: (place, part) })
}

/// The numbers of all repetitions (`{2}`, `{1,3}`), multiplied. One that is escaped counts too, which refuses no more
/// than a pattern that nobody writes.
fn repetitions(text: &str) -> u64 {
    let counts = text.split('{').skip(1).map(|rest| {
        let counted = rest.split('}').next().unwrap_or_default();
        let digits =
            |part: &str| part.trim().bytes().all(|byte| byte.is_ascii_digit()) && !part.trim().is_empty();
        let numbers = counted.split(',').filter(|part| digits(part));
        numbers.map(|number| number.trim().parse().unwrap_or(u64::MAX)).max().unwrap_or(1)
    });
    counts.fold(1, |all: u64, count| all.saturating_mul(count.max(1)))
}

/// Waits for a turn, behind whatever waits already.
async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Status> {
    let turn = Arc::clone(turns).acquire_owned().await;
    turn.map_err(|_| Status::unavailable("the server stops"))
}

fn place(of: &Arc<Semaphore>, many: u32) -> Result<OwnedSemaphorePermit, Status> {
    Arc::clone(of)
        .try_acquire_many_owned(many)
        .map_err(|_| Status::resource_exhausted("filter: too many regular expressions are in use"))
}

/// What is wrong with a pattern, without a whole pattern of a stranger in it.
fn short(error: &fancy_regex::Error) -> String {
    error.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}

fn too_slow() -> Status {
    Status::invalid_argument(
        "filter: whether the regular expression matches cannot be decided in reasonable time; make it simpler",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn matched(patterns: &Patterns, text: &str, names: &[&str]) -> Result<Vec<bool>, Status> {
        let pattern = patterns.compile(text.to_owned()).await?;
        patterns.matches(&pattern, names.iter().map(|name| (*name).to_owned()).collect()).await
    }

    #[tokio::test]
    async fn patterns_of_clients_match_as_they_are_meant() {
        let patterns = Patterns::new();
        let names = ["coverage-1", "$metadata", "notes-é"];
        for (text, expected) in [
            ("^coverage-.*", [true, false, false]),
            (r"^(?!(\$.+)$).*$", [true, false, true]),
            (r"\w-(?=1)", [true, false, false]),
            (r"^notes-\w$", [false, false, true]),
        ] {
            assert_eq!(matched(&patterns, text, &names).await.unwrap(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_too_large_to_compile_is_refused() {
        let patterns = Patterns::new();
        let deep = "(".repeat(2000) + &")".repeat(2000);
        let long = "a".repeat(MAX_PATTERN_BYTES + 1);
        let nested = format!("(?=x){}a{}", "(?:".repeat(24), "){0, 999}".repeat(24));
        for text in [
            r"(?:\w{500}){500}",
            "(",
            &deep,
            &long,
            r"(?=(?:\w{300}){300})x",
            r"(a)\2(?=",
            "(?<n>a)(?",
            // their size is more than a number of 64 bits can count
            r"(?:(?=.)[\w-]1a){9223372036854775807}!",
            &nested,
        ] {
            let refused = patterns.compile(text.to_owned()).await.unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{}", refused.message());
            assert!(refused.message().len() < 300);
        }
        assert!(patterns.compile("a".repeat(MAX_PATTERN_BYTES)).await.is_ok());
    }

    #[tokio::test]
    async fn a_pattern_that_cannot_be_decided_is_refused_at_once_the_next_time() {
        let patterns = Patterns::new();
        let hostile = r"^(?:(?=.)[\w-]|(?=.)[\w-]){19}!";
        let name = "delivery-workmarket-0123456789abcdef0123456789abcdef";
        let refused = matched(&patterns, hostile, &[name]).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        assert!(patterns.compile(hostile.to_owned()).await.is_err(), "it is remembered");
        assert_eq!(matched(&patterns, "^d", &[name]).await.unwrap(), [true], "others go on");
    }

    #[tokio::test]
    async fn only_so_many_patterns_are_in_use_at_once_and_one_that_ends_makes_room() {
        let patterns = Patterns::new();
        let mut held = Vec::new();
        for number in 0..MAX_PATTERNS {
            held.push(patterns.compile(format!("a{number}")).await.unwrap());
        }
        assert!(patterns.compile("a0".to_owned()).await.is_ok(), "the same one is no other");
        let refused = patterns.compile("b".to_owned()).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        held.pop();
        let around = format!("(?=x){}", "a".repeat(MAX_PATTERN_BYTES - 5));
        assert!(patterns.compile(around).await.is_ok());
    }

    #[tokio::test]
    async fn patterns_that_take_long_wait_for_each_other_and_no_other_waits_for_them() {
        let patterns = Patterns::new();
        let slow = patterns.compile(r"^(?:(?=.)[\w-]|(?=.)[\w-]){12}!".to_owned()).await.unwrap();
        let quick = patterns.compile(r"^(?!(\$.+)$).*$".to_owned()).await.unwrap();
        slow.is_slow.store(true, Relaxed);
        let held = turn(&patterns.slow_turns).await.unwrap();
        let name = "delivery-workmarket-0123456789abcdef0123456789abcdef";
        let long = tokio::spawn({
            let (patterns, slow) = (patterns.clone(), Arc::clone(&slow));
            async move { patterns.matches(&slow, vec![name.to_owned()]).await }
        });
        let names = vec![name.to_owned(); 10 * TURN];
        assert_eq!(patterns.matches(&quick, names).await.unwrap(), vec![true; 10 * TURN]);
        assert!(!long.is_finished());
        drop(held);
        assert_eq!(long.await.unwrap().unwrap(), [false]);
    }

    #[tokio::test]
    async fn a_turn_that_takes_long_is_given_up_and_its_rest_is_not_lost() {
        let patterns = Patterns::new();
        let pattern = patterns.compile(r"(?=a)a".to_owned()).await.unwrap();
        let texts = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(pattern.match_within(texts(), Duration::ZERO), (Some(vec![]), texts()));
        assert_eq!(pattern.match_within(texts(), TURN_LASTS), (Some(vec![true, false]), vec![]));
    }
}
