//! What happens to a made-up work order: mostly all goes well, and now and then it does not.

use super::history::History;
use super::telling::{Telling, id, lines, person};
use super::{Error, Plan};
use covertrail_domain::coverage::{self, Command, Failure, Post, Quote, Reported, Round, Ruling, Verdict};
use covertrail_domain::id::{AssignmentId, CertificateId, DocumentId, InvoiceId, SessionId};
use covertrail_domain::money::Cents;
use rand::Rng as _;
use rand::rngs::StdRng;

/// How far back the histories go, and how far ahead work is scheduled.
const YEAR: i64 = 365 * 86_400;
const AHEAD: i64 = 21 * 86_400;

/// What is not as it mostly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Straight,
    OwnCertificate,
    CertificateDenied,
    CanceledInTheMiddle,
    CanceledAndReinstated,
    Withdrawn,
    LateConfirmation,
    NeverApplies,
    BlockedJob,
    Waived,
}

impl Way {
    fn of(random: &mut StdRng) -> Self {
        match random.random_range(0..100) {
            0..60 => Self::Straight,
            60..70 => Self::OwnCertificate,
            70..73 => Self::CertificateDenied,
            73..76 => Self::CanceledInTheMiddle,
            76..80 => Self::CanceledAndReinstated,
            80..86 => Self::Withdrawn,
            86..91 => Self::LateConfirmation,
            91..94 => Self::NeverApplies,
            94..97 => Self::BlockedJob,
            _ => Self::Waived,
        }
    }
}

/// A work order's history, whole; what lies beyond the plan's moment is still to come. Later numbers begin later.
pub(super) fn of(plan: &Plan, number: u64, random: &mut StdRng) -> Result<History, Error> {
    let share = i128::from(number) * i128::from(YEAR + AHEAD) / i128::from(plan.work_orders.max(1));
    let day = plan.until.plus(i64::try_from(share).unwrap_or(0) - YEAR);
    let start = day.plus(random.random_range(0..86_400));
    let way = Way::of(random);
    let mut told = Telling::new(plan, number, start, random)?;
    told.tell(way, random)?;
    Ok(History { work_order: told.work_order, steps: told.steps })
}

impl Telling {
    fn tell(&mut self, way: Way, random: &mut StdRng) -> Result<(), Error> {
        let assign = Command::Assign {
            work_order: self.work_order.clone(),
            worker: self.worker.clone(),
            terms: self.terms.clone(),
            at: self.at,
        };
        self.by_workmarket("assigned", assign);
        if way == Way::Withdrawn {
            self.wait(random.random_range(3_600..86_400));
            self.by_workmarket("canceled", Command::CancelWork { at: self.at });
            return Ok(());
        }
        self.arrange(way)?;
        match way {
            Way::OwnCertificate | Way::CertificateDenied => self.hand_in(way)?,
            Way::NeverApplies | Way::BlockedJob | Way::Withdrawn => {}
            Way::Waived => {
                let until = self.start.plus(self.length + 86_400);
                let reason = "the client accepts the risk in writing".to_owned();
                self.wait(600);
                self.by_person(Command::Waive { by: person()?, reason, until, at: self.at })?;
            }
            Way::Straight | Way::CanceledInTheMiddle | Way::CanceledAndReinstated | Way::LateConfirmation => {
                self.wait(random.random_range(600..40_000));
                let window = Some(self.cover().window);
                self.policy("policy.active", Reported::Active { lines: Some(lines()), window })?;
            }
        }
        self.work(way, random)
    }

    /// Contractor, job, quote and application.
    fn arrange(&mut self, way: Way) -> Result<(), Error> {
        let round = Round::FIRST;
        self.answered("contractor", Command::RecordContractor { round, contractor: self.contractor()? });
        if way == Way::BlockedJob {
            let reason = "no category code is configured for the work's category".to_owned();
            let (step, failure) = (coverage::Step::Job, Failure::Refused);
            self.answered("job", Command::Block { step, document: None, failure, reason });
            return Ok(());
        }
        self.answered("job", Command::RecordJob { round, job: self.job()? });
        let quote = Quote { id: self.quote()?, cover: self.cover() };
        self.answered("quote", Command::RecordQuote { round, quote });
        let session = id(SessionId::parse(&format!("ias_{}", self.word)))?;
        let url = format!("https://apply.1099policy.com/sessions/{session}");
        self.answered("application", Command::RecordApplication { round, session, url });
        Ok(())
    }

