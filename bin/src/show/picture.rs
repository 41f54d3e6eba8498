//! A work order's full picture at a moment: everything that is known, and what it comes to.

use super::fact::{Fact, Facts, Value, fact, list, text};
use super::path::path;
use super::words;
use covertrail_domain::cover::Line;
use covertrail_domain::coverage::{
    Action, Assignment, Certificate, Change, Coverage, Fate, Grant, Opinion, Report, Settlement, Standing,
    State, View, Work,
};
use covertrail_domain::time::Timestamp;

/// One row among many.
pub(crate) fn summary(work_order: &str, state: &State, standing: Standing) -> Facts {
    Facts(vec![
        fact("work order", work_order),
        fact("worker", state.coverage().map(|coverage| text(&coverage.worker))),
        fact("stage", state.stage().map(text)),
        fact("standing", standing.badge),
        fact("reason", standing.reason),
        fact("next step", state.next_action().map(|action| text(action.step()))),
        fact("standing changes", standing.changes_at),
    ])
}

/// Everything, the answer first.
pub(crate) fn picture(work_order: &str, state: &State, at: Timestamp) -> Facts {
    let standing = state.standing(at);
    let mut facts = vec![
        fact("work order", work_order),
        fact("stage", state.stage().map(text)),
        fact("standing", standing.badge),
        fact("reason", standing.reason),
        fact("rests on", list(standing.rests_on.iter().map(text))),
        fact("standing changes", standing.changes_at),
        fact("next action", state.next_action().as_ref().map(action)),
        fact("cover runs out", state.deadline()),
    ];
    facts.extend(state.coverage().into_iter().flat_map(known));
    Facts(facts)
}

fn known(coverage: &Coverage) -> Vec<Fact> {
    let blocked = coverage.blocked.iter();
    let blocked = blocked.map(|blocked| {
        words::blocked(blocked.step, blocked.document.as_ref(), blocked.failure, &blocked.reason)
    });
    vec![
        fact("blocked", list(blocked)),
        fact("waiver", coverage.waiver.as_ref().map(words::waiver)),
        fact("worker", text(&coverage.worker)),
        fact("former contractors", list(coverage.former.iter().map(text))),
        fact("terms", words::terms(&coverage.terms)),
        fact("description", coverage.terms.description.as_str()),
        fact("work", work(&coverage.work)),
        fact("unknown status in WorkMarket", coverage.unknown_status.as_deref()),
        fact("needs no cover", coverage.exempt.as_deref()),
        fact("cover possible from", coverage.not_before),
        fact("to be insured", coverage.work_window()),
        fact("round", u64::from(coverage.round.get())),
        fact("path", path(&coverage.path)),
        fact("cover", list(Line::ALL.into_iter().filter_map(|line| cover(coverage, line)))),
        fact("evidence", list(coverage.grants.iter().map(grant))),
        fact("assignments", list(coverage.assignments.iter().map(assignment))),
        fact("certificates", list(coverage.certificates.iter().map(certificate))),
        fact("documents to upload", list(coverage.documents.iter().map(text))),
    ]
}

fn action(action: &Action) -> Vec<Fact> {
    vec![
        fact("step", text(action.step())),
        fact("round", u64::from(action.round.get())),
        fact("idempotency key", action.idempotency_key()),
    ]
}

fn work(work: &Work) -> Vec<Fact> {
    let told = |what: &'static str, started: Option<Timestamp>, ended: Option<Timestamp>| {
        vec![fact("is", what), fact("started", started), fact("ended", ended)]
    };
    match work {
        Work::Scheduled => told("scheduled", None, None),
        Work::Started { at } => told("in progress", Some(*at), None),
        Work::Completed { started, at, pay } => {
            let mut facts = told("completed", Some(*started), Some(*at));
            facts.extend(settlement(pay));
            facts
        }
        Work::Withdrawn { at } => told("canceled before it began", None, Some(*at)),
        Work::Stopped { started, at } => told("canceled in progress", Some(*started), Some(*at)),
    }
}

