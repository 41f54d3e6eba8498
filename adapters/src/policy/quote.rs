//! What becomes of a request for a price.

use super::answer::{ineligible, lines, window_or};
use super::request::NewQuote;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::QuoteId;
use covertrail_domain::time::Window;

/// What the vendor makes of a request for a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuoteAnswer {
    /// It would insure this.
    Quoted {
        /// The quote to apply with.
        id: QuoteId,
        /// The time it would insure, which may differ from what was asked.
        window: Window,
        /// The lines it would insure.
        lines: Lines,
        /// The price in cents for each 100 dollars of pay, where it names one.
        net_rate_cents: Option<i64>,
    },
    /// It would not.
    Declined {
        /// Why, in the vendor's words.
        message: String,
    },
    /// The contractor has a policy that covers this already, so there is nothing to apply for.
    PolicyOnFile,
    /// Workers' compensation in a state where nobody but the state's own fund may insure it (ND, OH, WA, WY): that
    /// cover can only be shown by a certificate.
    StateFundOnly {
        /// The refusal, in the vendor's words.
        message: String,
    },
}

pub(super) fn read(body: &[u8], asked: &NewQuote<'_>) -> Result<QuoteAnswer, Malformed> {
    let mut fields = Fields::open(body)?;
    if let Some(message) = ineligible(&mut fields) {
        return fields.finish(Some(QuoteAnswer::Declined { message }));
    }
    let id = fields.required("id", value::id(QuoteId::parse));
    let window = window_or(&mut fields, asked.window);
    let lines = fields.optional("coverage_type", lines).flatten().unwrap_or(asked.lines);
    // Shown to people only, so a form we do not know is no reason to lose the quote.
    let net_rate_cents = fields.raw("net_rate").and_then(|rate| rate.get().parse().ok());
    let quoted = || Some(QuoteAnswer::Quoted { id: id?, window: window?, lines, net_rate_cents });
    fields.finish(quoted())
}

/// The ordinary outcome that a refusal is, by its code or its words; nothing where it is a refusal indeed.
pub(super) fn outcome_of(code: &str, message: &str, asked: &NewQuote<'_>) -> Option<QuoteAnswer> {
    let said = format!("{code} {message}").to_ascii_lowercase();
    if is_policy_on_file(code, &said) {
        Some(QuoteAnswer::PolicyOnFile)
    } else if asked.lines.contains(Line::WorkersComp) && is_state_fund_only(&said) {
        Some(QuoteAnswer::StateFundOnly { message: message.to_owned() })
    } else {
        None
    }
}

/// By either of the names that the vendor has for it, or by the words that it has for both.
fn is_policy_on_file(code: &str, said: &str) -> bool {
    matches!(code, "contractor_has_matching_policy" | "contract_has_matching_policy")
        || said.contains("already has a matching policy on file")
}

/// The vendor documents no code for it, so it is known by its speaking of the line and of a state.
fn is_state_fund_only(said: &str) -> bool {
    let words: Vec<&str> = said.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let of_the_line = words.iter().any(|word| word.starts_with("worker"))
        && words.iter().any(|word| word.starts_with("comp"));
    let of_a_state = words.iter().any(|word| STATES.contains(word));
    of_the_line && of_a_state
}

/// As a message may name the states with a fund of their own, or speak of them.
const STATES: [&str; 11] =
    ["nd", "oh", "wa", "wy", "dakota", "ohio", "washington", "wyoming", "state", "states", "monopolistic"];
