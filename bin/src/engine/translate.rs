//! What a delivery means: commands to work orders.

use crate::config;
use covertrail_adapters::webhook::policy::{Application, Assignment, Certificate, Kind, Notice, Policy};
use covertrail_adapters::webhook::workmarket::Event;
use covertrail_adapters::workmarket::{Status, Wage as Pay, WorkOrder, Worker};
use covertrail_domain::cover::Lines;
use covertrail_domain::coverage::{BindOn, Command, Cover, Reported, Terms, Verdict, Wage};
use covertrail_domain::time::{Timestamp, Window};
use covertrail_projections::Reference;

/// What a work order must be insured for, and from when on: the configuration's part of its terms.
#[derive(Debug, Clone, Copy)]
pub struct Requirements {
    /// The lines.
    pub lines: Lines,
    /// When cover is bound.
    pub bind_on: BindOn,
    /// Which status begins coverage.
    pub trigger: config::Trigger,
}

/// What a notice of 1099Policy asks of the work orders it concerns.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) command: Command,
    /// For what time it is, where it is a fact about the contractor: it reaches all of their work orders of that
    /// time.
    pub(super) of_contractor: Option<Window>,
}

/// What a notice of 1099Policy asks for: a command, or why there is none.
pub(super) fn asked(notice: &Notice, received: Timestamp) -> Result<Asked, &'static str> {
    let at = notice.created.unwrap_or(received);
    match &notice.kind {
        Kind::Policy(change) => of_policy(notice, *change, at),
        Kind::Application(change) => of_application(notice, *change),
        Kind::Assignment(change) => of_assignment(notice, *change, at),
        Kind::Certificate(verdict) => of_certificate(notice, *verdict, at),
        Kind::Charge(_) | Kind::CategoryAdded => Err("it does not concern coverage"),
        Kind::Unknown(_) => Err("its type is not known"),
    }
}

fn of_policy(notice: &Notice, change: Policy, at: Timestamp) -> Result<Asked, &'static str> {
    let policy = notice.refs.policy.clone().ok_or("it names no policy")?;
    let change = match change {
        Policy::Active => Reported::Active { lines: notice.lines, window: notice.window() },
        Policy::Expired => Reported::Expired { on: notice.expires.unwrap_or(at).min(at) },
        Policy::Canceled => Reported::Canceled { effective: notice.canceled.unwrap_or(at) },
        Policy::Reactivated => Reported::Reinstated { from: None },
    };
    let (quote, contractor) = (notice.refs.quote.clone(), notice.refs.contractor.clone());
    // without its dates and lines an active policy can only be read by the quote it was made from
    let of_contractor = match change {
        Reported::Active { lines, window } => window.filter(|_| lines.is_some()),
        Reported::Expired { .. } | Reported::Canceled { .. } | Reported::Reinstated { .. } => None,
    };
    Ok(Asked { command: Command::RecordPolicy { policy, quote, contractor, change, at }, of_contractor })
}

fn of_application(notice: &Notice, change: Application) -> Result<Asked, &'static str> {
    let session = || notice.refs.session.clone().ok_or("it names no session");
    let command = match change {
        Application::Complete | Application::ManualReviewApproved => {
            let quote = notice.refs.quote.clone().ok_or("it names no quote")?;
            Command::RecordApplicationCompleted { quote }
        }
        Application::Expired => Command::RecordApplicationExpired { session: session()? },
        Application::Ineligible => {
            let reason = notice.reasons.first().map_or("1099Policy gives no reason", String::as_str);
            Command::RecordApplicationIneligible { session: session()?, reason: reason.to_owned() }
        }
        Application::Created | Application::Started | Application::ManualReview => {
            return Err("it is on the way, and nothing follows from it");
        }
    };
    Ok(Asked { command, of_contractor: None })
}

fn of_assignment(notice: &Notice, change: Assignment, at: Timestamp) -> Result<Asked, &'static str> {
    let assignment = notice.refs.assignment.clone().ok_or("it names no assignment")?;
    let change = match change {
        Assignment::Active => Reported::Active { lines: notice.lines, window: notice.window() },
        Assignment::Canceled => Reported::Canceled { effective: notice.canceled.unwrap_or(at) },
    };
    let policy = notice.refs.policy.clone();
    Ok(Asked {
        command: Command::RecordAssignmentCover { assignment, policy, change, at },
        of_contractor: None,
    })
}

fn of_certificate(notice: &Notice, verdict: Certificate, at: Timestamp) -> Result<Asked, &'static str> {
    let certificate = notice.refs.certificate.clone().ok_or("it names no certificate")?;
    let contractor = notice.refs.contractor.clone();
    let cover = notice.lines.zip(notice.window()).map(|(lines, window)| Cover { lines, window });
    let verdict = judged(verdict, cover, &notice.reasons);
    Ok(Asked {
        command: Command::RecordVerdict { certificate, contractor, verdict, at },
        of_contractor: cover.map(|cover| cover.window),
    })
}

/// The vendor's judgement on a certificate, with what it read on it and its reasons.
pub(super) fn judged(judgement: Certificate, cover: Option<Cover>, reasons: &[String]) -> Verdict {
    let reasons = || {
        let reasons = reasons.join("; ");
        if reasons.is_empty() { "1099Policy gives no reason".to_owned() } else { reasons }
    };
    match judgement {
        Certificate::Approved => Verdict::Validated(cover),
        Certificate::Flagged => Verdict::Flagged { rules: reasons(), cover },
        Certificate::Unexamined => {
            Verdict::Flagged { rules: "1099Policy could not read it".to_owned(), cover }
        }
        Certificate::Denied => Verdict::Denied { reason: reasons() },
    }
}

