//! The client against the simulated vendor, which keeps state and loses answers.

use super::samples::Guide;
use crate::http::testing::Vendor;
use crate::policy::{
    CertificateStatus, Client, Environment, Error, NewAssignment, NewContractor, NewInvoice, NewQuote,
    NewSession, PolicyStatus, QuoteAnswer, SessionAnswer, SessionState, Verdict, Wire,
};
use crate::sandbox::policy::{Envelope, PolicySettings, Times, Vocabulary, start};
use crate::sandbox::{FaultPlan, Running};
use crate::secret::Secret;
use crate::webhook::policy::{Kind, Notice, Policy};
use covertrail_domain::id::WorkerId;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Two hours before the work of the guide's samples begins.
const NOW: i64 = 1_761_990_000;

async fn sandbox(faults: FaultPlan) -> (Running, Client) {
    sandbox_in(Wire::Guide, faults).await
}

async fn sandbox_in(wire: Wire, faults: FaultPlan) -> (Running, Client) {
    let mut settings = PolicySettings::new(Arc::new(|| NOW));
    settings.contractor.apply = false;
    settings.answer_active = true;
    settings.faults = faults;
    if wire != Wire::Guide {
        settings.vocabulary = Vocabulary::Reference;
        settings.envelope = Envelope::Nested;
        settings.times = Times::Iso;
        settings.with_metadata = false;
    }
    let running = start(TcpListener::bind("127.0.0.1:0").await.unwrap(), settings).await.unwrap();
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = running.handle().api_url().parse().unwrap();
    settings.api_key = Secret::new("t9k_test_sandbox".to_owned());
    settings.attempts = 200;
    (running, Client::new(&settings).unwrap().speaking(wire))
}

fn lossy() -> FaultPlan {
    FaultPlan { server_error: 0.3, answer_lost: 0.3, ..FaultPlan::default() }
}

/// What the contractor does on the apply page.
async fn apply(url: &url::Url) {
    let browser =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.post(format!("{url}/complete")).send().await.unwrap();
    assert_eq!(answer.status(), 303);
}

#[tokio::test]
async fn the_guides_whole_story_happens_once_although_answers_are_lost() {
    let (sandbox, client) = sandbox(lossy()).await;
    whole_story(&sandbox, &client).await;
}

#[tokio::test]
async fn the_same_story_happens_once_in_the_references_form() {
    let (sandbox, client) = sandbox_in(Wire::Reference(Environment::Sandbox), lossy()).await;
    whole_story(&sandbox, &client).await;
}

#[tokio::test]
async fn what_happened_can_be_read_page_by_page_in_either_form() {
    for wire in [Wire::Guide, Wire::Reference(Environment::Sandbox)] {
        let (sandbox, client) = sandbox_in(wire, FaultPlan::default()).await;
        whole_story(&sandbox, &client).await;
        let page = client.events(None).await.unwrap();
        let kinds: Vec<_> = page.iter().map(|event| Notice::read(&event.body).unwrap().kind).collect();
        assert!(kinds.contains(&Kind::Policy(Policy::Active)), "{kinds:?}");
        assert!(!kinds.iter().any(|kind| matches!(kind, Kind::Unknown(_))), "{kinds:?}");
        let newest = page[0].id.as_deref();
        assert_eq!(client.events(newest).await.unwrap(), page[1..]);
        let oldest = page.last().unwrap().id.as_deref();
        assert_eq!(client.events(oldest).await.unwrap(), []);
    }
}

async fn whole_story(sandbox: &Running, client: &Client) {
    let guide = Guide::new();
    let contractor = client.create_contractor("workmarket-worker-wk_421", &guide.contractor()).await.unwrap();
    let job = client.create_job("12345-job", &guide.job()).await.unwrap();
    let quote = NewQuote { contractor: &contractor, job: &job, ..guide.quote() };
    let QuoteAnswer::Quoted { id, window, lines, .. } =
        client.create_quote("12345-quote", &quote).await.unwrap()
    else {
        panic!("the sandbox insures the guide's sample")
    };
    assert_eq!((window, lines), (guide.window, guide.lines));

    let asked = NewSession { quote: &id, ..guide.session() };
    let SessionAnswer::Open(session) = client.open_session("12345-session", &asked).await.unwrap() else {
        panic!("nobody has applied yet")
    };
    assert!(matches!(client.session(&session.id).await.unwrap(), SessionState::Open { .. }));
    sandbox.handle().set_faults(FaultPlan::default());
    apply(&session.url.as_str().parse().unwrap()).await;
    sandbox.handle().set_faults(lossy());
    assert_eq!(client.session(&session.id).await.unwrap(), SessionState::Complete);

    let policies = client.policies_of(&contractor).await.unwrap();
    let [policy] = policies.as_slice() else { panic!("{policies:?}") };
    assert_eq!((&policy.status, policy.lines), (&PolicyStatus::Active, Some(guide.lines)));
    assert!(policy.window.unwrap().encloses(guide.window));
    assert_eq!(policy.quote.as_ref(), Some(&id));
    assert_eq!(client.create_quote("12345-quote-2", &quote).await.unwrap(), QuoteAnswer::PolicyOnFile);

    let new = NewAssignment { contractor: &contractor, job: &job, ..guide.assignment() };
    let assigned = client.create_assignment("12345-assignment", &new).await.unwrap();
    assert_eq!((assigned.verdict, assigned.policy.as_ref()), (Verdict::Active, Some(&policy.id)));
    let invoice = NewInvoice { contractor: &contractor, job: &job, ..guide.invoice() };
    client.record_invoice("12345-invoice", &invoice).await.unwrap();

    let counts = &sandbox.handle().state()["counts"];
    for kind in ["contractors", "jobs", "quotes", "sessions", "policies", "assignments", "invoices"] {
        assert_eq!(counts[kind], 1, "{kind}: {counts}");
    }
}

