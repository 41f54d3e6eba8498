//! What standings, stages and steps are called on pages, and their icons: never colour alone.

use covertrail_adapters::visible::visible;
use covertrail_domain::coverage::{Badge, Stage};
use maud::{Markup, PreEscaped, html};

/// The icons of all standings and a few of our own, once for each page.
pub(super) fn icons() -> Markup {
    let symbol = |name: &str, shape: &str| {
        PreEscaped(format!("<symbol id=\"i-{name}\" viewBox=\"0 0 16 16\">{shape}</symbol>"))
    };
    html! {
        svg.icons hidden="" aria-hidden="true" {
            @for badge in Badge::ALL { (symbol(badge.as_str(), shape(badge))) }
            @for (name, shape) in OWN { (symbol(name, shape)) }
        }
    }
}

const fn shape(badge: Badge) -> &'static str {
    match badge {
        Badge::UninsuredWorking => {
            "<path d='M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5z'/><path d='M8 4.8v3.8M8 11v.2'/>"
        }
        Badge::AtRisk => "<path d='M8 2 15 14H1z'/><path d='M8 6.5v3.5M8 12v.1'/>",
        Badge::Unknown => {
            "<circle cx='8' cy='8' r='6.5'/><path d='M6 6.3C6 4 10 4 10 6.3 10 8 8 7.8 8 9.3M8 11.6v.1'/>"
        }
        Badge::NeedsReview => "<path d='M1 8c3-6 11-6 14 0-3 6-11 6-14 0z'/><circle cx='8' cy='8' r='2.2'/>",
        Badge::ExpiresBeforeWorkEnds => {
            "<path d='M4 1.5h8M4 14.5h8M5 1.5c0 4 6 4.5 6 13M11 1.5c0 4-6 4.5-6 13'/>"
        }
        Badge::Expiring => "<circle cx='8' cy='8' r='6.5'/><path d='M8 4v4.2l2.6 1.6'/>",
        Badge::Arranging => {
            "<path d='M13.5 6A6 6 0 0 0 2.6 5.6M2.5 10a6 6 0 0 0 10.9.4M2.5 2.5v3.2h3.2M13.5 13.5v-3.2h-3.2'/>"
        }
        Badge::Waived => {
            "<path d='M8 1.5 13.5 3.5v4c0 3.5-2.5 5.8-5.5 7-3-1.2-5.5-3.5-5.5-7v-4z'/><path d='M5.5 8h5'/>"
        }
        Badge::Insured => {
            "<path d='M8 1.5 13.5 3.5v4c0 3.5-2.5 5.8-5.5 7-3-1.2-5.5-3.5-5.5-7v-4z'/><path d='m5.3 7.8 2 2 3.4-3.8'/>"
        }
        Badge::Exempt => "<circle cx='8' cy='8' r='6.5'/><path d='m3.5 12.5 9-9'/>",
        Badge::Done => "<circle cx='8' cy='8' r='6.5'/><path d='m5 8.2 2.2 2.2L11.2 6'/>",
    }
}

const OWN: [(&str, &str); 14] = [
    ("overview", "<path d='M2 2h5v6H2zM9 2h5v3H9zM9 7h5v7H9zM2 10h5v4H2z'/>"),
    ("board", "<path d='M2 3h12M2 8h12M2 13h8'/>"),
    ("reviews", "<path d='M3 1.5h7l3 3v10H3z'/><path d='m5.5 9 1.8 1.8L10.5 7'/>"),
    ("calendar", "<path d='M2 3.5h12v11H2zM2 7h12M5 1.5v3.5M11 1.5v3.5'/>"),
    ("people", "<circle cx='8' cy='5' r='3'/><path d='M2.5 14.5c0-6 11-6 11 0'/>"),
    ("plug", "<path d='M5 1.5V5M11 1.5V5M3 5h10v3c0 5-10 5-10 0zM8 12v2.5'/>"),
    (
        "flow",
        "<circle cx='3' cy='8' r='1.8'/><circle cx='13' cy='3.5' r='1.8'/><circle cx='13' cy='12.5' r='1.8'/><path d='M4.8 8h2.5l4-4M7.3 8l4 4'/>",
    ),
    ("webhook", "<path d='M1.5 8h8M6.5 4.5 10 8l-3.5 3.5M13.5 2.5v11'/>"),
    ("api", "<path d='M5.5 3 1.5 8l4 5M10.5 3l4 5-4 5'/>"),
    ("command", "<circle cx='8' cy='5' r='3'/><path d='M2.5 14.5c0-6 11-6 11 0'/>"),
    ("clock", "<circle cx='8' cy='8' r='6.5'/><path d='M8 4v4.2l2.6 1.6'/>"),
    ("polling", "<circle cx='7' cy='7' r='4.5'/><path d='m10.5 10.5 4 4'/>"),
    ("refused", "<circle cx='8' cy='8' r='6.5'/><path d='m5.5 5.5 5 5M10.5 5.5l-5 5'/>"),
    ("copy", "<path d='M5.5 5.5h8v9h-8zM10.5 5.5v-4h-8v9h3'/>"),
];