/// The objects by which a notice finds its work orders, the surest first. The contractor is not among them: they
/// may do many.
pub(super) fn references(notice: &Notice) -> Vec<Reference> {
    let refs = &notice.refs;
    let found = [
        refs.assignment.clone().map(Reference::Assignment),
        refs.session.clone().map(Reference::Session),
        refs.certificate.clone().map(Reference::Certificate),
        refs.policy.clone().map(Reference::Policy),
        refs.quote.clone().map(Reference::Quote),
        refs.job.clone().map(Reference::Job),
    ];
    found.into_iter().flatten().collect()
}

/// How a work order was heard of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    /// By which event.
    pub(super) event: &'a Event,
    /// When the event came.
    pub(super) received: Timestamp,
    /// When the work order was looked at.
    pub(super) fetched: Timestamp,
}

impl Heard<'_> {
    /// When it came to be so, where `WorkMarket` does not say: as the event came, if it told of just that.
    fn since(&self, told_by: &Event) -> Timestamp {
        if self.event == told_by { self.received } else { self.fetched }
    }
}

/// What a work order as it stands in WorkMarket asks for. What holds already is decided to be so.
pub(super) fn of_work_order(
    order: &WorkOrder,
    worker: Option<&Worker>,
    requirements: Requirements,
    is_known: bool,
    heard: &Heard<'_>,
) -> Result<Vec<Command>, String> {
    let started = match order.status {
        Status::Assigned => false,
        Status::InProgress | Status::Completed => true,
        Status::Canceled if is_known => {
            return Ok(vec![Command::CancelWork { at: heard.since(&Event::Canceled) }]);
        }
        Status::Draft | Status::Sent | Status::Declined if is_known => {
            return Ok(no_cover_needed("nobody is assigned any more", heard));
        }
        Status::Canceled | Status::Draft | Status::Sent | Status::Declined => {
            return Err("nobody is assigned".into());
        }
        // nothing follows from a word that is not known here, and a person is to see it
        Status::Other(ref status) if is_known => {
            return Ok(vec![Command::RecordStatus { unknown: Some(status.clone()), at: heard.fetched }]);
        }
        Status::Other(ref status) => return Err(format!("its status {status:?} asks for nothing")),
    };
    let completed = order.status == Status::Completed;
    if !is_known && requirements.trigger == config::Trigger::InProgress && !started {
        return Err("coverage begins once work does".into());
    }
    // had it been heard of in time it would be covered; that it was not is to be seen
    if !is_known && completed && !matches!(heard.event, Event::Assigned | Event::InProgress) {
        return Err("it was completed before it was heard of".into());
    }
    let worker = worker.ok_or("it names no worker")?;
    let wage = match wage(order.wage) {
        Some(wage) => wage,
        None if is_known => return Ok(no_cover_needed("its pricing is internal", heard)),
        None => return Err("its pricing is internal, so it needs no cover".into()),
    };
    let (terms, at) = (terms(order, wage, worker, requirements), heard.since(&Event::Assigned));
    let mut commands = vec![
        Command::Assign { work_order: order.id.clone(), worker: worker.id.clone(), terms: terms.clone(), at },
        Command::Reassign { worker: worker.id.clone(), terms, at: heard.since(&Event::Reassigned) },
        Command::Reschedule { window: order.window, at: heard.since(&Event::Rescheduled) },
        Command::RecordStatus { unknown: None, at: heard.fetched },
        Command::RecordCoverNeeded { at: heard.fetched },
    ];
    if started && (!completed || order.started_at.is_some()) {
        let at = order.started_at.unwrap_or_else(|| heard.since(&Event::InProgress));
        commands.push(Command::StartWork { at });
    }
    if completed {
        let at = order.ended_at.unwrap_or_else(|| heard.since(&Event::Completed));
        commands.push(Command::Complete { at, pay: order.final_pay });
    }
    Ok(commands)
}

/// The work needs no cover until it is told otherwise.
fn no_cover_needed(reason: &str, heard: &Heard<'_>) -> Vec<Command> {
    vec![Command::RecordNoCoverNeeded { reason: reason.to_owned(), at: heard.fetched }]
}

/// The pay as it is insured; nothing where an employee does the work.
const fn wage(pay: Pay) -> Option<Wage> {
    match pay {
        Pay::FlatFee(cents) => Some(Wage::FlatFee(cents)),
        Pay::Hourly(cents) => Some(Wage::Hourly(cents)),
        Pay::Unit(cents) => Some(Wage::Unit(cents)),
        Pay::Blended(cents) => Some(Wage::Blended(cents)),
        Pay::Internal => None,
    }
}

fn terms(order: &WorkOrder, wage: Wage, worker: &Worker, requirements: Requirements) -> Terms {
    Terms {
        title: order.title.clone(),
        description: order.description.clone(),
        category: order.category.clone(),
        client: order.client.clone(),
        wage,
        region: order.insured_region(worker).map(str::to_owned),
        window: order.window,
        required: requirements.lines,
        bind_on: requirements.bind_on,
    }
}
