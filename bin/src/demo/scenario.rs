//! The scenarios: what happens to a work order in the world, and where that must end.

use super::show::Line;
use super::world::World;
use crate::clock;
use covertrail_domain::coverage::{Badge, Coverage, Evidence, Path, Settlement, Stage, State, Work};
use covertrail_domain::id::WorkOrderId;
use serde_json::{Value, json};
use std::time::Duration;

/// What happens to a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    StraightThrough,
    AlreadyCovered,
    NeverApplies,
    PolicyExpires,
    CanceledAndReinstated,
    CertificateValidated,
    CertificateReviewed,
    CertificateWaits,
    WorkOrderCanceled,
    FinalPayDiffers,
    WebhookBeforeAnswer,
    ApiDown,
}

impl Scenario {
    pub(super) const ALL: [Self; 12] = [
        Self::StraightThrough,
        Self::AlreadyCovered,
        Self::NeverApplies,
        Self::PolicyExpires,
        Self::CanceledAndReinstated,
        Self::CertificateValidated,
        Self::CertificateReviewed,
        Self::CertificateWaits,
        Self::WorkOrderCanceled,
        Self::FinalPayDiffers,
        Self::WebhookBeforeAnswer,
        Self::ApiDown,
    ];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::StraightThrough => "straight through",
            Self::AlreadyCovered => "already covered",
            Self::NeverApplies => "never applies",
            Self::PolicyExpires => "policy expires",
            Self::CanceledAndReinstated => "canceled, reinstated",
            Self::CertificateValidated => "certificate validated",
            Self::CertificateReviewed => "flagged, approved",
            Self::CertificateWaits => "flagged, waits",
            Self::WorkOrderCanceled => "work order canceled",
            Self::FinalPayDiffers => "final pay differs",
            Self::WebhookBeforeAnswer => "webhook before answer",
            Self::ApiDown => "API down for a while",
        }
    }

    /// Where it must end.
    const fn expected(self) -> (Stage, Badge) {
        match self {
            Self::StraightThrough
            | Self::AlreadyCovered
            | Self::CanceledAndReinstated
            | Self::CertificateValidated
            | Self::CertificateReviewed
            | Self::WebhookBeforeAnswer
            | Self::ApiDown => (Stage::Active, Badge::Insured),
            Self::NeverApplies => (Stage::Quoted, Badge::UninsuredWorking),
            Self::PolicyExpires => (Stage::Expired, Badge::UninsuredWorking),
            Self::CertificateWaits => (Stage::Flagged, Badge::UninsuredWorking),
            Self::WorkOrderCanceled => (Stage::Canceled, Badge::Done),
            Self::FinalPayDiffers => (Stage::Completed, Badge::Done),
        }
    }
}

/// A work order and what is to happen to it.
pub(super) struct Cast {
    pub(super) scenario: Scenario,
    pub(super) id: String,
    worker: String,
    before: String,
    starts_in: i64,
}

/// How a scenario ended.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) work_order: String,
    pub(super) scenario: &'static str,
    pub(super) stage: Option<Stage>,
    pub(super) badge: Badge,
    pub(super) reason: String,
    /// What is not as it should be.
    pub(super) problem: Option<String>,
}

impl Cast {
    pub(super) fn new(number: usize, of: usize) -> Self {
        let count = Scenario::ALL.len();
        let scenario = Scenario::ALL.get(number % count).copied().unwrap_or(Scenario::StraightThrough);
        let starts_in = i64::try_from(of / 40).unwrap_or(0).saturating_add(4);
        // one who is covered already is the one who did the work order before
        let worker = if scenario == Scenario::AlreadyCovered { number.saturating_sub(1) } else { number };
        Self {
            scenario,
            id: format!("WO-{}", 1001 + number),
            worker: format!("wk_{}", 421 + worker),
            before: format!("WO-{}", 1000 + number),
            starts_in,
        }
    }
}

/// Plays a scenario to its end.
pub(super) async fn play(world: &World, cast: &Cast, line: &Line) -> Told {
    let mut actor = Player { world, cast, line, seen: None, starts: clock::now().unix() + cast.starts_in };
    let ended = actor.play().await;
    let (stage, badge, reason) = actor.standing();
    line.finish(ended.is_ok());
    let (work_order, scenario) = (cast.id.clone(), cast.scenario.title());
    Told { work_order, scenario, stage, badge, reason, problem: ended.err() }
}

struct Player<'a> {
    world: &'a World,
    cast: &'a Cast,
    line: &'a Line,
    seen: Option<Stage>,
    starts: i64,
}

type Played = Result<(), String>;

/// How long anything may take; far more than it should, so that a slow machine shows no failure that is none.
const PATIENCE: Duration = Duration::from_mins(2);
const DAY: i64 = 86_400;

