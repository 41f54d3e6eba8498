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
        let text = self.rest.strip_prefix('"')?;
        let end = text.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
        let (text, rest) = text.split_at_checked(end)?;
        self.rest = rest.strip_prefix('"')?;
        Some(text)
    }

    fn digits(&mut self) -> Option<&'a str> {
        let sign = usize::from(self.rest.starts_with('-'));
        let digits = self.rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(sign.saturating_add(digits))?;
        // JSON has no leading zeros
        let is_plain = !digits.trim_start_matches('-').starts_with('0') || digits == "0";
        self.rest = rest;
        is_plain.then_some(digits)
    }
}

impl<'a> Scanned<'a> for Text<'a> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.text().map(|text| Self(Cow::Borrowed(text)))
    }
}

impl<'a> Scanned<'a> for i64 {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.digits()?.parse().ok()
    }
}

impl<'a> Scanned<'a> for u32 {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.digits()?.parse().ok()
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
