//! Plays a scenario: does in both vendors' worlds what its scenes say, and sees where that ends.

use super::scenario::{self, Scenario, Scene, Trouble};
use super::show::Line;
use super::world::World;
use crate::clock;
use covertrail_adapters::sandbox::{FaultPlan, Outage};
use covertrail_domain::coverage::{Badge, Coverage, Stage, State, Work};
use covertrail_domain::id::{InvalidId, WorkOrderId};
use serde_json::{Value, json};
use std::time::Duration;

/// A work order and what is to happen to it.
pub(super) struct Cast {
    pub(super) scenario: &'static Scenario,
    pub(super) id: WorkOrderId,
    worker: String,
    before: WorkOrderId,
    starts_in: i64,
}

/// How a scenario ended.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) work_order: WorkOrderId,
    pub(super) scenario: &'static str,
    pub(super) stage: Option<Stage>,
    pub(super) badge: Badge,
    pub(super) reason: String,
    /// What is not as it should be.
    pub(super) problem: Option<String>,
}

/// How long anything may take; far more than it should, so that a slow machine shows no failure that is none.
const PATIENCE: Duration = Duration::from_mins(2);
const DAY: i64 = 86_400;

impl Cast {
    /// The how many-th work order, of how many.
    pub(super) fn new(number: usize, of: usize) -> Result<Self, InvalidId> {
        let [first, ..] = &scenario::ALL;
        let scenario = scenario::ALL.get(number % scenario::ALL.len()).unwrap_or(first);
        let starts_in = i64::try_from(of / 40).unwrap_or(0).saturating_add(4);
        let follows = scenario.scenes.iter().any(|scene| matches!(scene, Scene::AfterOneBefore));
        let worker = if follows { number.saturating_sub(1) } else { number };
        Ok(Self {
            scenario,
            id: WorkOrderId::parse(&format!("WO-{}", 1001 + number))?,
            worker: format!("wk_{}", 421 + worker),
            before: WorkOrderId::parse(&format!("WO-{}", 1000 + number))?,
            starts_in,
        })
    }
}

/// Plays a scenario to its end.
pub(super) async fn play(world: &World, cast: &Cast, line: &Line) -> Told {
    let starts = clock::now().unix() + cast.starts_in;
    let mut player = Player { world, cast, line, seen: None, starts, ends: starts + DAY };
    let ended = player.play().await;
    let (stage, badge, reason) = player.standing();
    line.finish(ended.is_ok());
    let (work_order, scenario) = (cast.id.clone(), cast.scenario.title);
    Told { work_order, scenario, stage, badge, reason, problem: ended.err() }
}

struct Player<'a> {
    world: &'a World,
    cast: &'a Cast,
    line: &'a Line,
    seen: Option<Stage>,
    starts: i64,
    ends: i64,
}

type Played = Result<(), String>;

