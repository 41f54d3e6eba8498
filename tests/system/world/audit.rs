//! What must hold in every world, whatever happened in it.

use super::{Log, PATIENCE, Told, World};
use covertrail::clock;
use covertrail_domain::coverage::{Badge, Stage, State};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Each kind of object at the vendor, the event that records it, and where that event has its id.
const KINDS: [(&str, &str, &str); 6] = [
    ("jobs", "job_created", "/job"),
    ("quotes", "quoted", "/quote/id"),
    ("sessions", "application_opened", "/session"),
    ("assignments", "coverage_assigned", "/assignment"),
    ("certificates", "certificate_uploaded", "/certificate"),
    ("invoices", "invoice_recorded", "/invoice"),
];

impl World {
    /// Waits until every webhook has arrived and nothing is due, and checks that all is as it must be.
    pub(crate) async fn settles(&self) {
        let mut problems = Vec::new();
        let settling = async {
            loop {
                problems = self.audit().await;
                if problems.is_empty() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, settling).await.is_err() {
            let log = self.log.lock().await;
            panic!("it did not settle:\n{}\n{}", problems.join("\n"), log.account());
        }
    }

    /// What is not as it must be.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let policy = self.ask(&self.policy, "state").await;
        let workmarket = self.ask(&self.workmarket, "state").await;
        let mut log = self.log.lock().await;
        log.catch_up().await;
        let mut problems = twice_at_the_vendor(&policy, &log);
        for vendor in [&policy, &workmarket] {
            problems.extend(not_kept(vendor, &log));
        }
        for (id, told) in &log.orders {
            problems.extend(not_legal(id, told));
            if let Some(due) = told.state.next_action() {
                problems.push(format!("{id}: {} is due", due.step()));
            }
        }
        problems
    }
}

/// Objects at 1099Policy that nobody asked for, or asked for twice.
fn twice_at_the_vendor(policy: &Value, log: &Log) -> Vec<String> {
    let mut problems = Vec::new();
    let mut workers = BTreeSet::new();
    for contractor in objects(policy, "contractors") {
        let worker = &contractor["custom_metadata"]["workmarket_worker_id"];
        if !workers.insert(worker.to_string()) {
            problems.push(format!("worker {worker} has a second contractor"));
        }
    }
    // by the ids of what was made: in the reference's form hardly anything names its work order itself
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, told) in &log.orders {
        owners.extend(
            told.all("contractor_created").into_iter().map(|data| (text(&data["contractor"]), &**id)),
        );
    }
    for (kind, name, place) in KINDS {
        let mut made: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for object in objects(policy, kind).filter(|object| !declined(object)) {
            let named = ["job", "quote", "contractor"].map(|owner| owners.get(text(&object[owner])).copied());
            let owner = work_order(object).or(named.into_iter().flatten().next()).unwrap_or_default();
            owners.insert(text(&object["id"]), owner);
            made.entry(owner).or_default().insert(text(&object["id"]));
        }
        for (id, told) in &log.orders {
            let recorded: Vec<&str> =
                told.all(name).into_iter().map(|data| text(data.pointer(place).unwrap())).collect();
            let made = made.remove(id.as_str()).unwrap_or_default();
            problems.extend(mismatch(id, told, kind, &recorded, &made));
        }
        problems
            .extend(made.keys().map(|id| format!("{kind} were made for {id}, of which nothing is known")));
    }
    problems
}

/// What was made must be what was recorded, each once. Nothing is recorded of an answer that came after the work
/// was called off or given to somebody else, nor of a session whose completion came before its answer; of those
/// there is one for each quote at most.
fn mismatch(id: &str, told: &Told, kind: &str, recorded: &[&str], made: &BTreeSet<&str>) -> Option<String> {
    let distinct: BTreeSet<&str> = recorded.iter().copied().collect();
    let ever = |name: &str| told.named(name).next().is_some();
    let called_off = told.stage() == Some(Stage::Canceled) || ever("reassigned");
    let may_be_late = match kind {
        "sessions" => told.named("quoted").count().saturating_sub(distinct.len()),
        // a lost answer is not asked for again once a certificate, or a policy in force again, makes it needless
        "jobs" => usize::from(called_off || ever("certificate_uploaded")),
        // nor once its dates have passed
        "quotes" => {
            let needless = called_off || ever("certificate_uploaded") || ever("coverage_reinstated");
            told.named("cover_delayed").count() + usize::from(needless)
        }
        _ => usize::from(called_off),
    };
    let late = made.difference(&distinct).count();
    let right = recorded.len() == distinct.len() && distinct.is_subset(made) && late <= may_be_late;
    (!right).then(|| format!("{id}: {kind} made {made:?}, recorded {recorded:?}"))
}

/// Webhooks that were taken with a 2xx and are not in the log or not dealt with, and those that are on their way.
fn not_kept(vendor: &Value, log: &Log) -> Vec<String> {
    let problem = |webhook: &Value| {
        let (id, kind) = (text(&webhook["id"]), text(&webhook["type"]));
        if webhook["standing"] == "lost" {
            return None;
        }
        if webhook["delivered"].as_u64() == Some(0) {
            return Some(format!("webhook {id} {kind} is {}", webhook["standing"]));
        }
        match log.delivery(id) {
            None => Some(format!("webhook {id} {kind} was taken and is not in the log")),
            Some(kept) if kept.handled().is_none() => {
                Some(format!("webhook {id} {kind} is not dealt with; it waits for {:?}", kept.waited()))
            }
            Some(_) => None,
        }
    };
    objects(vendor, "webhooks").filter_map(problem).collect()
}

/// A history that the rules could not have made.
fn not_legal(id: &str, told: &Told) -> Vec<String> {
    let mut problems = Vec::new();
    let (mut ids, mut state, mut bound) = (BTreeSet::new(), State::default(), false);
    for happened in &told.events {
        if !ids.insert(&happened.id) {
            problems.push(format!("{id}: two events have the id {}", happened.id));
        }
        let next = state.clone().evolve(&happened.event);
        if next == state {
            problems.push(format!("{id}: {} changes nothing", happened.kind));
        }
        state = next;
        bound |= happened.event.binds_cover();
        let badge = state.standing(clock::now()).badge;
        let insured = matches!(badge, Badge::Insured | Badge::Expiring | Badge::ExpiresBeforeWorkEnds);
        if !bound && (insured || state.stage() == Some(Stage::Active)) {
            problems.push(format!("{id}: insured without a binding fact after {}", happened.kind));
        }
        let envelope = &happened.metadata;
        let named = ["actor", "$causationId", "occurred_at", "recorded_at", "source"];
        let caused = named.iter().all(|field| envelope[field].as_str().is_some_and(|text| !text.is_empty()));
        if !caused || envelope["$correlationId"] != format!("coverage-{id}") {
            problems.push(format!("{id}: the envelope of {} is {envelope}", happened.kind));
        }
    }
    problems
}

pub(crate) fn objects<'a>(state: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    state[kind].as_array().unwrap().iter()
}

/// The work order that an object says it was made for.
fn work_order(object: &Value) -> Option<&str> {
    object["custom_metadata"]["work_order_id"].as_str()
}

/// Whether the vendor made it only to say no.
fn declined(object: &Value) -> bool {
    object["eligible"] == false || object["eligible"]["result"] == false
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
