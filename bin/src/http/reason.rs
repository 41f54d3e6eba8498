//! Why somebody did something, in their own words: it is recorded for ever beside their name.

/// The longest reason, in characters.
pub(super) const MAX_CHARACTERS: usize = 2_000;

/// Reads a reason: it says something, in at most [`MAX_CHARACTERS`] characters, and has no control characters but line
/// breaks, which are kept as `\n`.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let lines = text.replace("\r\n", "\n");
    if lines.chars().count() > MAX_CHARACTERS {
        return Err(format!("reason: has more than {MAX_CHARACTERS} characters"));
    }
    if let Some(control) = lines.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("reason: has the control character U+{:04X}", u32::from(control)));
    }
    // a decision without a reason helps no auditor
    if lines.trim().is_empty() { Err("reason: must say why".to_owned()) } else { Ok(lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_few_lines_of_text() {
        assert_eq!(reason("Seen in person.\r\nAna").as_deref(), Ok("Seen in person.\nAna"));
        assert_eq!(reason(&"é".repeat(2_000)).unwrap().chars().count(), 2_000);
        assert_eq!(reason(&"é".repeat(2_001)), Err("reason: has more than 2000 characters".to_owned()));
        assert_eq!(reason(" \n "), Err("reason: must say why".to_owned()));
        for (text, named) in [
            ("a\0", "U+0000"),
            ("a\u{1b}[31m", "U+001B"),
            ("a\rb", "U+000D"),
            ("a\u{85}", "U+0085"),
            ("\t", "U+0009"),
        ] {
            assert_eq!(reason(text), Err(format!("reason: has the control character {named}")));
        }
    }
}
