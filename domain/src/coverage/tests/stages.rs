//! The stage, where more than one thing bears on it.

use crate::coverage::{Command, Event, Evidence, Reported, Round, Stage, Step};
use crate::testkit::samples::{
    assignment, assignment_made, cover, hour, in_force, policy, policy_report, quote_id,
};
use crate::testkit::{Scenario, story};

#[test]
fn the_guides_way_passes_through_every_stage_up_to_active() {
    let way = [
        (story::assigned(), Stage::Assigned, Some(Step::Contractor)),
        (story::enrolled(), Stage::Assigned, Some(Step::Job)),
        (story::scoped(), Stage::Assigned, Some(Step::Quote)),
        (story::quoted(), Stage::Quoted, Some(Step::Application)),
        (story::applying(), Stage::Quoted, None),
        (story::applied(), Stage::Applied, None),
        (story::started(), Stage::Applied, Some(Step::Assignment)),
        (story::bound(), Stage::AssignedCoverage, None),
        (story::insured(), Stage::Active, None),
    ];
    for (told, stage, step) in way {
        Scenario::given(told).stage(stage).next_step(step);
    }
}

#[test]
fn a_policy_in_force_before_the_vendor_knows_of_the_work_does_not_make_it_active() {
    Scenario::given(story::scoped())
        .having(policy_report(in_force(cover()), hour(-60)))
        .stage(Stage::Assigned)
        .next_step(Step::Quote)
        .having(Command::RecordPolicyOnFile { round: Round::FIRST, policy: Some(policy()) })
        .stage(Stage::Applied)
        .having(Command::StartWork { at: hour(0) })
        .stage(Stage::Applied)
        .having(assignment_made(Round::FIRST, assignment(), cover()))
        .stage(Stage::Active);
}

#[test]
fn a_policy_reinstated_in_a_new_round_waits_for_that_rounds_assignment() {
    Scenario::given(story::applied())
        .having(policy_report(in_force(cover()), hour(-60)))
        .stage(Stage::Applied)
        .having(policy_report(Reported::Canceled { effective: hour(-50) }, hour(-50)))
        .stage(Stage::Expired)
        .next_step(Step::Quote)
        .having(policy_report(Reported::Reinstated { from: None }, hour(-40)))
        .stage(Stage::Assigned)
        .next_step(Step::Quote);
}

#[test]
fn a_policy_from_our_quote_completes_the_application() {
    let from_quote = Command::RecordPolicy {
        policy: policy(),
        quote: Some(quote_id()),
        contractor: None,
        change: in_force(cover()),
        at: hour(-1),
    };
    let activated = Event::CoverageActivated {
        evidence: Evidence::Policy(policy()),
        policy: None,
        cover: cover(),
        at: hour(-1),
    };
    Scenario::given(story::applying())
        .when(from_quote)
        .then([Event::ApplicationCompleted {}, activated])
        .stage(Stage::Applied);
}
