//! The stored form read in one pass, as we write it: fields in their order, no white space, no escapes.
//!
//! Replays read little else. Whatever is not exactly so is left to serde, which reads all JSON and can say what is
//! wrong with the rest.

use super::scalar::Text;
use std::borrow::Cow;

/// What is left to read.
pub(super) struct Scan<'a> {
    rest: &'a str,
}

/// A form that can be read so.
pub(super) trait Scanned<'a>: Sized {
    /// Reads it; nothing where it is written in another way, or wrong.
    fn scan(scan: &mut Scan<'a>) -> Option<Self>;

    /// What stands for it where it is left out.
    fn absent() -> Option<Self> {
        None
    }
}

/// The whole text as one form.
pub(super) fn whole<'a, F: Scanned<'a>>(text: &'a str) -> Option<F> {
    let mut scan = Scan { rest: text };
    let form = F::scan(&mut scan)?;
    scan.rest.is_empty().then_some(form)
}

impl<'a> Scan<'a> {
    /// Goes on behind what must come next.
    pub(super) fn eat(&mut self, expected: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// The field of an object that comes next in order, if it is there. `comma` says whether another came before it;
    /// `key` is the key as it is written, with quotes and colon.
    pub(super) fn field<F: Scanned<'a>>(&mut self, comma: &mut bool, key: &str) -> Option<F> {
        let rest = if *comma { self.rest.strip_prefix(',').unwrap_or_default() } else { self.rest };
        match rest.strip_prefix(key) {
            Some(rest) => {
                self.rest = rest;
                *comma = true;
                F::scan(self)
            }
            None => F::absent(),
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = self.rest.strip_prefix('"')?.split_once('"')?;
        self.rest = rest;
        let is_escaped = |byte: u8| u8::from(byte == b'\\') | u8::from(byte < b' ');
        // every byte is looked at, which is faster than to stop at the first
        let escaped = text.bytes().fold(0, |escaped, byte| escaped | is_escaped(byte));
        (escaped == 0).then_some(text)
    }

    /// An integer of at most 18 digits, so that it cannot overflow.
    fn integer(&mut self) -> Option<i64> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let (mut value, mut length) = (0_i64, 0_usize);
        for byte in digits.bytes().take_while(u8::is_ascii_digit) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(byte.wrapping_sub(b'0')));
            length = length.saturating_add(1);
        }
        // JSON has no leading zeros, and its negative zero is no integer
        let is_negative = digits.len() < self.rest.len();
        let is_plain =
            (1..=18).contains(&length) && (!digits.starts_with('0') || (length == 1 && !is_negative));
        self.rest = digits.get(length..)?;
        is_plain.then_some(if is_negative { value.wrapping_neg() } else { value })
    }
}

impl<'a> Scanned<'a> for Text<'a> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.text().map(|text| Self(Cow::Borrowed(text)))
    }
}

impl<'a> Scanned<'a> for i64 {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.integer()
    }
}

impl<'a> Scanned<'a> for u32 {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        u32::try_from(scan.integer()?).ok()
    }
}

impl<'a, T: Scanned<'a>> Scanned<'a> for Option<T> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        T::scan(scan).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// The texts of a list, each given to `each`, which answers whether it can be so.
pub(super) fn list<'a>(scan: &mut Scan<'a>, mut each: impl FnMut(&'a str) -> Option<()>) -> Option<()> {
    scan.eat("[")?;
    if scan.eat("]").is_some() {
        return Some(());
    }
    loop {
        each(scan.text()?)?;
        if scan.eat(",").is_none() {
            return scan.eat("]");
        }
    }
}
