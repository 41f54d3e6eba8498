//! Keys, tokens and webhook secrets, which no log line, error or `Debug` output may show.

use std::fmt;

/// A text that only the code which needs it can read. It has no `==`: secrets are compared in constant time.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps the text from every output.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("t9k_live_1".to_owned())), "Secret(redacted)");
    }
}
