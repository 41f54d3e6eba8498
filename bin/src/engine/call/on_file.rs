//! What the vendor's own list of a contractor's policies says of a call.

use super::{Answer, CallError};
use crate::clock;
use crate::engine::Engine;
use covertrail_adapters::policy::{PolicyOnFile, PolicyStatus};
use covertrail_domain::coverage::{Command, Cover, Reported, Round};
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::Window;

impl Engine {
    /// Which policy it is that the vendor has on file, and what it covers: its own list says so.
    pub(super) async fn policy_on_file(
        &self,
        round: Round,
        contractor: &ContractorId,
        wanted: Cover,
    ) -> Answer {
        let policies = self.policy.policies_of(contractor).await?;
        let matching = policies.iter().find(|policy| on_file(policy, wanted));
        let mut commands =
            vec![Command::RecordPolicyOnFile { round, policy: matching.map(|found| found.id.clone()) }];
        commands.extend(matching.map(|found| Command::RecordPolicy {
            policy: found.id.clone(),
            quote: found.quote.clone(),
            contractor: Some(contractor.clone()),
            change: Reported::Active { lines: found.lines, window: found.window },
            at: clock::now(),
        }));
        Ok(commands)
    }

    /// What of the work the contractor's policy covers: one who applied late has none from the beginning, and the
    /// vendor makes no assignment beyond its policy. Where it names none, the whole work is asked for.
    pub(super) async fn assignable(
        &self,
        contractor: &ContractorId,
        wanted: Cover,
    ) -> Result<Window, CallError> {
        let policies = self.policy.policies_of(contractor).await?;
        let covered =
            policies.iter().filter(|policy| on_file(policy, wanted)).filter_map(|policy| policy.window);
        let longest = covered
            .filter_map(|window| window.intersection(wanted.window))
            .max_by_key(|window| window.seconds());
        Ok(longest.unwrap_or(wanted.window))
    }
}

/// Whether a policy in force covers the lines for some of the time.
fn on_file(policy: &PolicyOnFile, wanted: Cover) -> bool {
    policy.status == PolicyStatus::Active
        && policy.lines.is_some_and(|lines| lines.includes(wanted.lines))
        && policy.window.is_some_and(|window| window.intersection(wanted.window).is_some())
}
