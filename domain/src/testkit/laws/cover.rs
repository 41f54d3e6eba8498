//! What cover may rest on, and what is left without.

use super::{Broken, holds};
use crate::cover::{Line, union};
use crate::coverage::{
    Badge, Certificate, CertificateStatus, Change, Coverage, Decision, Event, Evidence, Fate, State, Step,
    Verdict, View,
};
use crate::testkit::history::History;
use crate::time::{Timestamp, Window};
use alloc::format;
use alloc::vec::Vec;

/// Until the vendor or a reviewer says that something is in force for a line, no line is covered, whatever
/// else happened.
pub fn nothing_is_covered_before_a_binding_fact(history: &History) -> Result<(), Broken> {
    let mut bound = false;
    for moment in history.moments() {
        bound |= moment.events.iter().any(Event::binds_cover);
        let covered = moment.after.coverage().is_some_and(|coverage| {
            Line::ALL.into_iter().any(|line| !coverage.cover_of(line).is_empty()) || coverage.is_in_force()
        });
        holds("nothing is covered before a binding fact", bound || !covered, || {
            format!("{:?} made cover in {:?}", moment.command, moment.after)
        })?;
    }
    Ok(())
}

/// Whatever is called insured rests, for each required line, on something that the vendor reported in force
/// or that was approved, and names it; what names nothing is not insured.
pub fn insured_rests_on_a_binding_fact(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    for at in moments(coverage) {
        let standing = state.standing(at);
        let bound = |line| standing.rests_on.iter().any(|fact| reported(coverage, fact, line));
        let every_line = coverage.terms.required.iter().all(bound);
        holds("insured rests on a binding fact", standing.badge != Badge::Insured || every_line, || {
            format!("at {at}: {standing:?} in {state:?}")
        })?;
    }
    Ok(())
}

/// The raw reports and opinions, without what cover they come to.
fn reported(coverage: &Coverage, fact: &Evidence, line: Line) -> bool {
    let issued =
        coverage.grants.iter().filter(|grant| grant.evidence == *fact).flat_map(|grant| &grant.reports);
    let mut issued =
        issued.map(|report| matches!(report.change, Change::Activated(cover) if cover.lines.contains(line)));
    let good = |view: &View| match view {
        View::Vendor(Verdict::Validated(Some(cover)))
        | View::Person { decision: Decision::Approved(cover), .. } => cover.lines.contains(line),
        View::Vendor(Verdict::Validated(None) | Verdict::Flagged { .. } | Verdict::Denied { .. })
        | View::Person { decision: Decision::Denied, .. } => false,
    };
    let mut certificates = coverage.certificates.iter();
    issued.any(|is_so| is_so)
        || certificates.any(|certificate| {
            Evidence::Certificate(certificate.id.clone()) == *fact
                && matches!(certificate.status(), CertificateStatus::Approved(_))
                && certificate.opinions.last().is_some_and(|opinion| good(&opinion.view))
        })
}

/// Each gap lies within the work, none meets the line's cover, and gaps and cover together are all of the
/// work.
pub fn gaps_are_what_of_the_work_is_not_covered(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    let Some(work) = coverage.work_window() else {
        return holds("work that never was has no gap", coverage.gaps().is_empty(), || format!("{state:?}"));
    };
    let gaps = coverage.gaps();
    for line in coverage.terms.required.iter() {
        let of_line: Vec<Window> =
            gaps.iter().filter(|(other, _)| *other == line).flat_map(|(_, gaps)| gaps.clone()).collect();
        let cover = coverage.cover_of(line);
        let told = || format!("{line}: work {work}, cover {cover:?}, gaps {of_line:?}");
        let inside = of_line.iter().all(|gap| work.encloses(*gap));
        holds("gaps lie within the work", inside, told)?;
        let apart = of_line.iter().all(|gap| cover.iter().all(|window| window.intersection(*gap).is_none()));
        holds("gaps never meet the cover", apart, told)?;
        let parts =
            of_line.iter().copied().chain(cover.iter().filter_map(|window| window.intersection(work)));
        holds("gaps and cover are all of the work", union(parts) == [work], told)?;
    }
    Ok(())
}

/// What the vendor canceled because we asked it to is no loss of cover.
pub fn a_wanted_cancellation_is_no_lapse(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    let is_canceled = |evidence: &Evidence| {
        let mut canceled = coverage.assignments.iter().filter(|made| made.fate == Fate::Canceled);
        canceled.any(|made| *evidence == Evidence::Assignment(made.id.clone()))
    };
    let kept = coverage.grants.iter().filter(|grant| !is_canceled(&grant.evidence));
    let lost = kept.map(|grant| grant.holding(&coverage.grants)).any(|holding| holding.ended)
        || coverage.certificates.iter().any(Certificate::ended);
    holds("a wanted cancellation is no lapse", lost || !coverage.has_lapsed(), || format!("{state:?}"))
}

/// Nothing is bought for work that needs no cover, and it is called neither insured nor uninsured.
pub fn work_that_needs_no_cover_is_left_alone(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage().filter(|coverage| coverage.exempt.is_some()) else {
        return Ok(());
    };
    let step = state.next_action().map(|action| action.step());
    let left = matches!(step, None | Some(Step::AssignmentCancellation | Step::Certificate));
    let said = moments(coverage).into_iter().map(|at| state.standing(at).badge);
    let wrong =
        said.into_iter().find(|badge| !matches!(badge, Badge::Exempt | Badge::NeedsReview | Badge::Done));
    holds("work that needs no cover is left alone", left && wrong.is_none(), || {
        format!("{step:?} is due, and it is called {wrong:?} in {state:?}")
    })
}

/// The moments about which anything in the state speaks, and those just before.
pub(super) fn moments(coverage: &Coverage) -> Vec<Timestamp> {
    let windows = coverage.holdings().flat_map(|(_, holding)| holding.windows);
    let spoken_of = windows.chain(coverage.work_window()).chain([coverage.terms.window]);
    let mut moments: Vec<Timestamp> = spoken_of
        .flat_map(|window| [window.start(), window.end()])
        .chain(coverage.waiver.as_ref().map(|waiver| waiver.until))
        .flat_map(|at| [at.plus(-1), at])
        .collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}
