//! What is reported of cover: policies, assignments, certificates.

use super::{Commands, SCHEDULE, moment, person};
use crate::cover::{Line, Lines};
use crate::coverage::certificate::Verdict;
use crate::coverage::command::{Command, Reported, Ruling};
use crate::coverage::state::State;
use crate::coverage::terms::Cover;
use crate::id::{CertificateId, DocumentId, PolicyId, QuoteId};
use alloc::string::String;

/// What becomes of a policy, whether or not it names its quote, and a second policy after it.
pub(in crate::coverage::machine) fn policy(state: &State, to: &mut Commands) {
    let quote = state.coverage().and_then(|coverage| coverage.path.quote()).map(|quote| quote.id.clone());
    let lines = to.lines;
    to.add([
        policy_report("pl_1", quote, in_force(lines), 10),
        policy_report("pl_1", None, in_force(lines), 10),
        policy_report("pl_1", None, Reported::Canceled { effective: moment(20) }, 20),
        policy_report("pl_1", None, in_force([Line::Cyber].into_iter().collect()), 40),
        policy_report("pl_2", None, in_force(lines), 50),
        policy_report("pl_2", None, Reported::Canceled { effective: moment(60) }, 60),
        Command::Expire { at: moment(1_000) },
    ]);
}

fn policy_report(policy: &str, quote: Option<QuoteId>, change: Reported, at: i64) -> Command {
    let (policy, contractor) = (PolicyId::of_model(policy), None);
    Command::RecordPolicy { policy, quote, contractor, change, at: moment(at) }
}

fn in_force(lines: Lines) -> Reported {
    Reported::Active { lines: Some(lines), window: Some(SCHEDULE) }
}

/// What becomes of the cover that an assignment makes.
pub(in crate::coverage::machine) fn assignment(state: &State, to: &mut Commands) {
    let made = state.coverage().into_iter().flat_map(|coverage| &coverage.assignments);
    for assignment in made.map(|made| &made.id) {
        let canceled = Reported::Canceled { effective: moment(20) };
        for (change, at) in
            [(in_force(to.first), 10), (canceled, 20), (Reported::Expired { on: moment(150) }, 150)]
        {
            let assignment = assignment.clone();
            to.add([Command::RecordAssignmentCover { assignment, policy: None, change, at: moment(at) }]);
        }
    }
}

/// What vendor and people think of a contractor's own certificate, beside a policy.
pub(in crate::coverage::machine) fn certificate(_: &State, to: &mut Commands) {
    let certificate = CertificateId::of_model("ci_1");
    let cover = Cover { lines: to.lines, window: SCHEDULE };
    let (by, reason, at) = (person(), String::new(), moment(60));
    to.add([
        policy_report("pl_1", None, in_force(to.lines), 10),
        policy_report("pl_1", None, Reported::Canceled { effective: moment(20) }, 20),
        judged(&certificate, Verdict::Flagged { rules: String::new(), cover: None }, 10),
        judged(&certificate, Verdict::Validated(Some(cover)), 20),
        judged(&certificate, Verdict::Flagged { rules: String::new(), cover: None }, 30),
        judged(&certificate, Verdict::Denied { reason: String::new() }, 40),
        judged(&certificate, Verdict::Validated(None), 50),
        Command::Review {
            certificate: certificate.clone(),
            by: by.clone(),
            decision: Ruling::Approve { cover: Some(cover) },
            reason: reason.clone(),
            at,
        },
        Command::Review { certificate, by, decision: Ruling::Deny, reason, at: moment(70) },
        Command::Expire { at: moment(1_000) },
    ]);
}

/// One line by a policy and the other by a certificate, each of which can end.
pub(in crate::coverage::machine) fn halves(_: &State, to: &mut Commands) {
    let certificate = CertificateId::of_model("ci_1");
    let second = to.lines.iter().last().into_iter().collect();
    let cover = Cover { lines: second, window: SCHEDULE };
    to.add([
        policy_report("pl_1", None, in_force(to.first), 10),
        policy_report("pl_1", None, Reported::Canceled { effective: moment(20) }, 20),
        policy_report("pl_1", None, Reported::Reinstated { from: None }, 30),
        policy_report("pl_1", None, in_force(to.first), 40),
        judged(&certificate, Verdict::Validated(Some(cover)), 20),
        judged(&certificate, Verdict::Denied { reason: String::new() }, 50),
        Command::Expire { at: moment(1_000) },
    ]);
}

/// Documents that are handed in and taken.
pub(in crate::coverage::machine) fn documents(_: &State, to: &mut Commands) {
    let (document, certificate) = (DocumentId::of_model(&"d1".repeat(32)), CertificateId::of_model("ci_1"));
    to.add([
        Command::SubmitCertificate { document: document.clone() },
        Command::RecordCertificateUploaded { document, certificate },
    ]);
}

fn judged(certificate: &CertificateId, verdict: Verdict, at: i64) -> Command {
    Command::RecordVerdict { certificate: certificate.clone(), contractor: None, verdict, at: moment(at) }
}
