//! What depends on the order of things that happen by themselves, without a timer: on the bare state.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::assignments::{self, Assignment};
use super::contractors::Contractor;
use super::crud::create;
use super::forms::{add_guide_form, in_reference_form, merge};
use super::jobs::Job;
use super::object::Terms;
use super::quotes::Quote;
use super::sessions::Session;
use super::upload::{File, Upload};
use super::world::PolicyWorld;
use super::{CertificateReview, PolicySettings, Verdict, certificates, policies};
use crate::sandbox::answer::Outcome;
use crate::sandbox::desk::{Effect, World};

const NOW: i64 = 1_761_990_000;

fn id(shelf: &Value) -> String {
    shelf[0]["id"].as_str().unwrap().to_owned()
}

fn done(outcome: Outcome) {
    assert!(outcome.is_ok(), "{:?}", outcome.err());
}

/// A contractor with a policy, and an assignment that has not yet taken effect.
fn assigned() -> (PolicyWorld, String) {
    let mut world = PolicyWorld::new(PolicySettings::new(Arc::new(|| NOW)), String::new());
    let contact = json!({"first_name": "Alex", "last_name": "Nguyen", "email": "alex@x.org"});
    done(create::<Contractor>(&mut world, NOW, &json!({"contact": contact})));
    let job = json!({
        "name": "Cabling", "description": "Cat6", "entity": "en_abc123", "category_code": "jc_MTqpkbkp6G",
        "wage": 32500, "wage_type": "flatfee",
    });
    done(create::<Job>(&mut world, NOW, &job));
    let asked = json!({
        "contractor": id(&world.contractors.to_json()), "job": id(&world.jobs.to_json()),
        "coverage_type": ["general"], "effective_date": NOW + 10, "end_date": NOW + 20,
    });
    done(create::<Quote>(&mut world, NOW, &asked));
    let quote = id(&world.quotes.to_json());
    done(create::<Session>(&mut world, NOW, &json!({"quote": quote})));
    let session = id(&world.sessions.to_json());
    done(world.complete(&session, NOW));
    done(create::<Assignment>(&mut world, NOW, &asked));
    world.take_effects();
    let assignment = id(&world.assignments.to_json());
    (world, assignment)
}

fn told(world: &mut PolicyWorld) -> Vec<String> {
    let effects = world.take_effects().into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Tell(message) => Some(message.kind),
            Effect::TellTo(..) | Effect::Later(..) => None,
        })
        .collect()
}

#[test]
fn an_assignment_takes_effect_under_a_policy_in_force() {
    let (mut world, assignment) = assigned();
    world.activate(&assignment, NOW);
    assert_eq!(world.assignments.to_json()[0]["status"], "active");
    assert_eq!(told(&mut world), ["assignment.active", "policy.active"]);
}

#[test]
fn an_assignment_whose_policy_was_cancelled_meanwhile_takes_no_effect() {
    let (mut world, assignment) = assigned();
    let policy = id(&world.policies.to_json());
    done(policies::cancel(&mut world, NOW, &policy, &json!({})));
    world.activate(&assignment, NOW);
    assert_eq!(world.assignments.to_json()[0]["status"], "pending");
    assert_eq!(told(&mut world), ["policy.canceled"]);
}

#[test]
fn an_assignment_cancelled_meanwhile_does_not_revive() {
    let (mut world, assignment) = assigned();
    let job = id(&world.jobs.to_json());
    done(assignments::cancel(&mut world, NOW, &json!({"job_id": job})));
    world.activate(&assignment, NOW);
    assert_eq!(world.assignments.to_json()[0]["status"], "cancelled");
    assert_eq!(told(&mut world), ["assignment.cancelled"]);
}

#[test]
fn a_review_by_itself_is_pending_then_processing_then_over_unless_someone_was_quicker() {
    let mut settings = PolicySettings::new(Arc::new(|| NOW));
    let after = Duration::from_secs(10);
    settings.certificate_review = CertificateReview { verdict: Some(Verdict::Validated), after };
    let mut world = PolicyWorld::new(settings, String::new());
    let body = json!({"first_name": "Alex", "last_name": "Nguyen", "email": "alex@x.org"});
    done(create::<Contractor>(&mut world, NOW, &body));
    let contractor = Some(id(&world.contractors.to_json()));
    let pdf = || File { name: "a.pdf".into(), media_type: "application/pdf".into(), size: 9, is_pdf: true };
    for _ in 0..2 {
        let upload = Upload { file: Some(pdf()), contractor: contractor.clone(), ..Upload::default() };
        done(certificates::create(&mut world, NOW, upload));
    }
    let standing = |world: &PolicyWorld, place: usize| world.certificates.to_json()[place]["status"].clone();
    let ids: Vec<_> =
        [0, 1].map(|place| world.certificates.to_json()[place]["id"].as_str().unwrap().to_owned()).into();
    assert_eq!(standing(&world, 0), "pending");
    world.begin_review(&ids[0]);
    assert_eq!(standing(&world, 0), "processing");
    world.review_automatically(&ids[0], NOW);
    assert_eq!(standing(&world, 0), "validated");
    done(certificates::decide(&mut world, NOW, &ids[1], &json!({"verdict": "flagged"})));
    world.begin_review(&ids[1]);
    world.review_automatically(&ids[1], NOW);
    assert_eq!(standing(&world, 1), "flagged");
    let waits = world
        .take_effects()
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Later(wait, _) if *wait == after / 2));
    assert_eq!(waits.count(), 3, "two to begin with, and one to end");
}

fn guide_body() -> impl Strategy<Value = Map<String, Value>> {
    let field = prop_oneof![Just("first_name"), Just("last_name"), Just("email"), Just("phone")];
    let contact = proptest::collection::hash_map(field, "[a-z]{1,5}", 1..4);
    (contact, "[A-Z]{2}").prop_map(|(contact, region)| {
        let body = json!({"contact": contact, "address": {"region": region}});
        body.as_object().unwrap().clone()
    })
}

proptest! {
    #[test]
    fn a_body_is_found_again_in_its_form_beside_the_reference(body in guide_body()) {
        let mut kept = in_reference_form(&body, Contractor::PLACES);
        prop_assert_eq!(in_reference_form(&kept, Contractor::PLACES), kept.clone());
        prop_assert!(kept.get("contact").is_none());
        add_guide_form(&mut kept, Contractor::PLACES);
        for (field, value) in &body {
            prop_assert_eq!(kept.get(field), Some(value));
        }
    }

    #[test]
    fn the_same_change_twice_is_one_change(body in guide_body(), change in guide_body()) {
        let mut once = body.clone();
        merge(&mut once, change.clone());
        let mut twice = once.clone();
        merge(&mut twice, change);
        prop_assert_eq!(&twice, &once);
        merge(&mut twice, Map::new());
        prop_assert_eq!(twice, once);
    }
}