fn settlement(pay: &Settlement) -> Vec<Fact> {
    match pay {
        Settlement::Open => vec![fact("settlement", "open")],
        Settlement::AsAgreed(pay) => vec![fact("settlement", "as agreed"), fact("pay", *pay)],
        Settlement::Differs(pay) => vec![fact("settlement", "invoice due"), fact("pay", *pay)],
        Settlement::Invoiced { pay, invoice } => {
            vec![fact("settlement", "invoiced"), fact("pay", *pay), fact("invoice", text(invoice))]
        }
    }
}

/// A line that is required or covered: by what, when, and what of the work is left.
fn cover(coverage: &Coverage, line: Line) -> Option<Vec<Fact>> {
    let required = coverage.terms.required.contains(line);
    let holdings = coverage.holdings().filter(|(_, holding)| holding.lines.contains(line));
    let windows: Vec<Value> = holdings
        .flat_map(|(evidence, holding)| {
            let evidence = evidence.to_string();
            holding
                .windows
                .into_iter()
                .map(move |window| vec![fact("by", evidence.as_str()), fact("window", window)].into())
        })
        .collect();
    let mut gaps = coverage.gaps().into_iter();
    let gaps = gaps.find_map(|(of, gaps)| (of == line).then_some(gaps)).unwrap_or_default();
    (required || !windows.is_empty()).then(|| {
        vec![
            fact("line", text(line)),
            fact("required", required),
            fact("windows", Value::List(windows)),
            fact("gaps", list(gaps)),
        ]
    })
}

fn grant(grant: &Grant) -> Vec<Fact> {
    vec![
        fact("of", text(&grant.evidence)),
        fact("policy", grant.policy.as_ref().map(text)),
        fact("reports", list(grant.reports.iter().map(report))),
        fact("end noted by the clock", grant.noted_end),
    ]
}

fn report(report: &Report) -> Vec<Fact> {
    let mut facts = match &report.change {
        Change::Activated(cover) => vec![fact("says", "active"), fact("cover", *cover)],
        Change::Expired { on } => vec![fact("says", "expired"), fact("from", *on)],
        Change::Canceled { effective } => vec![fact("says", "canceled"), fact("from", *effective)],
        Change::Reinstated { from } => vec![fact("says", "reinstated"), fact("from", *from)],
    };
    facts.push(fact("reported", report.at));
    facts
}

fn assignment(assignment: &Assignment) -> Vec<Fact> {
    let mut facts = vec![fact("id", text(&assignment.id))];
    facts.extend(words::post(&assignment.post));
    facts.extend([
        fact("policy", assignment.policy.as_ref().map(text)),
        fact("cover", assignment.cover),
        fact(
            "fate",
            match assignment.fate {
                Fate::Current => "current",
                Fate::ToCancel => "to be canceled",
                Fate::Kept => "kept",
                Fate::Canceled => "canceled",
            },
        ),
    ]);
    facts
}

fn certificate(certificate: &Certificate) -> Vec<Fact> {
    let status = certificate.status().as_str().replace('-', " ");
    vec![
        fact("id", text(&certificate.id)),
        fact("status", status),
        fact("cover", certificate.cover()),
        fact("document", certificate.document.as_ref().map(text)),
        fact("opinions", list(certificate.opinions.iter().map(opinion))),
        fact("end noted by the clock", certificate.noted_end),
    ]
}

fn opinion(opinion: &Opinion) -> Vec<Fact> {
    let mut facts = match &opinion.view {
        View::Vendor(verdict) => {
            let mut facts = vec![fact("by", "1099Policy")];
            facts.extend(words::verdict(verdict));
            facts
        }
        View::Person { by, decision, reason } => {
            let mut facts = vec![fact("by", text(by))];
            facts.extend(words::decision(decision));
            facts.push(fact("why", reason.as_str()));
            facts
        }
    };
    facts.push(fact("at", opinion.at));
    facts
}
