//! Strategies for any event whatever, whether or not it could come about.

use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{
    BindOn, Cover, Decision, Event, Evidence, Failure, Key, Noticed, Post, Quote, Round, Step, Terms, Wage,
    Waiver,
};
use covertrail_domain::id::*;
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;

macro_rules! ids {
    ($($name:ident: $id:ident = $alphabet:literal,)+) => {$(
        fn $name() -> impl Strategy<Value = $id> {
            $alphabet.prop_map(|text| $id::parse(&text).unwrap())
        }
    )+};
}

ids! {
    work_order: WorkOrderId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    worker: WorkerId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    client: ClientId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    contractor: ContractorId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    job: JobId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    quote_id: QuoteId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    session: SessionId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    policy: PolicyId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    assignment: AssignmentId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    certificate: CertificateId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    invoice: InvoiceId = "[a-zA-Z0-9_~:-][a-zA-Z0-9._~:-]{0,39}",
    document: DocumentId = "[0-9a-f]{64}",
    person: PersonId = "[a-zA-Z0-9é漢_@+-]{1,40}",
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), Just(r#""at":"#.into())]
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_unix)
}

fn cents() -> impl Strategy<Value = Cents> {
    any::<i64>().prop_map(Cents::new)
}

fn step() -> impl Strategy<Value = Step> {
    select(Step::ALL.to_vec())
}

fn window() -> impl Strategy<Value = Window> {
    (time(), 1..1_000_000_i64)
        .prop_filter_map("the end of time", |(start, length)| Window::new(start, start.plus(length)))
}

fn lines() -> impl Strategy<Value = Lines> {
    subsequence(Line::ALL.to_vec(), 0..=Line::ALL.len()).prop_map(Lines::from_iter)
}

fn cover() -> impl Strategy<Value = Cover> {
    (lines(), window()).prop_map(|(lines, window)| Cover { lines, window })
}

fn post() -> impl Strategy<Value = Post> {
    (contractor(), job()).prop_map(|(contractor, job)| Post { contractor, job })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    prop_oneof![
        policy().prop_map(Evidence::Policy),
        assignment().prop_map(Evidence::Assignment),
        certificate().prop_map(Evidence::Certificate),
    ]
}

fn noticed() -> impl Strategy<Value = Noticed> {
    of(time()).prop_map(|at| at.map_or(Noticed::ByClock, Noticed::ByVendor))
}

fn decision() -> impl Strategy<Value = Decision> {
    of(cover()).prop_map(|cover| cover.map_or(Decision::Denied, Decision::Approved))
}

fn wage() -> impl Strategy<Value = Wage> {
    prop_oneof![
        cents().prop_map(Wage::FlatFee),
        cents().prop_map(Wage::Hourly),
        cents().prop_map(Wage::Unit),
        cents().prop_map(Wage::Blended),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    let bind_on = select(vec![BindOn::InProgress, BindOn::Applied]);
    ((text(), text(), text()), (of(client()), wage(), of(text())), (window(), lines(), bind_on)).prop_map(
        |((title, description, category), (client, wage, region), (window, required, bind_on))| Terms {
            title,
            description,
            category,
            client,
            wage,
            region,
            window,
            required,
            bind_on,
        },
    )
}

fn quote() -> impl Strategy<Value = Quote> {
    (quote_id(), cover()).prop_map(|(id, cover)| Quote { id, cover })
}

fn waiver() -> impl Strategy<Value = Waiver> {
    (person(), text(), time()).prop_map(|(by, reason, until)| Waiver { by, reason, until })
}

fn round() -> impl Strategy<Value = Round> {
    any::<u32>().prop_map(Round::new)
}

/// One strategy for each event, in the order of `Event::NAMES`.
macro_rules! each {
    ($($variant:ident { $($field:ident: $strategy:expr),* })+) => {
        vec![$(
(Just(()), $($strategy,)*).prop_map(|((), $($field,)*)| Event::$variant { $($field),* }).boxed()
        ),+]
    };
}

pub(super) fn by_variant() -> Vec<BoxedStrategy<Event>> {
    each! {
        Assigned { work_order: work_order(), worker: worker(), terms: terms(), at: time() }
        ContractorCreated { contractor: contractor() }
        JobCreated { job: job() }
        CoverDelayed { from: time() }
        Quoted { quote: quote() }
        QuoteDeclined { reason: text() }
        PolicyMatched { policy: of(policy()) }
        ApplicationOpened { session: session(), url: text() }
        ApplicationCompleted {}
        ApplicationExpired { session: session() }
        ApplicationIneligible { session: session(), reason: text() }
        WorkStarted { at: time() }
        CoverageAssigned {
            round: round(), assignment: assignment(), post: post(), policy: of(policy()), cover: cover()
        }
        AssignmentDeclined { round: of(round()), reason: text() }
        AssignmentCanceled { assignment: assignment() }
        CoverageActivated { evidence: evidence(), policy: of(policy()), cover: cover(), at: time() }
        CoverageExpired { evidence: evidence(), on: time(), noticed: noticed() }
        CoverageCanceled { evidence: evidence(), effective: time(), at: time() }
        CoverageReinstated { evidence: evidence(), from: of(time()), at: time() }
        CertificateSubmitted { document: document() }
        CertificateUploaded { document: document(), certificate: certificate() }
        CertificateValidated { certificate: certificate(), cover: of(cover()), at: time() }
        CertificateFlagged { certificate: certificate(), rules: text(), cover: of(cover()), at: time() }
        CertificateDenied { certificate: certificate(), reason: text(), at: time() }
        CertificateReviewed {
            certificate: certificate(), by: person(), decision: decision(), reason: text(), at: time()
        }
        Waived { waiver: waiver(), at: time() }
        WorkCompleted { at: time(), pay: of(cents()) }
        PaySettled { pay: cents() }
        InvoiceRecorded { invoice: invoice(), pay: cents() }
        Rescheduled { window: window(), at: time() }
        Reassigned { worker: worker(), terms: terms(), at: time() }
        WorkCanceled { at: time() }
        StatusChanged { unknown: of(text()), at: time() }
        CoverNotNeeded { reason: text(), at: time() }
        CoverNeeded { at: time() }
        StepBlocked {
            step: step(), document: of(document()), failure: select(vec![Failure::Refused, Failure::Unsettled]),
            reason: text()
        }
        StepRetried { step: step(), by: person(), key: select(vec![Key::Same, Key::New]) }
    }
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    Union::new(by_variant())
}
