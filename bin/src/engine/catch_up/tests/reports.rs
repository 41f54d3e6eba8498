use super::super::reports::{of_assignment, of_certificate, of_policies};
use crate::show::testing::{applying, at, state};
use covertrail_adapters::policy::{
    Assignment, Certificate, CertificateStatus, PolicyOnFile, PolicyStatus, Verdict,
};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{Command, Cover, Event, Evidence, Reported};
use covertrail_domain::id::{AssignmentId, CertificateId, ContractorId, PolicyId, QuoteId};
use covertrail_domain::time::{Timestamp, Window};

const NOW: i64 = 10_000;

fn general() -> Lines {
    Lines::from_iter([Line::General])
}

fn cover() -> Cover {
    Cover { lines: general(), window: Window::new(at(0), at(80_000)).unwrap() }
}

fn policy(status: PolicyStatus) -> PolicyOnFile {
    PolicyOnFile {
        id: PolicyId::parse("pl_1").unwrap(),
        status,
        lines: Some(general()),
        window: Some(cover().window),
        quote: None,
        canceled: None,
    }
}

fn evidence() -> Evidence {
    Evidence::Policy(PolicyId::parse("pl_1").unwrap())
}

fn active(second: i64) -> Event {
    Event::CoverageActivated { evidence: evidence(), policy: None, cover: cover(), at: at(second) }
}

fn canceled(effective: i64, told: i64) -> Event {
    Event::CoverageCanceled { evidence: evidence(), effective: at(effective), at: at(told) }
}

/// What the policy's status is news of, after this was reported of it.
fn news(reported: Vec<Event>, policy: PolicyOnFile) -> Option<Reported> {
    let history: Vec<Event> = applying().into_iter().chain(reported).collect();
    let contractor = ContractorId::parse("cn_1").unwrap();
    let commands = of_policies(&state(&history), &contractor, &[policy], at(NOW));
    commands.into_iter().next().map(|command| {
        let Command::RecordPolicy { change, at: told, .. } = command else { panic!("{command:?}") };
        assert_eq!(told, at(NOW), "it stood so when it was asked");
        change
    })
}

#[test]
fn a_policy_in_force_that_nobody_told_of_is_news_where_it_is_for_the_work() {
    let told = Reported::Active { lines: Some(general()), window: Some(cover().window) };
    assert_eq!(news(vec![], policy(PolicyStatus::Active)), Some(told));
    let mut later = policy(PolicyStatus::Active);
    later.window = Window::new(at(90_000), at(100_000));
    assert_eq!(news(vec![], later), None, "it begins when the work is over");
    let mut other = policy(PolicyStatus::Active);
    other.lines = Some(Lines::from_iter([Line::Cyber]));
    assert_eq!(news(vec![], other), None);
    let mut undated = policy(PolicyStatus::Active);
    (undated.lines, undated.window) = (None, None);
    assert_eq!(news(vec![], undated.clone()), None, "nothing says what it is for");
    undated.quote = QuoteId::parse("qt_1").ok();
    assert_eq!(news(vec![], undated), Some(Reported::Active { lines: None, window: None }));
}

#[test]
fn what_is_known_to_stand_or_to_be_over_is_no_news() {
    assert_eq!(news(vec![active(0)], policy(PolicyStatus::Active)), None);
    for status in [PolicyStatus::Canceled, PolicyStatus::Expired, PolicyStatus::Other("lapsed".into())] {
        assert_eq!(news(vec![], policy(status.clone())), None, "of a policy that nobody stood on");
        assert_eq!(news(vec![active(0), canceled(5000, 5000)], policy(status.clone())), None);
        assert_eq!(news(vec![active(0), canceled(50_000, 5000)], policy(status)), None, "an end to come");
    }
}