    /// A certificate of their own, flagged and decided on by a person.
    fn hand_in(&mut self, way: Way) -> Result<(), Error> {
        let certificate = id(CertificateId::parse(&format!("ci_{}", self.word)))?;
        let document = id(DocumentId::parse(&format!("{:0>64}", self.word)))?;
        self.wait(7_200);
        self.by_person(Command::SubmitCertificate { document: document.clone() })?;
        self.answered(
            "certificate",
            Command::RecordCertificateUploaded { document, certificate: certificate.clone() },
        );
        self.wait(1_800);
        let rules = "the general aggregate is below the limit that the client requires".to_owned();
        let verdict = Verdict::Flagged { rules, cover: Some(self.cover()) };
        let contractor = Some(self.contractor()?);
        let flagged =
            Command::RecordVerdict { certificate: certificate.clone(), contractor, verdict, at: self.at };
        self.by_policy("certificate.flagged", flagged);
        self.wait(20_000);
        let (decision, reason) = if way == Way::CertificateDenied {
            (Ruling::Deny, "the limit is half of what is needed")
        } else {
            (Ruling::Approve { cover: None }, "the client accepts the lower aggregate in writing")
        };
        let reason = reason.to_owned();
        self.by_person(Command::Review { certificate, by: person()?, decision, reason, at: self.at })
    }

    fn work(&mut self, way: Way, random: &mut StdRng) -> Result<(), Error> {
        self.at = self.at.max(self.start.plus(random.random_range(-900..1_800)));
        self.by_workmarket("in_progress", Command::StartWork { at: self.at });
        if matches!(
            way,
            Way::Straight | Way::CanceledInTheMiddle | Way::CanceledAndReinstated | Way::LateConfirmation
        ) {
            self.bind(way)?;
        }
        match way {
            Way::CanceledInTheMiddle => {
                self.wait(1_800);
                self.policy("policy.cancelled", Reported::Canceled { effective: self.at })?;
            }
            Way::CanceledAndReinstated => {
                self.wait(1_800);
                self.policy("policy.cancelled", Reported::Canceled { effective: self.at })?;
                self.wait(1_200);
                self.policy("policy.reactivated", Reported::Reinstated { from: None })?;
            }
            Way::Straight
            | Way::OwnCertificate
            | Way::CertificateDenied
            | Way::Withdrawn
            | Way::LateConfirmation
            | Way::NeverApplies
            | Way::BlockedJob
            | Way::Waived => {}
        }
        self.at = self.at.max(self.start.plus(self.length));
        let paid = if random.random_range(0..3) == 0 { self.pay + 5_000 } else { self.pay };
        self.by_workmarket("completed", Command::Complete { at: self.at, pay: Some(Cents::new(paid)) });
        if paid != self.pay {
            let invoice = id(InvoiceId::parse(&format!("in_{}", self.word)))?;
            self.answered("invoice", Command::RecordInvoice { invoice, pay: Cents::new(paid) });
        }
        Ok(())
    }

    fn bind(&mut self, way: Way) -> Result<(), Error> {
        let assignment = id(AssignmentId::parse(&format!("an_{}", self.word)))?;
        let post = Post { contractor: self.contractor()?, job: self.job()? };
        let (round, policy, cover) = (Round::FIRST, Some(self.policy_id()?), self.cover());
        let assigned = Command::RecordAssignment {
            round,
            assignment: assignment.clone(),
            post,
            policy: policy.clone(),
            cover,
        };
        self.answered("assignment", assigned);
        self.wait(if way == Way::LateConfirmation { 5_400 } else { 20 });
        let change = Reported::Active { lines: None, window: None };
        let active = Command::RecordAssignmentCover { assignment, policy, change, at: self.at };
        self.by_policy("assignment.active", active);
        Ok(())
    }

    fn policy(&mut self, event: &str, change: Reported) -> Result<(), Error> {
        let (policy, quote, contractor) = (self.policy_id()?, Some(self.quote()?), Some(self.contractor()?));
        self.by_policy(event, Command::RecordPolicy { policy, quote, contractor, change, at: self.at });
        Ok(())
    }
}
