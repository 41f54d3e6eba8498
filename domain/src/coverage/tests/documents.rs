//! Documents that are handed in, one beside the other.

use crate::coverage::{Badge, Command, Event, Failure, Key, Rejection, Step};
use crate::id::DocumentId;
use crate::testkit::samples::{certificate, clerk, document, hour};
use crate::testkit::{Scenario, story};

fn second() -> DocumentId {
    DocumentId::parse("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8").unwrap()
}

fn submit(document: DocumentId) -> Command {
    Command::SubmitCertificate { document }
}

fn block(document: Option<DocumentId>) -> Command {
    let (step, failure) = (Step::Certificate, Failure::Refused);
    Command::Block { step, document, failure, reason: "it is no PDF".into() }
}

fn key(document: &DocumentId) -> alloc::string::String {
    alloc::format!("12345-certificate-cn_Ehb3bYa-{document}")
}

/// The first document cannot be uploaded, and a second one is handed in.
fn two() -> Scenario {
    Scenario::given(story::enrolled())
        .having(submit(document()))
        .next_key(&key(&document()))
        .when(block(None))
        .then_rejected(Rejection::OutOfTurn(Step::Certificate))
        .having(block(Some(document())))
        .next_step(Step::Job)
        .having(submit(second()))
}

#[test]
fn one_that_is_blocked_is_kept_and_shown_and_holds_no_other_back() {
    two()
        .next_key(&key(&second()))
        .badge(hour(-60), Badge::NeedsReview)
        .reason(hour(-60), "certificate of document 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is blocked: it is no PDF")
        .when(block(Some(document())))
        .then_nothing()
        .when(submit(document()))
        .then_nothing()
        .having(Command::RecordCertificateUploaded { document: second(), certificate: certificate() })
        .next_step(Step::Job)
        .badge(hour(-60), Badge::NeedsReview)
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Certificate, by: clerk(), key: Key::Same }])
        .next_key(&key(&document()));
}

#[test]
fn two_that_are_blocked_are_tried_again_together() {
    two()
        .having(block(Some(second())))
        .next_step(Step::Job)
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Certificate, by: clerk(), key: Key::Same }])
        .next_key(&key(&document()))
        .when(Command::Retry { by: clerk() })
        .then_nothing();
}

#[test]
fn an_older_line_names_no_document_and_means_the_first() {
    let (step, failure, reason) = (Step::Certificate, Failure::Unsettled, "it is no PDF".into());
    let mut told = story::enrolled();
    told.push(Event::CertificateSubmitted { document: document() });
    told.push(Event::StepBlocked { step, document: None, failure, reason });
    Scenario::given(told).next_step(Step::Job).having(submit(second())).next_key(&key(&second()));
}
