//! Certificates that 1099Policy has had for too long without a word. Nothing happens at that moment, so it is no event:
//! it follows from the state and the time.

use super::fold::Fold;
use crate::show::{Fact, fact, text};
use covertrail_domain::coverage::CertificateStatus;
use covertrail_domain::id::CertificateId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::Story;
use std::time::Duration;

/// Those of open work that are still without a verdict after so long.
pub(super) fn stuck(fold: &Fold, at: Timestamp, after: Duration) -> Vec<Vec<Fact>> {
    let after = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
    let undecided = fold.stories().flat_map(|(work_order, story)| {
        undecided(story).map(move |(certificate, since)| (work_order, certificate, since))
    });
    let mut stuck: Vec<_> = undecided.filter(|(_, _, since)| since.plus(after) <= at).collect();
    stuck.sort_unstable();
    let facts = |(work_order, certificate, since): (&str, &CertificateId, Timestamp)| {
        vec![fact("work order", work_order), fact("certificate", text(certificate)), fact("since", since)]
    };
    stuck.into_iter().map(facts).collect()
}

/// The certificates without a verdict, and since when 1099Policy has them.
fn undecided(story: &Story) -> impl Iterator<Item = (&CertificateId, Timestamp)> {
    let coverage = story.state.coverage().filter(|coverage| coverage.is_open());
    let certificates = coverage.into_iter().flat_map(|coverage| &coverage.certificates);
    let undecided = certificates.filter(|one| one.status() == CertificateStatus::Processing);
    undecided.filter_map(|one| Some((&one.id, story.handed_in(one)?)))
}

/// A line for people; nothing where none is stuck.
pub(super) fn line(stuck: &[Vec<Fact>]) -> Option<String> {
    let told = |facts: &Vec<Fact>| facts.iter().map(|fact| fact.value.inline()).collect::<Vec<_>>().join(" ");
    let which: Vec<String> = stuck.iter().map(told).collect();
    let certificates = if stuck.len() == 1 { "certificate is" } else { "certificates are" };
    (!which.is_empty())
        .then(|| format!("{} {certificates} stuck at 1099Policy: {}", which.len(), which.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fold::Bound;
    use crate::show::testing::{assigned, at};
    use covertrail_adapters::schema;
    use covertrail_adapters::store::{Position, Recorded};
    use covertrail_domain::coverage::Event;
    use covertrail_domain::id::DocumentId;

    fn history(more: Option<Event>) -> Fold {
        let certificate = CertificateId::parse("ci_1").unwrap();
        let document = DocumentId::parse(&"ab".repeat(32)).unwrap();
        let submitted = Event::CertificateSubmitted { document: document.clone() };
        let uploaded = Event::CertificateUploaded { document, certificate };
        let events = [assigned("777"), submitted, uploaded].into_iter().chain(more);
        let mut fold = Fold::new(Bound::Everything);
        for (revision, event) in (0..).zip(events) {
            let stored = schema::encode(&event);
            let recorded = Recorded {
                position: Position::new(revision + 1),
                stream: "coverage-777",
                revision,
                id: uuid::Uuid::nil(),
                kind: stored.kind,
                data: &stored.data,
                metadata: b"{}",
                recorded_at: at(0).unix() * 1_000_000,
            };
            fold.take(&recorded).unwrap();
        }
        fold
    }

    #[test]
    fn a_certificate_without_a_verdict_is_stuck_once_its_time_is_over() {
        let fold = history(None);
        let hour = Duration::from_hours(1);
        assert!(stuck(&fold, at(3599), hour).is_empty());
        let told = line(&stuck(&fold, at(3600), hour)).unwrap();
        assert!(told.starts_with("1 certificate is stuck at 1099Policy: 777 ci_1 "), "{told}");
    }

    #[test]
    fn one_that_was_judged_is_not() {
        let certificate = CertificateId::parse("ci_1").unwrap();
        let denied = Event::CertificateDenied { certificate, reason: "illegible".into(), at: at(10) };
        let fold = history(Some(denied));
        assert_eq!(line(&stuck(&fold, at(1_000_000), Duration::from_hours(1))), None);
    }
}
