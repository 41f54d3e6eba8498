//! The scenarios: what happens to a work order in the world, scene by scene, and where that must end.

use Scene::{
    AfterOneBefore, Approve, Assign, Cancel, Complete, Contractor, During, HandIn, Pause, Policy, StartWork,
    Until,
};
use covertrail_domain::coverage::{Badge, Coverage, Evidence, Path, Settlement, Stage, Work};

/// What happens to a work order.
pub(super) struct Scenario {
    pub(super) title: &'static str,
    pub(super) scenes: &'static [Scene],
    /// Where it must end.
    pub(super) ends: (Stage, Badge),
}

/// One thing that happens, or that is waited for.
pub(super) enum Scene {
    /// The worker is the one who does the work order before, and that one is covered by now.
    AfterOneBefore,
    /// Assigned in `WorkMarket`.
    Assign,
    /// What the contractor does about applications from now on.
    Contractor { apply: &'static str },
    /// Work begins, not before it is scheduled.
    StartWork,
    /// Work is done, for so many dollars.
    Complete { final_pay: &'static str },
    /// Canceled in `WorkMarket`.
    Cancel,
    /// The contractor's own certificate is handed in, and the vendor judges it so.
    HandIn { verdict: &'static str },
    /// The reviewer approves it.
    Approve,
    /// The vendor ends the policy in force, or takes that back.
    Policy(&'static str),
    /// The vendor is in trouble while these are played.
    During(Trouble, &'static [Scene]),
    /// A moment in which the trouble is felt.
    Pause,
    /// Nothing goes on before this holds.
    Until(&'static str, fn(&Coverage) -> bool),
}

/// What ails 1099Policy.
pub(super) enum Trouble {
    /// It answers so late that its webhooks overtake its answers.
    Slow,
    /// It does not answer.
    Down,
}

/// In the order in which they are played.
pub(super) const ALL: [Scenario; 12] = [
    Scenario {
        title: "straight through",
        scenes: &[Assign, APPLIED, StartWork, INSURED],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "already covered",
        scenes: &[AfterOneBefore, Assign, APPLIED, StartWork, CONFIRMED],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "never applies",
        scenes: &[NEVER_APPLIES, Assign, StartWork],
        ends: (Stage::Quoted, Badge::UninsuredWorking),
    },
    Scenario {
        title: "policy expires",
        scenes: &[Assign, APPLIED, StartWork, INSURED, NEVER_APPLIES, Policy("expire")],
        ends: (Stage::Expired, Badge::UninsuredWorking),
    },
    Scenario {
        title: "canceled, reinstated",
        scenes: &[
            Assign,
            APPLIED,
            StartWork,
            INSURED,
            NEVER_APPLIES,
            Policy("cancel"),
            EXPIRED,
            Policy("reactivate"),
        ],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "certificate validated",
        scenes: &[NEVER_APPLIES, Assign, HandIn { verdict: "validated" }, ACTIVE, StartWork],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "flagged, approved",
        scenes: &[NEVER_APPLIES, Assign, HandIn { verdict: "flagged" }, FLAGGED, Approve, StartWork],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "flagged, waits",
        scenes: &[NEVER_APPLIES, Assign, HandIn { verdict: "flagged" }, StartWork],
        ends: (Stage::Flagged, Badge::UninsuredWorking),
    },
    Scenario {
        title: "work order canceled",
        scenes: &[NEVER_APPLIES, Assign, QUOTED, Cancel],
        ends: (Stage::Canceled, Badge::Done),
    },
    Scenario {
        title: "final pay differs",
        scenes: &[Assign, APPLIED, StartWork, INSURED, Complete { final_pay: "410.00" }, INVOICED],
        ends: (Stage::Completed, Badge::Done),
    },
    Scenario {
        title: "webhook before answer",
        scenes: &[During(Trouble::Slow, &[Assign, APPLIED, StartWork, INSURED])],
        ends: (Stage::Active, Badge::Insured),
    },
    Scenario {
        title: "API down for a while",
        scenes: &[During(Trouble::Down, &[Assign, Pause]), APPLIED, StartWork, INSURED],
        ends: (Stage::Active, Badge::Insured),
    },
];

const NEVER_APPLIES: Scene = Contractor { apply: "never" };
const QUOTED: Scene = Until("quoted", |coverage| coverage.stage() == Stage::Quoted);
const APPLIED: Scene = Until("applied", |coverage| matches!(coverage.path, Path::Applied { .. }));
const ACTIVE: Scene = Until("covered", |coverage| coverage.stage() == Stage::Active);
const CONFIRMED: Scene = Until("active by its assignment", confirmed);
const INSURED: Scene = Until("active by its assignment and a policy", |coverage| {
    coverage.stage() == Stage::Active && confirmed(coverage) && policy(coverage).is_some()
});
const EXPIRED: Scene = Until("expired", |coverage| coverage.stage() == Stage::Expired);
const FLAGGED: Scene = Until("flagged", |coverage| coverage.stage() == Stage::Flagged);
const INVOICED: Scene = Until("invoiced", |coverage| {
    matches!(coverage.work, Work::Completed { pay: Settlement::Invoiced { .. }, .. })
});

/// Whether 1099Policy has confirmed the assignment.
fn confirmed(coverage: &Coverage) -> bool {
    coverage.grants.iter().any(|grant| matches!(grant.evidence, Evidence::Assignment(_)))
}

/// The policy that cover rests on.
pub(super) fn policy(coverage: &Coverage) -> Option<String> {
    coverage.grants.iter().find_map(|grant| match &grant.evidence {
        Evidence::Policy(id) => Some(id.to_string()),
        Evidence::Assignment(_) | Evidence::Certificate(_) => None,
    })
}
