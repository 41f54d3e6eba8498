//! Keys, tokens and webhook secrets: kept from every output, and refused where they are too weak to protect anything.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::collections::HashSet;
use std::fmt;

/// The fewest bytes of any secret.
pub const LEAST_BYTES: usize = 16;
/// The fewest bytes that a secret of Standard Webhooks stands for, decoded, as its specification has it.
pub const LEAST_STANDARD_BYTES: usize = 24;
/// The most bytes that a secret of Standard Webhooks stands for.
const MOST_STANDARD_BYTES: usize = 64;
/// The fewest different bytes of a secret. Sixteen random hex digits have fewer once in two million times.
const LEAST_DIFFERENT: usize = 5;
/// What secrets of Standard Webhooks begin with.
const STANDARD_PREFIX: &str = "whsec_";

/// A text that only the code which needs it can read. It has no `==`: secrets are compared in constant time.
#[derive(Clone)]
pub struct Secret(String);

/// Why a text protects nothing as a secret. It completes a sentence that begins with the secret's name, and never
/// quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakSecret {
    /// Nothing is there, so that anybody has it.
    #[error("is empty")]
    Empty,
    /// White space was copied with it.
    #[error("has white space around it")]
    Padded,
    /// It does not have the form of Standard Webhooks.
    #[error("is not whsec_ and the base64 of 24 to 64 random bytes")]
    NotStandard,
    /// All texts of its length can be tried.
    #[error("is too short: it needs {0} bytes or more")]
    Short(usize),
    /// It repeats a few bytes.
    #[error("can be guessed: it repeats the same few characters")]
    Repetitive,
}

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

/// Refuses a secret that is used as it is written, such as a token, an API key or a key of HMAC in plain text.
pub fn require_strong_text(text: &str) -> Result<(), WeakSecret> {
    require_no_padding(text)?;
    // the prefix is the same for everybody
    require_strong(text.strip_prefix(STANDARD_PREFIX).unwrap_or(text).as_bytes(), LEAST_BYTES)
}

/// The key that a secret of Standard Webhooks stands for: `whsec_` and base64, or base64 alone.
pub fn strong_standard_key(text: &str) -> Result<Vec<u8>, WeakSecret> {
    require_no_padding(text)?;
    let encoded = text.strip_prefix(STANDARD_PREFIX).unwrap_or(text);
    let key = STANDARD.decode(encoded).map_err(|_| WeakSecret::NotStandard)?;
    require_strong(&key, LEAST_STANDARD_BYTES)?;
    Ok(key)
}

/// The key of a secret of Standard Webhooks that we sign with: in the very form of its specification.
pub fn own_standard_key(text: &str) -> Result<Vec<u8>, WeakSecret> {
    let key = strong_standard_key(text)?;
    let is_standard = text.starts_with(STANDARD_PREFIX) && key.len() <= MOST_STANDARD_BYTES;
    if is_standard { Ok(key) } else { Err(WeakSecret::NotStandard) }
}

/// Refuses bytes that are fewer than so many, or the same few again and again.
pub fn require_strong(material: &[u8], least: usize) -> Result<(), WeakSecret> {
    if material.is_empty() {
        Err(WeakSecret::Empty)
    } else if material.len() < least {
        Err(WeakSecret::Short(least))
    } else if material.iter().collect::<HashSet<_>>().len() < LEAST_DIFFERENT {
        Err(WeakSecret::Repetitive)
    } else {
        Ok(())
    }
}

/// The token of an `Authorization: Bearer …` header. The scheme's name has no case, and any number of spaces may follow
/// it, as RFC 9110 has it.
pub fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once([' ', '\t'])?;
    let token = token.trim_start();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn require_no_padding(text: &str) -> Result<(), WeakSecret> {
    match text.trim() {
        "" => Err(WeakSecret::Empty),
        bare if bare.len() < text.len() => Err(WeakSecret::Padded),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("t9k_live_1".to_owned())), "Secret(redacted)");
    }

    #[test]
    fn a_text_is_strong_from_sixteen_bytes_on_that_are_not_the_same_few() {
        for (text, expected) in [
            ("0123456789abcdef", Ok(())),
            ("whsec_0123456789abcdef", Ok(())),
            ("", Err(WeakSecret::Empty)),
            (" \n", Err(WeakSecret::Empty)),
            ("whsec_", Err(WeakSecret::Empty)),
            ("x", Err(WeakSecret::Short(16))),
            ("0123456789abcde", Err(WeakSecret::Short(16))),
            ("whsec_0123456789", Err(WeakSecret::Short(16))),
            ("0123456789abcdef\n", Err(WeakSecret::Padded)),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", Err(WeakSecret::Repetitive)),
            ("abababababababababababab", Err(WeakSecret::Repetitive)),
        ] {
            assert_eq!(require_strong_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_secret_of_standard_webhooks_is_measured_decoded() {
        let of = |bytes: &[u8]| format!("whsec_{}", STANDARD.encode(bytes));
        let strong = b"0123456789abcdefghijklmn";
        assert_eq!(strong_standard_key(&of(strong)), Ok(strong.to_vec()));
        assert_eq!(strong_standard_key(&STANDARD.encode(strong)), Ok(strong.to_vec()));
        for (text, expected) in [
            ("whsec_AA==".to_owned(), WeakSecret::Short(24)),
            (of(&strong[1..]), WeakSecret::Short(24)),
            (of(&[0; 32]), WeakSecret::Repetitive),
            ("whsec_".to_owned(), WeakSecret::Empty),
            ("whsec_s3cret!".to_owned(), WeakSecret::NotStandard),
            (format!(" {}", of(strong)), WeakSecret::Padded),
        ] {
            assert_eq!(strong_standard_key(&text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn the_scheme_of_a_token_has_no_case_and_any_number_of_spaces_after_it() {
        for text in ["Bearer tok", "bearer tok", "BEARER  \t tok", " bEaReR tok "] {
            assert_eq!(bearer_token(text), Some("tok"), "{text:?}");
        }
        for text in ["", "tok", "Bearer", "Bearer ", "Basic tok", "Bearertok", "Bearer\u{a0}tok"] {
            assert_eq!(bearer_token(text), None, "{text:?}");
        }
    }
}