impl Player<'_> {
    async fn play(&mut self) -> Played {
        self.all(self.cast.scenario.scenes).await?;
        let (stage, badge) = self.cast.scenario.ends;
        self.until_state(&format!("{stage} and {badge}"), |state| {
            state.stage() == Some(stage) && state.standing(clock::now()).badge == badge
        })
        .await
    }

    async fn all(&mut self, scenes: &[Scene]) -> Played {
        for scene in scenes {
            self.scene(scene).await?;
        }
        Ok(())
    }

    async fn scene(&mut self, scene: &Scene) -> Played {
        match scene {
            Scene::AfterOneBefore => self.after_one_before().await,
            Scene::Assign => self.assign().await,
            Scene::Contractor { apply } => {
                let body = json!({ "work_order_id": self.cast.id.as_str(), "apply": apply });
                self.world.at_policy("contractors/behaviour", body).await.map(drop)
            }
            Scene::StartWork => self.start_work().await,
            Scene::Complete { final_pay } => {
                self.at_workmarket("complete", json!({ "final_pay": final_pay })).await
            }
            Scene::Cancel => self.at_workmarket("cancel", json!({})).await,
            Scene::HandIn { verdict } => self.hand_in(verdict).await,
            Scene::Approve => self.approve().await,
            Scene::Policy(what) => self.policy(what).await,
            Scene::During(trouble, scenes) => self.during(trouble, scenes).await,
            Scene::Pause => {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                Ok(())
            }
            Scene::Until(what, holds) => self.until(what, holds).await,
        }
    }

    async fn after_one_before(&mut self) -> Played {
        let world = self.world;
        let covered = |state: &State| state.stage() == Some(Stage::Active);
        wait("the work order before is covered", || {
            world.engine.look(&self.cast.before, covered) == Some(true)
        })
        .await?;
        // within the dates of the policy that was made for the work order before
        self.starts = clock::now().unix().max(self.starts) + 2;
        self.ends = self.starts + DAY - 3_600;
        Ok(())
    }

    async fn assign(&mut self) -> Played {
        let (id, worker) = (self.cast.id.as_str(), &self.cast.worker);
        let person = json!({ "id": worker, "first_name": "Alex", "last_name": "Nguyen", "email": null, "country": "US", "region": "CA" });
        self.world.at_workmarket("workers", person).await?;
        let order = json!({
            "id": id, "status": "SENT", "title": format!("{id} — Low Voltage Cabling"),
            "description": "Install Cat6 and test drops at client site", "category": "Low Voltage Cabling",
            "client_id": "client-1", "pricing": "flat", "budget_amount": "325.00", "region": "CA", "country": "US",
            "start": self.starts, "end": self.ends,
        });
        self.world.at_workmarket("workorders", order).await?;
        self.at_workmarket("assign", json!({ "worker_id": worker })).await?;
        self.until("assigned", |_| true).await
    }

    async fn start_work(&mut self) -> Played {
        let starts = self.starts;
        wait("the scheduled start", || clock::now().unix() >= starts).await?;
        self.at_workmarket("start", json!({})).await?;
        self.until("in progress", |coverage| matches!(coverage.work, Work::Started { .. })).await
    }

    async fn hand_in(&mut self, verdict: &str) -> Played {
        let pdf = format!("%PDF-1.7\n% certificate of insurance for {}\n%%EOF\n", self.cast.id);
        self.world.hand_in(self.cast.id.as_str(), pdf.into_bytes()).await?;
        self.until("uploaded", |coverage| !coverage.certificates.is_empty()).await?;
        let certificate = self.certificate()?;
        let (start, end) = (self.starts - 30 * DAY, self.starts + 300 * DAY);
        let body = json!({
            "verdict": verdict, "coverage_type": ["general"], "effective_date": start, "expiration_date": end,
            "failed_rules": ["the holder's address is not ours"],
        });
        self.world.at_policy(&format!("certificates/{certificate}/verdict"), body).await.map(drop)
    }

    async fn approve(&self) -> Played {
        let body = json!({
            "certificate": self.certificate()?, "decision": "approve",
            "reason": "the address is that of the holder's parent",
        });
        self.world.as_reviewer(&format!("{}/review", self.cast.id), body).await.map(drop)
    }

    async fn policy(&self, what: &str) -> Played {
        // a policy that covered nothing is nothing to see the end of
        let begun = self.starts + 2;
        wait("some cover", || clock::now().unix() >= begun).await?;
        let policy = self.of(scenario::policy).ok_or("no policy is known")?;
        self.world.at_policy(&format!("policies/{policy}/{what}"), json!({})).await.map(drop)
    }

    async fn during(&mut self, trouble: &Trouble, scenes: &[Scene]) -> Played {
        let (policy, faults) = (&self.world.policy, &self.world.faults);
        match trouble {
            Trouble::Slow => {
                policy.set_faults(FaultPlan { delay: 1.0, delay_ms: [200, 400], ..faults.clone() });
            }
            Trouble::Down => policy.set_outage(Outage::on()),
        }
        let played = Box::pin(self.all(scenes)).await;
        match trouble {
            Trouble::Slow => policy.set_faults(faults.clone()),
            Trouble::Down => policy.set_outage(Outage::off()),
        }
        played
    }

    async fn at_workmarket(&self, what: &str, body: Value) -> Played {
        self.world.at_workmarket(&format!("workorders/{}/{what}", self.cast.id), body).await.map(drop)
    }

    fn certificate(&self) -> Result<String, String> {
        let first = self.of(|coverage| coverage.certificates.first().map(|known| known.id.to_string()));
        first.ok_or_else(|| "no certificate is known".to_owned())
    }

    fn of<T>(&self, of: impl FnOnce(&Coverage) -> Option<T>) -> Option<T> {
        self.world.engine.look(&self.cast.id, |state| state.coverage().and_then(of)).flatten()
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Coverage) -> bool) -> Played {
        self.until_state(what, |state| state.coverage().is_some_and(&holds)).await
    }

    async fn until_state(&mut self, what: &str, holds: impl Fn(&State) -> bool) -> Played {
        let (world, line, id) = (self.world, self.line, &self.cast.id);
        let seen = &mut self.seen;
        let waited = wait(what, || {
            let looked = world.engine.look(id, |state| (state.stage(), holds(state)));
            let (stage, holds) = looked.unwrap_or((None, false));
            if stage != *seen {
                line.tell(*seen, stage);
                *seen = stage;
            }
            holds
        })
        .await;
        waited.map_err(|problem| format!("{problem}; it is {}", self.told()))
    }

    fn told(&self) -> String {
        let (stage, badge, reason) = self.standing();
        format!("{} and {badge}: {reason}", stage.map_or("unheard", Stage::as_str))
    }

    fn standing(&self) -> (Option<Stage>, Badge, String) {
        let now = clock::now();
        let known = self.world.engine.look(&self.cast.id, |state| {
            let standing = state.standing(now);
            (state.stage(), standing.badge, standing.reason)
        });
        known.unwrap_or((None, Badge::Unknown, "nothing was heard of it".into()))
    }
}

async fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Played {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.map_err(|_| format!("it never came to be: {what}"))
}
