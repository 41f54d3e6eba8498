//! Text from outside, where people read it: characters that cannot be seen, or that change what is seen beside them, are
//! written by their numbers.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is not seen, or changes how the characters beside it are seen: controls, line and paragraph
/// separators, marks and overrides of direction, invisible spaces, annotations and tags. The joiners of Arabic and Indic
/// scripts and of emoji are no such characters.
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The text with every hidden character as `\u{202e}`, and a line feed, a carriage return and a tab as `\n`, `\r` and
/// `\t`: one line, which reads in the order in which it is written.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            // writing to a string cannot fail
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_hides_is_written_by_its_number_and_the_rest_as_it_is() {
        for (text, shown) in [
            ("Cabling, 3rd floor", "Cabling, 3rd floor"),
            ("שלום Zoë 王芳 नमस्ते 👩‍🔧", "שלום Zoë 王芳 नमस्ते 👩‍🔧"),
            ("a\u{202e}gnp.exe", "a\\u{202e}gnp.exe"),
            ("one\u{2028}two\nthree\ttabs\r", "one\\u{2028}two\\nthree\\ttabs\\r"),
            ("\u{1b}[31mred\u{9b}0m\u{7f}\0", "\\u{1b}[31mred\\u{9b}0m\\u{7f}\\u{0}"),
            ("pay\u{200b}pal\u{feff}\u{2066}x\u{2069}", "pay\\u{200b}pal\\u{feff}\\u{2066}x\\u{2069}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_hides_nothing(text in ".*") {
            prop_assert!(!visible(&text).contains(is_hidden));
        }
    }
}
