//! The vendor's words without the personal data that we sent it: a refusal is logged and shown, and the
//! vendor may repeat in it what it refuses.

/// The message with each of the words replaced, whatever their case, where they stand as words of their own.
pub(super) fn without(message: &str, personal: &[&str]) -> String {
    let mut clean = String::with_capacity(message.len());
    let mut rest = message;
    let mut inside_word = false;
    while let Some(next) = rest.chars().next() {
        let found = if inside_word { None } else { personal.iter().find_map(|word| after(rest, word)) };
        if let Some(tail) = found {
            clean.push_str("(redacted)");
            rest = tail;
        } else {
            clean.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
        inside_word = found.is_none() && next.is_alphanumeric();
    }
    clean
}

/// What follows the word at the start of the text, if the word stands there on its own.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let word = word.trim();
    if word.is_empty() {
        return None;
    }
    let mut chars = text.chars();
    for expected in word.chars() {
        if !chars.next()?.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    let rest = chars.as_str();
    (!rest.starts_with(char::is_alphanumeric)).then_some(rest)
}