/// An icon of the page's own.
pub(super) fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" { use href={ "#i-" (name) } {} } }
}

/// The standing of that name.
pub(super) fn badge_of(name: &str) -> Option<Badge> {
    Badge::ALL.into_iter().find(|badge| badge.as_str() == name)
}

/// The stage of that name.
pub(super) fn stage_of(name: &str) -> Option<Stage> {
    Stage::ALL.into_iter().find(|stage| stage.as_str() == name)
}

/// A standing: icon, words and colour.
pub(super) fn badge(badge: Badge) -> Markup {
    html! { span class={ "badge " (tone(badge)) } { (icon(badge.as_str())) (standing(badge)) } }
}

/// A standing by its name.
pub(super) fn badge_named(name: &str) -> Markup {
    badge(badge_of(name).unwrap_or(Badge::Unknown))
}

/// A standing in words.
pub(super) const fn standing(badge: Badge) -> &'static str {
    match badge {
        Badge::UninsuredWorking => "Uninsured & working",
        Badge::AtRisk => "At risk",
        Badge::Unknown => "Unknown",
        Badge::NeedsReview => "Needs review",
        Badge::ExpiresBeforeWorkEnds => "Ends too early",
        Badge::Expiring => "Expiring",
        Badge::Arranging => "Arranging",
        Badge::Waived => "Waived",
        Badge::Insured => "Insured",
        Badge::Exempt => "Exempt",
        Badge::Done => "Done",
    }
}

/// Its colour, as the stylesheet names it.
pub(super) const fn tone(badge: Badge) -> &'static str {
    match badge {
        Badge::UninsuredWorking => "alarm",
        Badge::AtRisk => "bad",
        Badge::NeedsReview | Badge::ExpiresBeforeWorkEnds | Badge::Expiring => "warn",
        Badge::Unknown | Badge::Waived => "odd",
        Badge::Arranging => "info",
        Badge::Insured => "good",
        Badge::Exempt | Badge::Done => "calm",
    }
}

/// A stage in words.
pub(super) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Assigned => "Assigned",
        Stage::Quoted => "Quoted",
        Stage::Applied => "Applied",
        Stage::AssignedCoverage => "Coverage assigned",
        Stage::Active => "Active",
        Stage::Expired => "Expired",
        Stage::Flagged => "Flagged",
        Stage::Canceled => "Canceled",
        Stage::Completed => "Completed",
    }
}

/// A name such as `create_quote` or `workers-comp` for reading.
pub(super) fn plain(name: &str) -> String {
    let mut words = name.replace(['_', '-'], " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// An event's name, `CoverageAssigned`, for reading.
pub(super) fn event(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// A title without the number that stands beside it anyway.
pub(super) fn title<'a>(title: &'a str, id: &str) -> &'a str {
    let rest = title.strip_prefix(id).map(|rest| rest.trim_start_matches([' ', '—', '–', '-', ':']));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(title)
}

/// So many of something.
pub(super) fn some(count: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A number with its thousands apart.
pub(super) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut told = String::from(if number < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// A text from outside: apart from what stands beside it, whatever its direction is, and with what hides made visible.
pub(super) fn outside(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

/// The same of several lines, which stay lines.
pub(super) fn outside_lines(text: &str) -> Markup {
    html! { bdi { @for (place, line) in text.lines().enumerate() { @if place > 0 { "\n" } (visible(line)) } } }
}

/// An id that can be copied with one press.
pub(super) fn copyable(id: &str) -> Markup {
    html! {
        span.copy { code { (id) } button type="button" hidden="" data-copy=(id) aria-label={ "Copy " (id) } { (icon("copy")) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_readable() {
        assert_eq!(plain("workers-comp"), "Workers comp");
        assert_eq!(event("CoverageAssigned"), "Coverage assigned");
        assert_eq!(number(-1_234_567), "−1,234,567");
        assert_eq!(number(999), "999");
        assert_eq!(title("WO-1 — Cabling", "WO-1"), "Cabling");
        assert_eq!(title("WO-1", "WO-1"), "WO-1");
    }

    #[test]
    fn a_text_from_outside_stands_apart_and_hides_nothing() {
        assert_eq!(outside("\u{202e}gnp.<b>").0, "<bdi>\\u{202e}gnp.&lt;b&gt;</bdi>");
        assert_eq!(outside("שלום").0, "<bdi>שלום</bdi>");
        assert_eq!(outside_lines("one\r\ntwo\u{2028}").0, "<bdi>one\ntwo\\u{2028}</bdi>");
    }

    #[test]
    fn every_standing_has_an_icon_and_words_of_its_own() {
        let told: std::collections::BTreeSet<_> =
            Badge::ALL.map(|badge| (shape(badge), standing(badge))).into();
        assert_eq!(told.len(), Badge::ALL.len());
    }
}
