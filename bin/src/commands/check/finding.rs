//! What was found about one thing, in a line.

use crate::show::{Facts, Screen, fact, list, shown};
use comfy_table::{Cell, Color};
use std::borrow::Cow;

/// How it is, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Good,
    /// `serve` can do without.
    Warning,
    /// Something around it is not as it should be.
    Failed,
    /// What the operator wrote cannot be used.
    Misconfigured,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) mark: Mark,
    about: &'static str,
    told: String,
    to_do: Option<Cow<'static, str>>,
}

impl Finding {
    pub(super) fn good(about: &'static str, told: impl Into<String>) -> Self {
        Self { mark: Mark::Good, about, told: told.into(), to_do: None }
    }

    pub(super) fn warning(
        about: &'static str,
        told: impl Into<String>,
        to_do: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { mark: Mark::Warning, about, told: told.into(), to_do: Some(to_do.into()) }
    }

    pub(super) fn failed(
        about: &'static str,
        told: impl Into<String>,
        to_do: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { mark: Mark::Failed, about, told: told.into(), to_do: Some(to_do.into()) }
    }

    /// The error says what to do.
    pub(super) fn misconfigured(about: &'static str, error: &impl ToString) -> Self {
        Self { mark: Mark::Misconfigured, about, told: error.to_string(), to_do: None }
    }
}

impl Mark {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Failed | Self::Misconfigured => "failed",
        }
    }
}

/// For people: a line each.
pub(super) fn text(findings: &[Finding], screen: Screen) -> String {
    let mut table = screen.bare();
    for Finding { mark, about, told, to_do } in findings {
        let mark = match mark {
            Mark::Good => screen.coloured("✓", Color::Green),
            Mark::Warning => screen.coloured("!", Color::Yellow),
            Mark::Failed | Mark::Misconfigured => screen.coloured("✗", Color::Red),
        };
        let told = to_do.as_ref().map_or_else(|| told.clone(), |to_do| format!("{told}; {to_do}"));
        table.add_row([mark, Cell::new(about), Cell::new(told)]);
    }
    shown(&table)
}

/// For programs.
pub(super) fn json(findings: Vec<Finding>) -> String {
    let well = findings.iter().all(|finding| finding.mark < Mark::Failed);
    let findings = findings.into_iter().map(|finding| {
        vec![
            fact("about", finding.about),
            fact("mark", finding.mark.as_str()),
            fact("told", finding.told),
            fact("to do", finding.to_do.map(Cow::into_owned)),
        ]
    });
    Facts(vec![fact("ok", well), fact("findings", list(findings))]).to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::good("log", "log.sqlite"),
            Finding::warning("people", "nobody may review", "set COVERTRAIL_PEOPLE"),
            Finding::failed("WorkMarket", "it cannot be reached", "check the network"),
        ]
    }

    #[test]
    fn a_finding_is_a_line_with_its_mark_and_what_to_do() {
        assert_eq!(
            text(&findings(), Screen::pipe()).lines().map(str::trim).collect::<Vec<_>>(),
            [
                "✓  log         log.sqlite",
                "!  people      nobody may review; set COVERTRAIL_PEOPLE",
                "✗  WorkMarket  it cannot be reached; check the network"
            ]
        );
    }

    #[test]
    fn warnings_alone_are_well() {
        let well =
            |findings| serde_json::from_str::<serde_json::Value>(&json(findings)).unwrap()["ok"].clone();
        let mut findings = findings();
        assert_eq!(well(super::tests::findings()), false);
        findings.pop();
        assert_eq!(well(findings), true);
    }
}