impl Player<'_> {
    async fn play(&mut self) -> Played {
        match self.cast.scenario {
            Scenario::StraightThrough => {
                self.assign().await?;
                self.begin_work_insured().await?;
            }
            Scenario::AlreadyCovered => self.already_covered().await?,
            Scenario::NeverApplies => {
                self.contractor("never").await?;
                self.assign().await?;
                self.start_work().await?;
            }
            Scenario::PolicyExpires => {
                self.assign().await?;
                self.begin_work_insured().await?;
                self.contractor("never").await?;
                self.policy("expire").await?;
            }
            Scenario::CanceledAndReinstated => {
                self.assign().await?;
                self.begin_work_insured().await?;
                self.contractor("never").await?;
                self.policy("cancel").await?;
                self.until("expired", |coverage| coverage.stage() == Stage::Expired).await?;
                self.policy("reactivate").await?;
            }
            Scenario::CertificateValidated => {
                self.certificate("validated").await?;
                self.until("covered", |coverage| coverage.stage() == Stage::Active).await?;
                self.start_work().await?;
            }
            Scenario::CertificateReviewed => {
                self.certificate("flagged").await?;
                self.until("flagged", |coverage| coverage.stage() == Stage::Flagged).await?;
                self.approve().await?;
                self.start_work().await?;
            }
            Scenario::CertificateWaits => {
                self.certificate("flagged").await?;
                self.start_work().await?;
            }
            Scenario::WorkOrderCanceled => {
                self.contractor("never").await?;
                self.assign().await?;
                self.until("quoted", |coverage| coverage.stage() == Stage::Quoted).await?;
                self.at_workmarket("cancel", json!({})).await?;
            }
            Scenario::FinalPayDiffers => {
                self.assign().await?;
                self.begin_work_insured().await?;
                self.at_workmarket("complete", json!({ "final_pay": "410.00" })).await?;
                self.until("invoiced", invoiced).await?;
            }
            Scenario::WebhookBeforeAnswer => self.webhook_before_answer().await?,
            Scenario::ApiDown => self.api_down().await?,
        }
        let (stage, badge) = self.cast.scenario.expected();
        let standing = |state: &State| state.standing(clock::now()).badge;
        self.until_state(&format!("{stage} and {badge}"), |state| {
            state.stage() == Some(stage) && standing(state) == badge
        })
        .await
    }

    async fn assign(&mut self) -> Played {
        self.assign_until(self.starts + DAY).await
    }

    async fn assign_until(&mut self, ends: i64) -> Played {
        let (id, worker) = (&self.cast.id, &self.cast.worker);
        let person = json!({ "id": worker, "first_name": "Alex", "last_name": "Nguyen", "email": null, "country": "US", "region": "CA" });
        self.world.at_workmarket("workers", person).await?;
        let order = json!({
            "id": id, "status": "SENT", "title": format!("{id} — Low Voltage Cabling"),
            "description": "Install Cat6 and test drops at client site", "category": "Low Voltage Cabling",
            "client_id": "client-1", "pricing": "flat", "budget_amount": "325.00", "region": "CA", "country": "US",
            "start": self.starts, "end": ends,
        });
        self.world.at_workmarket("workorders", order).await?;
        self.at_workmarket("assign", json!({ "worker_id": worker })).await?;
        self.until("assigned", |_| true).await
    }

    /// The contractor applies, work begins, and the assignment is confirmed.
    async fn begin_work_insured(&mut self) -> Played {
        self.until("applied", |coverage| matches!(coverage.path, Path::Applied { .. })).await?;
        self.start_work().await?;
        self.until("active by its assignment", |coverage| {
            coverage.stage() == Stage::Active && confirmed(coverage) && policy(coverage).is_some()
        })
        .await
    }

    async fn start_work(&mut self) -> Played {
        let starts = self.starts;
        self.until_true("the scheduled start", || clock::now().unix() >= starts).await?;
        self.at_workmarket("start", json!({})).await?;
        self.until("in progress", |coverage| matches!(coverage.work, Work::Started { .. })).await
    }

    async fn already_covered(&mut self) -> Played {
        let before = WorkOrderId::parse(&self.cast.before).map_err(|error| error.to_string())?;
        let world = self.world;
        let covered = |state: &State| state.stage() == Some(Stage::Active);
        self.until_true("the work order before is covered", || {
            world.engine.look(&before, covered) == Some(true)
        })
        .await?;
        // within the dates of the policy that was made for the work order before
        self.starts = clock::now().unix().max(self.starts) + 2;
        let ends = self.starts + DAY - 3_600;
        self.assign_until(ends).await?;
        self.until("covered by the policy on file", |coverage| matches!(coverage.path, Path::Applied { .. }))
            .await?;
        self.start_work().await?;
        self.until("active by its assignment", confirmed).await
    }

    /// Hands in the contractor's own certificate; the vendor judges it so.
    async fn certificate(&mut self, verdict: &str) -> Played {
        self.contractor("never").await?;
        self.assign().await?;
        let pdf = format!("%PDF-1.7\n% certificate of insurance for {}\n%%EOF\n", self.cast.id);
        self.world.hand_in(&self.cast.id, pdf.into_bytes()).await?;
        self.until("uploaded", |coverage| !coverage.certificates.is_empty()).await?;
        let certificate = self.of(|coverage| coverage.certificates.first().map(|known| known.id.to_string()));
        let certificate = certificate.unwrap_or_default();
        let (start, end) = (self.starts - 30 * DAY, self.starts + 300 * DAY);
        let body = json!({
            "verdict": verdict, "coverage_type": ["general"], "effective_date": start, "expiration_date": end,
            "failed_rules": ["the holder's address is not ours"],
        });
        self.world.at_policy(&format!("certificates/{certificate}/verdict"), body).await.map(drop)
    }

    async fn approve(&mut self) -> Played {
        let certificate = self.of(|coverage| coverage.certificates.first().map(|known| known.id.to_string()));
        let body = json!({ "certificate": certificate, "decision": "approve", "reason": "the address is that of the holder's parent" });
        self.world.as_reviewer(&format!("{}/review", self.cast.id), body).await.map(drop)
    }

    /// 1099Policy is slow to answer, so that its webhooks overtake its answers.
    async fn webhook_before_answer(&mut self) -> Played {
        let slow = covertrail_adapters::sandbox::FaultPlan {
            delay: 1.0,
            delay_ms: [200, 400],
            ..self.world.faults.clone()
        };
        self.world.policy.set_faults(slow);
        self.assign().await?;
        let played = self.begin_work_insured().await;
        self.world.policy.set_faults(self.world.faults.clone());
        played
    }

    /// 1099Policy is down when the work order is assigned, and comes back.
    async fn api_down(&mut self) -> Played {
        use covertrail_adapters::sandbox::Outage;
        self.world.policy.set_outage(Outage::on());
        let assigned = self.assign().await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        self.world.policy.set_outage(Outage::off());
        assigned?;
        self.begin_work_insured().await
    }

    async fn contractor(&self, apply: &str) -> Played {
        let body = json!({ "work_order_id": self.cast.id, "apply": apply });
        self.world.at_policy("contractors/behaviour", body).await.map(drop)
    }

    async fn policy(&self, what: &str) -> Played {
        // a policy that covered nothing is nothing to see the end of
        let begun = self.starts + 2;
        self.until_true("some cover", || clock::now().unix() >= begun).await?;
        let policy = self.of(policy).ok_or("no policy is known")?;
        self.world.at_policy(&format!("policies/{policy}/{what}"), json!({})).await.map(drop)
    }

    async fn at_workmarket(&self, what: &str, body: Value) -> Played {
        self.world.at_workmarket(&format!("workorders/{}/{what}", self.cast.id), body).await.map(drop)
    }

    fn of<T>(&self, of: impl FnOnce(&Coverage) -> Option<T>) -> Option<T> {
        let id = WorkOrderId::parse(&self.cast.id).ok()?;
        self.world.engine.look(&id, |state| state.coverage().and_then(of)).flatten()
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Coverage) -> bool) -> Played {
        self.until_state(what, |state| state.coverage().is_some_and(&holds)).await
    }

    async fn until_state(&mut self, what: &str, holds: impl Fn(&State) -> bool) -> Played {
        let id = WorkOrderId::parse(&self.cast.id).map_err(|error| error.to_string())?;
        let (world, line) = (self.world, self.line);
        let mut seen = self.seen;
        let waited = wait(what, || {
            let looked = world.engine.look(&id, |state| (state.stage(), holds(state)));
            let (stage, holds) = looked.unwrap_or((None, false));
            if stage != seen {
                line.tell(seen, stage);
                seen = stage;
            }
            holds
        })
        .await;
        self.seen = seen;
        waited.map_err(|problem| format!("{problem}; it is {}", self.told()))
    }

    async fn until_true(&self, what: &str, holds: impl Fn() -> bool) -> Played {
        wait(what, holds).await
    }

    fn told(&self) -> String {
        let (stage, badge, reason) = self.standing();
        format!("{} and {badge}: {reason}", stage.map_or("unheard", Stage::as_str))
    }

    fn standing(&self) -> (Option<Stage>, Badge, String) {
        let now = clock::now();
        let look = |state: &State| {
            let standing = state.standing(now);
            (state.stage(), standing.badge, standing.reason)
        };
        let known = WorkOrderId::parse(&self.cast.id).ok().and_then(|id| self.world.engine.look(&id, look));
        known.unwrap_or((None, Badge::Unknown, "nothing was heard of it".into()))
    }
}

/// Whether 1099Policy has confirmed the assignment.
fn confirmed(coverage: &Coverage) -> bool {
    coverage.grants.iter().any(|grant| matches!(grant.evidence, Evidence::Assignment(_)))
}

/// The policy that cover rests on.
fn policy(coverage: &Coverage) -> Option<String> {
    coverage.grants.iter().find_map(|grant| match &grant.evidence {
        Evidence::Policy(id) => Some(id.to_string()),
        Evidence::Assignment(_) | Evidence::Certificate(_) => None,
    })
}

fn invoiced(coverage: &Coverage) -> bool {
    matches!(coverage.work, Work::Completed { pay: Settlement::Invoiced { .. }, .. })
}

async fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Played {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.map_err(|_| format!("it never came to be: {what}"))
}