#[test]
fn an_end_that_nobody_told_of_is_news() {
    let mut ended = policy(PolicyStatus::Canceled);
    let asked = Reported::Canceled { effective: at(NOW) };
    assert_eq!(news(vec![active(0)], ended.clone()), Some(asked));
    ended.canceled = Some(at(7000));
    assert_eq!(news(vec![active(0)], ended), Some(Reported::Canceled { effective: at(7000) }));
    let mut expired = policy(PolicyStatus::Expired);
    assert_eq!(news(vec![active(0)], expired.clone()), Some(Reported::Expired { on: at(NOW) }));
    expired.window = Window::new(at(0), at(9000));
    assert_eq!(news(vec![active(0)], expired), Some(Reported::Expired { on: at(9000) }));
}

#[test]
fn a_policy_that_stands_again_counts_from_when_it_was_seen_and_not_before_its_end_has_settled() {
    let again =
        |effective, told| news(vec![active(0), canceled(effective, told)], policy(PolicyStatus::Active));
    assert_eq!(again(5000, 5000), Some(Reported::Reinstated { from: Some(at(NOW)) }));
    for (effective, told) in [(NOW - 100, 5000), (5000, NOW - 100), (50_000, 5000)] {
        assert_eq!(again(effective, told), None, "{effective} {told}");
    }
    let mut over = policy(PolicyStatus::Active);
    over.window = Window::new(at(0), at(9000));
    assert_eq!(news(vec![active(0), canceled(5000, 5000)], over), None, "its time is over");
}

#[test]
fn another_contractors_policies_are_none_of_this_work() {
    let other = ContractorId::parse("cn_2").unwrap();
    assert!(of_policies(&state(&applying()), &other, &[policy(PolicyStatus::Active)], at(NOW)).is_empty());
}

#[test]
fn an_assignment_is_told_of_when_it_is_in_force_or_canceled() {
    let assignment = |verdict| Assignment {
        id: AssignmentId::parse("an_1").unwrap(),
        policy: None,
        window: None,
        lines: None,
        canceled: None,
        verdict,
    };
    let change = |verdict| match of_assignment(assignment(verdict), at(NOW)).as_slice() {
        [] => None,
        [Command::RecordAssignmentCover { change, .. }] => Some(*change),
        other => panic!("{other:?}"),
    };
    assert_eq!(change(Verdict::Active), Some(Reported::Active { lines: None, window: None }));
    assert_eq!(change(Verdict::Canceled), Some(Reported::Canceled { effective: at(NOW) }));
    assert_eq!(change(Verdict::Pending), None);
    assert_eq!(change(Verdict::NoPolicy { message: String::new() }), None);
}

#[test]
fn a_certificate_is_told_of_once_it_is_judged() {
    use covertrail_domain::coverage::Verdict as Told;
    let told = |status, window: Option<Window>, failed_rules: &[&str]| {
        let certificate = Certificate {
            id: CertificateId::parse("ci_1").unwrap(),
            status,
            lines: Some(general()),
            window,
            failed_rules: failed_rules.iter().map(|rule| (*rule).to_owned()).collect(),
        };
        match of_certificate(certificate, None, at(NOW)).as_slice() {
            [] => None,
            [Command::RecordVerdict { verdict, at: told, .. }] => {
                assert_eq!(*told, Timestamp::from_unix(at(NOW).unix()));
                Some(verdict.clone())
            }
            other => panic!("{other:?}"),
        }
    };
    let window = Some(cover().window);
    assert_eq!(told(CertificateStatus::Approved, window, &[]), Some(Told::Validated(Some(cover()))));
    assert_eq!(told(CertificateStatus::Approved, None, &[]), Some(Told::Validated(None)));
    let flagged = Told::Flagged { rules: "limit; holder".into(), cover: None };
    assert_eq!(told(CertificateStatus::Flagged, None, &["limit", "holder"]), Some(flagged));
    let denied = Told::Denied { reason: "1099Policy gives no reason".into() };
    assert_eq!(told(CertificateStatus::Denied, None, &[]), Some(denied));
    assert!(matches!(told(CertificateStatus::Failed, None, &[]), Some(Told::Flagged { .. })));
    assert_eq!(told(CertificateStatus::Pending, window, &[]), None);
    assert_eq!(told(CertificateStatus::Other("queued".into()), window, &[]), None);
}
