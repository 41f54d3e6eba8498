//! Fuzzing without coverage: inputs made from good ones by small damage, the same ones for the same seed.
//!
//! What an input leads to decides whether it is kept and damaged further: an outcome that was not seen before is worth
//! more of its kind. `COVERTRAIL_FUZZ_INPUTS` says how many inputs each target gets, `COVERTRAIL_FUZZ_SEED` which.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::Hash;
use std::collections::HashSet;
use std::{eprintln, thread};

/// How many inputs a target gets in an ordinary test run.
const FEW: u64 = 10_000;
/// How many inputs may be kept beside the first ones.
const MOST_KEPT: usize = 2_000;
/// How long an input may become, in bytes.
const LONGEST: usize = 4_096;

/// Numbers at which arithmetic and parsers go wrong, as text.
const NUMBERS: [&str; 10] = [
    "0",
    "-1",
    "255",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "253402300800",
    "1e308",
    "NaN",
];

/// Bytes that mean something to most parsers.
const WORDS: [&[u8]; 14] = [
    b"",
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b"%",
    b"%00",
    b"\"",
    b"\\",
    b"{",
    b"[",
    b"\xff\xfe",
    "\u{202e}".as_bytes(),
    "\u{10ffff}".as_bytes(),
    "\u{ff1d}".as_bytes(),
];

/// Gives the target its inputs. A panic shows the input that led to it.
///
/// `corpus` holds good inputs, `dictionary` words of the language that is parsed. The target answers with what became
/// of the input, in as many kinds as are worth telling apart.
pub fn fuzz<Outcome: Hash + Eq>(
    target: &str,
    corpus: &[&[u8]],
    dictionary: &[&str],
    mut run: impl FnMut(&[u8]) -> Outcome,
) {
    let inputs = setting("COVERTRAIL_FUZZ_INPUTS").unwrap_or(FEW);
    let seed = setting("COVERTRAIL_FUZZ_SEED").unwrap_or(1);
    let mut mutator = Mutator { random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, dictionary };
    let mut kept: Vec<Vec<u8>> = corpus.iter().map(|input| input.to_vec()).collect();
    let first = kept.len();
    let mut outcomes = HashSet::new();
    for number in 0..inputs {
        let input = match usize::try_from(number).ok().filter(|number| *number < first) {
            Some(number) => kept.get(number).cloned().unwrap_or_default(),
            None => mutator.input(&kept),
        };
        let shown = ShownOnPanic { target, number, input: &input };
        let outcome = run(&input);
        drop(shown);
        if outcomes.insert(outcome) && kept.len() < first.saturating_add(MOST_KEPT) {
            kept.push(input);
        }
    }
    eprintln!("{target}: {inputs} inputs from seed {seed}, {} outcomes", outcomes.len());
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

struct ShownOnPanic<'a> {
    target: &'a str,
    number: u64,
    input: &'a [u8],
}

impl Drop for ShownOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let text = self.input.escape_ascii();
            eprintln!("{}: a panic at input {}: b\"{text}\"", self.target, self.number);
        }
    }
}

struct Mutator<'a> {
    random: u64,
    dictionary: &'a [&'a str],
}

impl Mutator<'_> {
    /// A damaged copy of one of the inputs.
    fn input(&mut self, kept: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.one_of(kept).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            self.damage(&mut input, kept);
        }
        input.truncate(LONGEST);
        input
    }

    fn damage(&mut self, input: &mut Vec<u8>, kept: &[Vec<u8>]) {
        let at = self.below(input.len().saturating_add(1));
        let length = self.below(input.len().saturating_sub(at).min(64).saturating_add(1));
        let range = at..at.saturating_add(length);
        let byte = self.byte();
        match self.below(11) {
            0 => {
                if let Some(place) = input.get_mut(at) {
                    *place ^= 1_u8.rotate_left(u32::from(byte) % 8);
                }
            }
            1 => {
                if let Some(place) = input.get_mut(at) {
                    *place = byte;
                }
            }
            2 => input.insert(at, byte),
            3 => drop(input.drain(range)),
            4 => input.truncate(at),
            5 => {
                let times = self.below(32);
                let piece: Vec<u8> = input.get(range).unwrap_or_default().repeat(times);
                drop(input.splice(at..at, piece));
            }
            6 => {
                let word = self.one_of(self.dictionary).copied().unwrap_or_default().as_bytes();
                drop(input.splice(at..at, word.iter().copied()));
            }
            7 => {
                let word = self.one_of(&WORDS).copied().unwrap_or_default();
                drop(input.splice(range, word.iter().copied()));
            }
            8 => {
                let number = self.one_of(&NUMBERS).copied().unwrap_or_default();
                let digits = digits_after(input, at);
                drop(input.splice(digits, number.bytes()));
            }
            9 => {
                let other = self.one_of(kept).cloned().unwrap_or_default();
                let from = self.below(other.len().saturating_add(1));
                input.truncate(at);
                input.extend_from_slice(other.get(from..).unwrap_or_default());
            }
            _ => {
                let piece: Vec<u8> = input.drain(range).collect();
                let to = self.below(input.len().saturating_add(1));
                drop(input.splice(to..to, piece));
            }
        }
    }

    fn one_of<'b, T>(&mut self, among: &'b [T]) -> Option<&'b T> {
        among.get(self.below(among.len()))
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes().last().copied().unwrap_or_default()
    }

    /// A number below the bound, or 0.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        // the high bits are the better ones
        let number = self.next() >> 32;
        number.checked_rem(bound).and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
    }

    /// Marsaglia's xorshift64*.
    fn next(&mut self) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// The first number at or after that place.
fn digits_after(input: &[u8], at: usize) -> core::ops::Range<usize> {
    let rest = input.get(at..).unwrap_or_default();
    let begin = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
    let digits = rest.iter().skip(begin).take_while(|byte| byte.is_ascii_digit()).count();
    let begin = at.saturating_add(begin);
    begin..begin.saturating_add(digits)
}

/// The kind of an error or a value, for [`fuzz`]: its first words, without what was in the input.
pub fn outcome<T, E: core::fmt::Display>(result: &Result<T, E>) -> String {
    match result {
        Ok(_) => String::new(),
        Err(error) => alloc::format!("{error}").chars().filter(char::is_ascii_alphabetic).take(24).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_target_that_panics_at_rare_inputs_is_found_out() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let found = Arc::clone(&seen);
        let ran = std::panic::catch_unwind(move || {
            fuzz("rare", &[b"{\"amount\":12}"], &["secret"], |input| {
                found.lock().unwrap().push(input.to_vec());
                let has = |word: &str| input.windows(word.len()).any(|part| part == word.as_bytes());
                assert!(!(has("secret") && has("9223372036854775807")), "found");
                (has("secret"), has("-1"), input.len())
            });
        });
        assert!(ran.is_err());
        let seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(seen.iter().any(Vec::is_empty), "nothing at all is an input too");
    }

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let inputs = || {
            let mut inputs = Vec::new();
            fuzz("same", &[b"abc", b"12"], &["x"], |input| inputs.push(input.to_vec()));
            inputs
        };
        assert_eq!(inputs(), inputs());
    }
}