#[tokio::test]
async fn a_certificate_reaches_the_vendor_whole_and_once() {
    let (sandbox, client) = sandbox(lossy()).await;
    let guide = Guide::new();
    let contractor = client.create_contractor("k", &guide.contractor()).await.unwrap();
    let mut new = guide.certificate(b"%PDF-1.7\r\n\0\xff");
    new.contractor = &contractor;
    let id = client.upload_certificate("12345-certificate", &new).await.unwrap();
    let certificate = client.certificate(&id).await.unwrap();
    assert_eq!((certificate.id, certificate.status), (id, CertificateStatus::Pending));
    assert_eq!(sandbox.handle().state()["counts"]["certificates"], 1);
    new.bytes = bytes::Bytes::from_static(b"GIF89a");
    let refused = client.upload_certificate("another", &new).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
}

#[tokio::test]
async fn an_assignment_without_a_policy_is_no_cover_and_one_ahead_of_its_start_can_be_canceled() {
    let (_sandbox, client) = sandbox(FaultPlan::default()).await;
    let guide = Guide::new();
    let contractor = client.create_contractor("contractor", &guide.contractor()).await.unwrap();
    let job = client.create_job("job", &guide.job()).await.unwrap();
    let new = NewAssignment { contractor: &contractor, job: &job, ..guide.assignment() };
    let Verdict::NoPolicy { message } = client.create_assignment("a", &new).await.unwrap().verdict else {
        panic!("there is no policy")
    };
    assert_eq!(message, "No matching policy found for assignment.");
    client.cancel_assignment("cancel", &job, "work order canceled").await.unwrap();
}

#[tokio::test]
async fn a_worker_whose_key_is_forgotten_is_found_again_by_the_address_and_nobody_else_is() {
    let (sandbox, client) = sandbox(FaultPlan::default()).await;
    let guide = Guide::new();
    let first = client.create_contractor("one", &guide.contractor()).await.unwrap();
    assert_eq!(client.create_contractor("two", &guide.contractor()).await, Ok(first));
    assert_eq!(sandbox.handle().state()["counts"]["contractors"], 1);
    let another = WorkerId::parse("wk_422").unwrap();
    let theirs = NewContractor { worker: &another, ..guide.contractor() };
    let refused = client.create_contractor("three", &theirs).await.unwrap_err();
    let Error::Refused { code, message } = refused else { panic!("{refused}") };
    assert_eq!(code, "duplicate_email");
    assert!(message.contains("another worker's") && !message.contains("yourdomain"), "{message}");
}

#[tokio::test]
async fn every_object_is_read_back_as_it_stands() {
    let (sandbox, client) = sandbox(FaultPlan::default()).await;
    let guide = Guide::new();
    let contractor = client.create_contractor("contractor", &guide.contractor()).await.unwrap();
    let job = client.create_job("job", &guide.job()).await.unwrap();
    let quote = NewQuote { contractor: &contractor, job: &job, ..guide.quote() };
    let QuoteAnswer::Quoted { id: quote, .. } = client.create_quote("quote", &quote).await.unwrap() else {
        panic!("the sandbox insures the guide's sample")
    };
    let asked = NewSession { quote: &quote, ..guide.session() };
    let SessionAnswer::Open(session) = client.open_session("session", &asked).await.unwrap() else {
        panic!("nobody has applied yet")
    };
    apply(&session.url.as_str().parse().unwrap()).await;
    let policies = client.policies_from(&quote).await.unwrap();
    let [policy] = policies.as_slice() else { panic!("{policies:?}") };
    assert_eq!(&client.policy(&policy.id).await.unwrap(), policy);
    let new = NewAssignment { contractor: &contractor, job: &job, ..guide.assignment() };
    let made = client.create_assignment("assignment", &new).await.unwrap();
    let read = client.assignment(&made.id).await.unwrap();
    assert_eq!((read.verdict, read.policy, read.window), (made.verdict, made.policy, Some(made.window)));
    drop(sandbox);
}

#[tokio::test]
async fn a_check_tells_a_wrong_key_from_a_right_one() {
    let (sandbox, client) = sandbox(FaultPlan::default()).await;
    assert_eq!(client.check().await, Ok(()));
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = sandbox.handle().api_url().parse().unwrap();
    let refused = Client::new(&settings).unwrap().check().await.unwrap_err();
    assert!(matches!(&refused, Error::Refused { code, .. } if code == "invalid_api_key"), "{refused}");
}
