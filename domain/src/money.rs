//! Money in whole cents. No floats anywhere.

use core::fmt;

/// An amount in US cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i64);

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It is not digits with an optional sign, point and more digits.
    NotDecimal,
    /// It is beyond what 64-bit cents hold.
    OutOfRange,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDecimal => "an amount is not a decimal number such as 325.00",
            Self::OutOfRange => "an amount is too large",
        })
    }
}

impl core::error::Error for Malformed {}

impl Cents {
    /// An amount of whole cents.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or nothing when it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Reads dollars such as `325`, `325.00`, `-12.5` or `48.505`.
    ///
    /// Parts of a cent are rounded half away from zero (`48.505` is 4851), the one rounding rule here.
    /// A digit at a time, so that no amount ever passes through a float.
    pub fn from_dollars(text: &str) -> Result<Self, Malformed> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let decimal = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !decimal(whole) || !decimal(fraction) {
            return Err(Malformed::NotDecimal);
        }
        let mut places =
            fraction.chars().map(|c| c.to_digit(10).map_or(0, i64::from)).chain(core::iter::repeat(0));
        let mut place = || places.next().unwrap_or(0);
        let (tenths, hundredths, thousandths) = (place(), place(), place());
        let cents = whole
            .parse::<i64>()
            .ok()
            .and_then(|dollars| dollars.checked_mul(10)?.checked_add(tenths))
            .and_then(|tens| tens.checked_mul(10)?.checked_add(hundredths))
            .and_then(|cents| cents.checked_add(i64::from(thousandths >= 5)))
            .ok_or(Malformed::OutOfRange)?;
        Ok(Self(if negative { cents.saturating_neg() } else { cents }))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}${}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};
    use proptest::prelude::*;

    fn cents(text: &str) -> Result<i64, Malformed> {
        Cents::from_dollars(text).map(Cents::get)
    }

    #[test]
    fn dollars_become_cents_by_decimal_digits() {
        for (text, expected) in [
            ("325.00", 32500),
            ("325", 32500),
            ("0.29", 29),
            ("1.1", 110),
            ("48.505", 4851),
            ("48.5049", 4850),
            ("-12.5", -1250),
            ("90071992547409.93", 9_007_199_254_740_993),
        ] {
            assert_eq!(cents(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_decimal_number_is_refused() {
        for text in ["", ".", "1.", ".5", "1e3", "$5", "1,000", "--1", "NaN", " 1", "٣"] {
            assert_eq!(cents(text), Err(Malformed::NotDecimal), "{text:?}");
        }
        assert_eq!(cents("92233720368547758.08"), Err(Malformed::OutOfRange));
    }

    #[test]
    fn an_amount_shows_as_dollars() {
        assert_eq!(Cents::new(-1205).to_string(), "-$12.05");
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_written(value in -9_000_000_000_000_000_i64..9_000_000_000_000_000) {
            let text = format!("{}{}.{:02}", if value < 0 { "-" } else { "" }, value.abs() / 100, value.abs() % 100);
            prop_assert_eq!(cents(&text), Ok(value));
        }
    }
}
