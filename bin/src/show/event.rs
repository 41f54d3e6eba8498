//! What an event says, beside its name.

use super::fact::{Facts, Value, fact, text};
use super::words;
use covertrail_adapters::schema::Actor;
use covertrail_domain::coverage::{Event, Key, Noticed};
use std::borrow::Cow;

/// The details of an event. Left out are the moment, which the envelope says too, and the scope of work, which
/// may be long.
pub(crate) fn details(event: &Event) -> Facts {
    Facts(match event {
        Event::Assigned { work_order: _, worker, terms, at: _ }
        | Event::Reassigned { worker, terms, at: _ } => {
            let mut facts = vec![fact("worker", text(worker))];
            facts.extend(words::terms(terms));
            facts
        }
        Event::ContractorCreated { contractor } => vec![fact("contractor", text(contractor))],
        Event::JobCreated { job } => vec![fact("job", text(job))],
        Event::Quoted { quote } => words::quote(quote),
        Event::CoverDelayed { from } => vec![fact("from", *from)],
        Event::QuoteDeclined { reason } | Event::CoverNotNeeded { reason, at: _ } => {
            vec![fact("why", reason.as_str())]
        }
        Event::AssignmentDeclined { round, reason } => {
            let round = round.map(|round| u64::from(round.get()));
            vec![fact("why", reason.as_str()), fact("round", round)]
        }
        Event::PolicyMatched { policy } => vec![fact("policy", policy.as_ref().map(text))],
        Event::ApplicationOpened { session, url } => {
            vec![fact("session", text(session)), fact("link", url.as_str())]
        }
        Event::ApplicationCompleted {}
        | Event::WorkStarted { at: _ }
        | Event::WorkCanceled { at: _ }
        | Event::CoverNeeded { at: _ } => vec![],
        Event::StatusChanged { unknown, at: _ } => {
            let status = unknown.as_deref().unwrap_or("one that is known");
            vec![fact("status in WorkMarket", status)]
        }
        Event::ApplicationExpired { session } => vec![fact("session", text(session))],
        Event::ApplicationIneligible { session, reason } => {
            vec![fact("session", text(session)), fact("why", reason.as_str())]
        }
        Event::WorkCompleted { at: _, pay } => vec![fact("pay", *pay)],
        Event::PaySettled { pay } => vec![fact("pay", *pay)],
        Event::InvoiceRecorded { invoice, pay } => vec![fact("invoice", text(invoice)), fact("pay", *pay)],
        Event::Rescheduled { window, at: _ } => vec![fact("schedule", *window)],
        Event::StepBlocked { step, document, failure, reason } => {
            words::blocked(*step, document.as_ref(), *failure, reason)
        }
        Event::StepRetried { step, by, key } => {
            let key = match key {
                Key::Same => None,
                Key::New => Some("new"),
            };
            vec![fact("step", text(step)), fact("by", text(by)), fact("key", key)]
        }
        Event::Waived { waiver, at: _ } => words::waiver(waiver),
        Event::CoverageAssigned { round, assignment, post, policy, cover } => {
            let mut facts = vec![fact("assignment", text(assignment))];
            facts.extend(words::post(post));
            facts.extend([fact("policy", policy.as_ref().map(text)), fact("cover", *cover)]);
            facts.push(fact("round", u64::from(round.get())));
            facts
        }
        Event::AssignmentCanceled { assignment } => vec![fact("assignment", text(assignment))],
        Event::CoverageActivated { evidence, policy, cover, at: _ } => {
            vec![fact("of", text(evidence)), fact("policy", policy.as_ref().map(text)), fact("cover", *cover)]
        }
        Event::CoverageExpired { evidence, on, noticed } => {
            let noticed = match noticed {
                Noticed::ByVendor(_) => "1099Policy",
                Noticed::ByClock => "the clock",
            };
            vec![fact("of", text(evidence)), fact("from", *on), fact("noticed by", noticed)]
        }
        Event::CoverageCanceled { evidence, effective, at: _ } => {
            vec![fact("of", text(evidence)), fact("from", *effective)]
        }
        Event::CoverageReinstated { evidence, from, at: _ } => {
            let from = from.map_or(Value::from("its cancellation, without a gap"), Value::from);
            vec![fact("of", text(evidence)), fact("from", from)]
        }
        Event::CertificateSubmitted { document } => vec![fact("document", text(document))],
        Event::CertificateUploaded { document, certificate } => {
            vec![fact("certificate", text(certificate)), fact("document", text(document))]
        }
        Event::CertificateValidated { certificate, cover, at: _ } => {
            vec![fact("certificate", text(certificate)), fact("cover", *cover)]
        }
        Event::CertificateFlagged { certificate, rules, cover, at: _ } => {
            vec![fact("certificate", text(certificate)), fact("rules", rules.as_str()), fact("cover", *cover)]
        }
        Event::CertificateDenied { certificate, reason, at: _ } => {
            vec![fact("certificate", text(certificate)), fact("why", reason.as_str())]
        }
        Event::CertificateReviewed { certificate, by, decision, reason, at: _ } => {
            let mut facts = vec![fact("certificate", text(certificate))];
            facts.extend(words::decision(decision));
            facts.extend([fact("by", text(by)), fact("why", reason.as_str())]);
            facts
        }
    })
}

/// Who caused an event.
pub(crate) fn actor(actor: &Actor) -> Cow<'static, str> {
    match actor {
        Actor::Policy => "1099Policy".into(),
        Actor::WorkMarket => "WorkMarket".into(),
        Actor::Covertrail => "Covertrail".into(),
        Actor::Clock => "the clock".into(),
        Actor::Person(person) => person.to_string().into(),
    }
}
