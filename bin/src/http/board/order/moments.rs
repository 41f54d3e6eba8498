//! Which moment is looked at: how it was in the world, and what was known. Two sliders, and two exact fields, all of
//! which are plain forms.

use super::super::list::encoded;
use super::super::time;
use super::Past;
use crate::commands::until::{Until, micros};
use crate::views::{Known, Question};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use maud::{Markup, html};

/// Which moment, and how much of the history is shown.
pub(super) struct Moments {
    pub(super) question: Question,
    pub(super) is_full: bool,
    now: Timestamp,
}

impl Moments {
    /// Reads the address.
    pub(super) fn of(pairs: &[(String, String)], past: &[Past], now: Timestamp) -> Result<Self, String> {
        let mut moments = Self { question: Question::NOW, is_full: false, now };
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            let wrong = |why: &str| format!("{name}: {why}");
            match name.as_str() {
                "as_of" => moments.question.as_of = Some(moment(value).ok_or_else(|| wrong("is no moment"))?),
                "known_at" => {
                    moments.question.known =
                        match zoned(value).parse().map_err(|error| wrong(&format!("{error}")))? {
                            Until::Position(position) => Known::Position(position.get()),
                            Until::Moment(micros) => Known::Recorded(micros),
                        };
                }
                "known" => {
                    let count: usize = value.parse().map_err(|_| wrong("takes a number of events"))?;
                    let last = count.checked_sub(1).and_then(|place| past.get(place));
                    let position = last.or(past.first()).map_or(0, |past| past.position);
                    // to know all of them is to know everything
                    moments.question.known =
                        if count >= past.len() { Known::Everything } else { Known::Position(position) };
                }
                "history" => moments.is_full = value == "full",
                // what an action has done
                "done" => {}
                _ => return Err(format!("There is no {name} of a work order.")),
            }
        }
        Ok(moments)
    }

    pub(super) fn is_now(&self) -> bool {
        self.question == Question::NOW
    }

    /// Whether an event was known.
    pub(super) fn knows(&self, past: &Past) -> bool {
        match self.question.known {
            Known::Everything => true,
            Known::Position(last) => past.position <= last,
            Known::Recorded(last) => past.recorded_at <= last,
        }
    }

    /// The moment as an address's parameters, with the history in full or not.
    pub(super) fn parameters(&self, full: bool) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(at) = self.question.as_of {
            query.append_pair("as_of", &time::machine(at));
        }
        match self.question.known {
            Known::Everything => {}
            Known::Position(position) => {
                query.append_pair("known_at", &position.to_string());
            }
            Known::Recorded(micros) => {
                query.append_pair("known_at", &crate::clock::rfc3339(micros));
            }
        }
        if full {
            query.append_pair("history", "full");
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// Says that another moment is looked at.
    pub(super) fn told(&self, id: &WorkOrderId) -> Markup {
        html! {
            p.notice.odd {
                "This is how it stood "
                @if let Some(at) = self.question.as_of { "in the world at " (time::at(at)) ", " }
                @match self.question.known {
                    Known::Everything => "by all that is known now",
                    Known::Position(position) => { "by what the log held up to position " (position) },
                    Known::Recorded(micros) => { "by what was recorded up to " (time::recorded(micros)) },
                }
                ". " a href={ "/work-orders/" (encoded(id.as_str())) } { "Back to now" }
            }
        }
    }

    /// The forms.
    pub(super) fn forms(&self, id: &WorkOrderId, past: &[Past]) -> Markup {
        let action = format!("/work-orders/{}", encoded(id.as_str()));
        let first = past
            .iter()
            .map(|past| past.envelope.occurred_at)
            .min()
            .unwrap_or(self.now)
            .min(self.now.plus(-1));
        let last = self.now;
        let at = self.question.as_of.unwrap_or(self.now).clamp(first, last);
        let known = past.iter().filter(|past| self.knows(past)).count();
        let exact = |at: Timestamp| time::machine(at).trim_end_matches('Z').to_owned();
        let known_at = if let Known::Recorded(micros) = self.question.known {
            Some(Timestamp::from_unix(micros.div_euclid(1_000_000)))
        } else {
            None
        };
        html! {
            form.moments method="get" action=(action) data-slides="" {
                @if self.is_full { input type="hidden" name="history" value="full"; }
                div {
                    label for="as-of" { "As of " output.at id="as-of-told" for="as-of" { (time::at(at)) } }
                    input id="as-of" type="range" name="as_of" min=(first.unix()) max=(last.unix()) value=(at.unix()) data-tells="moment";
                    p.hint { "what was so in the world at that moment" }
                }
                div {
                    label for="known" { "Known at " output id="known-told" for="known" { (known) " of " (past.len()) " events" } }
                    input id="known" type="range" name="known" min="1" max=(past.len()) value=(known.max(1)) data-tells="count" data-of=(past.len());
                    p.hint { "what the log held by then" }
                }
                button.button type="submit" { "Look" }
            }
            details.exact {
                summary { "An exact moment" }
                form.moments method="get" action=(action) {
                    div { label for="exact-as-of" { "As of (UTC)" } input id="exact-as-of" type="datetime-local" step="1" name="as_of" value=[self.question.as_of.map(exact)]; }
                    div { label for="exact-known" { "Known at (UTC)" } input id="exact-known" type="datetime-local" step="1" name="known_at" value=[known_at.map(exact)]; }
                    button.button type="submit" { "Look" }
                }
            }
        }
    }
}

/// Unix seconds as the slider has them, or a moment in words.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse() {
        return Some(Timestamp::from_unix(seconds));
    }
    micros(&zoned(text)).ok().map(|micros| Timestamp::from_unix(micros.div_euclid(1_000_000)))
}

/// A moment as `<input type="datetime-local">` sends it has no zone: it was asked for in UTC.
fn zoned(text: &str) -> String {
    match (text.contains('T'), text.len()) {
        (true, 16) => format!("{text}:00Z"),
        (true, 19) => format!("{text}Z"),
        (true | false, _) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_a_slider_a_field_or_a_person_writes_it() {
        let noon = Some(Timestamp::from_unix(1_763_812_800));
        for text in [
            "1763812800",
            "2025-11-22T12:00",
            "2025-11-22T12:00:00",
            "2025-11-22T12:00:00Z",
            "2025-11-22T13:00:00+01:00",
        ] {
            assert_eq!(moment(text), noon, "{text}");
        }
        assert_eq!(moment("noon"), None);
    }
}
