//! A contractor's own certificate: handed in, judged, reviewed.

use crate::coverage::{
    Badge, Command, Decision, Event, Evidence, Noticed, Rejection, Ruling, Stage, Step, Verdict,
};
use crate::testkit::samples::{
    WINDOW, certificate, clerk, contractor, cover, document, hour, judged, other_contractor, review,
};
use crate::testkit::{Scenario, story};
use alloc::string::String;

fn flagged() -> Verdict {
    Verdict::Flagged { rules: "limits".into(), cover: None }
}

fn uploaded() -> Command {
    Command::RecordCertificateUploaded { document: document(), certificate: certificate() }
}

fn reviewed(decision: Decision, hours: i64) -> Event {
    let (certificate, by, reason) = (certificate(), clerk(), String::from("seen"));
    Event::CertificateReviewed { certificate, by, decision, reason, at: hour(hours) }
}

#[test]
fn a_certificate_handed_in_is_uploaded_once_its_contractor_is_known() {
    let submit = Command::SubmitCertificate { document: document() };
    Scenario::given(story::assigned())
        .when(uploaded())
        .then_rejected(Rejection::UnknownDocument(document()))
        .when(submit.clone())
        .then([Event::CertificateSubmitted { document: document() }])
        .next_step(Step::Contractor)
        .when(submit.clone())
        .then_nothing();
    Scenario::given(story::enrolled())
        .having(submit.clone())
        .next_key(
            "12345-certificate-cn_Ehb3bYa-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        )
        .when(uploaded())
        .then([Event::CertificateUploaded { document: document(), certificate: certificate() }])
        .next_step(Step::Job)
        .when(uploaded())
        .then_nothing()
        .when(submit)
        .then_nothing();
}

#[test]
fn no_certificate_is_handed_in_for_work_that_is_over() {
    Scenario::given(story::insured())
        .having(Command::Complete { at: hour(24), pay: None })
        .when(Command::SubmitCertificate { document: document() })
        .then_rejected(Rejection::WorkIsOver);
}

#[test]
fn a_certificate_found_valid_insures_and_needs_no_quote() {
    let valid = judged(Verdict::Validated(Some(cover())), hour(-30));
    let event =
        Event::CertificateValidated { certificate: certificate(), cover: Some(cover()), at: hour(-30) };
    Scenario::given(story::scoped())
        .when(valid.clone())
        .then([event])
        .stage(Stage::Active)
        .badge(hour(1), Badge::Insured)
        .next_step(None)
        .when(valid)
        .then_nothing();
}

#[test]
fn a_flagged_certificate_waits_for_a_person_whose_approval_insures() {
    let approve = review(Ruling::Approve { cover: Some(cover()) }, hour(-20));
    let event = Event::CertificateFlagged {
        certificate: certificate(),
        rules: "limits".into(),
        cover: None,
        at: hour(-30),
    };
    Scenario::given(story::scoped())
        .when(approve.clone())
        .then_rejected(Rejection::UnknownCertificate(certificate()))
        .when(judged(flagged(), hour(-30)))
        .then([event])
        .stage(Stage::Flagged)
        .badge(hour(-60), Badge::NeedsReview)
        .badge(hour(-20), Badge::AtRisk)
        .when(judged(flagged(), hour(-30)))
        .then_nothing()
        .when(approve.clone())
        .then([reviewed(Decision::Approved(cover()), -20)])
        .stage(Stage::Active)
        .badge(hour(1), Badge::Insured)
        .when(approve)
        .then_nothing();
}

#[test]
fn an_approval_without_dates_takes_those_that_the_vendor_read_or_is_refused() {
    let approve = review(Ruling::Approve { cover: None }, hour(-20));
    let with_dates = Verdict::Flagged { rules: "limits".into(), cover: Some(cover()) };
    Scenario::given(story::scoped())
        .having(judged(flagged(), hour(-30)))
        .when(approve.clone())
        .then_rejected(Rejection::CertificateDatesUnknown(certificate()))
        .having(judged(with_dates, hour(-25)))
        .when(approve)
        .then([reviewed(Decision::Approved(cover()), -20)])
        .when(review(Ruling::Approve { cover: None }, hour(-19)))
        .then_nothing();
}

#[test]
fn a_certificate_valid_for_no_known_dates_makes_no_cover_and_waits_for_a_person() {
    Scenario::given(story::scoped())
        .having(judged(Verdict::Validated(None), hour(-70)))
        .stage(Stage::Assigned)
        .badge(hour(-70), Badge::NeedsReview)
        .reason(hour(-70), "nobody has read dates on certificate")
        .badge(hour(1), Badge::AtRisk);
}

#[test]
fn a_denial_by_the_vendor_or_a_person_takes_the_cover_away() {
    let valid = judged(Verdict::Validated(Some(cover())), hour(-30));
    let denied = judged(Verdict::Denied { reason: "forged".into() }, hour(-10));
    let event =
        Event::CertificateDenied { certificate: certificate(), reason: "forged".into(), at: hour(-10) };
    Scenario::given(story::scoped())
        .having(valid.clone())
        .when(denied.clone())
        .then([event])
        .stage(Stage::Assigned)
        .badge(hour(1), Badge::AtRisk)
        .next_step(Step::Quote)
        .when(denied)
        .then_nothing();
    Scenario::given(story::scoped())
        .having(valid)
        .when(review(Ruling::Deny, hour(-10)))
        .then([reviewed(Decision::Denied, -10)])
        .badge(hour(1), Badge::AtRisk);
}

#[test]
fn an_older_verdict_that_arrives_late_does_not_override_a_newer_one() {
    Scenario::given(story::scoped())
        .having(judged(Verdict::Validated(Some(cover())), hour(-20)))
        .having(judged(flagged(), hour(-30)))
        .stage(Stage::Active)
        .badge(hour(1), Badge::Insured);
}

#[test]
fn somebody_elses_certificate_is_refused() {
    let theirs = |contractor| Command::RecordVerdict {
        certificate: certificate(),
        contractor: Some(contractor),
        verdict: Verdict::Validated(Some(cover())),
        at: hour(-20),
    };
    Scenario::given(story::scoped())
        .when(theirs(other_contractor()))
        .then_rejected(Rejection::AnotherContractor(other_contractor()))
        .having(theirs(contractor()))
        .stage(Stage::Active);
    Scenario::given(story::assigned())
        .when(theirs(contractor()))
        .then_rejected(Rejection::UnknownContractor(contractor()));
}

#[test]
fn the_clock_notes_the_end_of_a_certificate_once() {
    let evidence = Evidence::Certificate(certificate());
    Scenario::given(story::scoped())
        .having(judged(Verdict::Validated(Some(cover())), hour(-30)))
        .deadline(WINDOW.end())
        .when(Command::Expire { at: hour(24) })
        .then([Event::CoverageExpired { evidence, on: WINDOW.end(), noticed: Noticed::ByClock }])
        .stage(Stage::Expired)
        .deadline(None)
        .when(Command::Expire { at: hour(24) })
        .then_nothing();
}
