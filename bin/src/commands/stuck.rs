//! Certificates that 1099Policy has had for too long without a word. Nothing happens at that moment, so it is no event:
//! it follows from the state and the time.

use super::fold::Fold;
use super::log::Wrong;
use crate::show::{Fact, fact, text};
use covertrail_adapters::schema;
use covertrail_adapters::store::Recorded;
use covertrail_domain::coverage::{CertificateStatus, Event};
use covertrail_domain::id::CertificateId;
use covertrail_domain::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// The names of the event that begins the waiting, in every version.
const UPLOADED: &str = "coverage.certificate_uploaded.";

/// Since when 1099Policy has had each certificate that was handed in, by work order.
#[derive(Default)]
pub(super) struct Uploads(BTreeMap<(String, CertificateId), Timestamp>);

impl Uploads {
    /// Takes in an event of a work order.
    pub(super) fn take(&mut self, recorded: &Recorded<'_>) -> Result<(), Wrong> {
        if !recorded.kind.starts_with(UPLOADED) {
            return Ok(());
        }
        let event = schema::decode(recorded.kind, recorded.data)?;
        if let (Event::CertificateUploaded { certificate, .. }, Some((_, work_order))) =
            (event, recorded.stream.split_once('-'))
        {
            let since = Timestamp::from_unix(recorded.recorded_at.div_euclid(1_000_000));
            self.0.insert((work_order.to_owned(), certificate), since);
        }
        Ok(())
    }

    /// Those still without a verdict after so long.
    pub(super) fn stuck(&self, fold: &Fold, at: Timestamp, after: Duration) -> Vec<Vec<Fact>> {
        let after = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
        let undecided: BTreeMap<&str, Vec<&CertificateId>> = fold
            .states()
            .filter_map(|(id, state)| {
                let certificates =
                    state.coverage().filter(|coverage| coverage.is_open())?.certificates.iter();
                let open = certificates.filter(|one| one.status() == CertificateStatus::Processing);
                Some((id, open.map(|one| &one.id).collect()))
            })
            .collect();
        let is_open = |work_order: &str, certificate| {
            undecided.get(work_order).is_some_and(|open| open.contains(&certificate))
        };
        let waiting = self.0.iter().filter(|((work_order, one), _)| is_open(work_order, one));
        waiting
            .filter(|(_, since)| since.plus(after) <= at)
            .map(|((work_order, certificate), since)| {
                vec![
                    fact("work order", work_order.as_str()),
                    fact("certificate", text(certificate)),
                    fact("since", *since),
                ]
            })
            .collect()
    }
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
    use covertrail_adapters::store::Position;
    use covertrail_domain::id::DocumentId;

    fn history(more: Option<Event>) -> (Fold, Uploads) {
        let certificate = CertificateId::parse("ci_1").unwrap();
        let document = DocumentId::parse("abc").unwrap();
        let submitted = Event::CertificateSubmitted { document: document.clone() };
        let uploaded = Event::CertificateUploaded { document, certificate };
        let events = [assigned("777"), submitted, uploaded].into_iter().chain(more);
        let (mut fold, mut uploads) = (Fold::new(Bound::Everything), Uploads::default());
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
            uploads.take(&recorded).unwrap();
        }
        (fold, uploads)
    }

    #[test]
    fn a_certificate_without_a_verdict_is_stuck_once_its_time_is_over() {
        let (fold, uploads) = history(None);
        let hour = Duration::from_hours(1);
        assert!(uploads.stuck(&fold, at(3599), hour).is_empty());
        let stuck = uploads.stuck(&fold, at(3600), hour);
        let told = line(&stuck).unwrap();
        assert!(told.starts_with("1 certificate is stuck at 1099Policy: 777 ci_1 "), "{told}");
    }

    #[test]
    fn one_that_was_judged_is_not() {
        let certificate = CertificateId::parse("ci_1").unwrap();
        let denied = Event::CertificateDenied { certificate, reason: "illegible".into(), at: at(10) };
        let (fold, uploads) = history(Some(denied));
        assert_eq!(line(&uploads.stuck(&fold, at(1_000_000), Duration::from_hours(1))), None);
    }
}
