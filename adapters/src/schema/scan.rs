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
    #[inline]
    pub(super) fn eat(&mut self, expected: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// The field of an object that comes next in order, if it is there. `comma` says whether another came before it;
    /// `key` is the key as it is written, with quotes and colon.
    #[inline]
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
        let text = self.rest.strip_prefix('"')?;
        let (text, rest) = text.split_at_checked(plain_bytes(text.as_bytes()))?;
        self.rest = rest.strip_prefix('"')?;
        Some(text)
    }

    /// An integer of at most 18 digits, which cannot overflow.
    fn integer(&mut self) -> Option<i64> {
        let (sign, digits) = self.rest.strip_prefix('-').map_or((1, self.rest), |digits| (-1, digits));
        let (mut value, mut length) = (0_i64, 0);
        for digit in digits.bytes().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            length += 1;
        }
        // JSON has no leading zeros, and for serde -0 is no integer
        let is_plain =
            if digits.starts_with('0') { length == 1 && sign == 1 } else { (1..=18).contains(&length) };
        self.rest = digits.get(length..)?;
        is_plain.then(|| sign * value)
    }
}

/// How many bytes of a text come before its end or an escape: before the first quote, backslash or control character.
pub(super) fn plain_bytes(bytes: &[u8]) -> usize {
    const BYTES: usize = 8;
    let (words, tail) = bytes.as_chunks::<BYTES>();
    for (index, word) in words.iter().enumerate() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * BYTES + usize::try_from(marks.trailing_zeros() / u8::BITS).unwrap_or(BYTES);
        }
    }
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    words.len() * BYTES + tail.iter().position(is_mark).unwrap_or(tail.len())
}

/// The highest bit of the first byte that is no plain one, and perhaps of some behind it. A byte below another has
/// that bit set in their difference; a borrow from it reaches only the bytes behind.
const fn marks(word: u64) -> u64 {
    const EACH: u64 = u64::MAX / 0xff;
    const fn below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(EACH * limit) & !word
    }
    let quote = below(word ^ (EACH * 0x22), 1);
    let backslash = below(word ^ (EACH * 0x5c), 1);
    (quote | backslash | below(word, 0x20)) & (EACH * 0x80)
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
