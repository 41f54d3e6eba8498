//! One work order, and what people do with it.

use super::{DAY, Log, Told, World, now};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::{Value, json};
use std::sync::Arc;

/// A work order of a worker.
pub(crate) struct Order {
    pub(crate) world: Arc<World>,
    pub(crate) id: String,
    pub(crate) worker: String,
    pub(crate) starts: i64,
    pub(crate) ends: i64,
}

impl Order {
    /// One that begins in a moment and lasts a day; WorkMarket does not know it yet.
    pub(crate) fn new(world: &Arc<World>, id: &str, worker: &str) -> Self {
        let starts = now() + 2;
        Self {
            world: Arc::clone(world),
            id: id.to_owned(),
            worker: worker.to_owned(),
            starts,
            ends: starts + DAY,
        }
    }

    /// A new one that was just assigned.
    pub(crate) async fn assigned(world: &Arc<World>, id: &str) -> Self {
        let order = Self::new(world, id, &format!("wk_{id}"));
        order.create(json!({}), json!({})).await;
        order.assign().await;
        order
    }

    /// Makes the worker and the work order at WorkMarket; these fields differ from the usual ones.
    pub(crate) async fn create(&self, worker: Value, order: Value) {
        let usual = json!({
            "id": self.worker, "first_name": "Alex", "last_name": "Nguyen", "email": null,
            "country": "US", "region": "CA",
        });
        self.world.at_workmarket("workers", with(usual, worker)).await;
        let usual = json!({
            "id": self.id, "status": "SENT", "title": format!("WO {} — Low Voltage Cabling", self.id),
            "description": "Install Cat6 and test drops at client site", "category": "Low Voltage Cabling",
            "client_id": "client-1", "pricing": "flat", "budget_amount": "325.00", "region": "CA",
            "country": "US", "start": self.starts, "end": self.ends,
        });
        self.world.at_workmarket("workorders", with(usual, order)).await;
    }

    /// WorkMarket: `assign`, `start`, `complete`, `cancel`, `reschedule`, `reassign`.
    pub(crate) async fn at_workmarket(&self, what: &str, body: Value) {
        self.world.at_workmarket(&format!("workorders/{}/{what}", self.id), body).await;
    }

    pub(crate) async fn assign(&self) {
        self.at_workmarket("assign", json!({ "worker_id": self.worker })).await;
    }

    /// Work begins, not before it is scheduled.
    pub(crate) async fn start(&self) {
        self.world.until("the scheduled start", |_| (now() >= self.starts).then_some(())).await;
        self.at_workmarket("start", json!({})).await;
    }

    /// What the contractor does about applications from now on. Known by the proxy address: the reference's form says
    /// nowhere what work order a quote is for.
    pub(crate) async fn contractor(&self, apply: &str) {
        let body = json!({ "email": format!("{}@relay.yourdomain.com", self.worker), "apply": apply });
        self.world.at_policy("contractors/behaviour", body).await;
    }

    /// 1099Policy: `expire`, `cancel` or `reactivate` the policy that covers the work order.
    pub(crate) async fn policy(&self, what: &str) {
        let policy = self.policy_id().await;
        self.world.at_policy(&format!("policies/{policy}/{what}"), json!({})).await;
    }

    /// The policy that the log has for it.
    pub(crate) async fn policy_id(&self) -> String {
        self.until("a policy in force", |told| {
            let activated = told.all("coverage_activated").into_iter();
            activated.filter_map(|data| data["evidence"]["policy"].as_str()).next_back().map(str::to_owned)
        })
        .await
    }

    /// Hands in a certificate; answers the vendor's id of it.
    pub(crate) async fn hand_in(&self) -> String {
        let pdf = format!("%PDF-1.7\n% certificate of insurance for {}\n%%EOF\n", self.id);
        let answer = self.world.hand_in(&self.id, "coi.pdf", "application/pdf", pdf.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let uploaded = self.event("certificate_uploaded").await;
        uploaded["certificate"].as_str().unwrap().to_owned()
    }

    /// The vendor's verdict on it, for a year around the work.
    pub(crate) async fn verdict(&self, certificate: &str, verdict: &str) {
        let body = json!({
            "verdict": verdict, "coverage_type": ["general"], "effective_date": self.starts - 30 * DAY,
            "expiration_date": self.starts + 300 * DAY, "failed_rules": ["the holder's address is not ours"],
        });
        self.world.at_policy(&format!("certificates/{certificate}/verdict"), body).await;
    }

    /// Waits until its stream shows it.
    pub(crate) async fn until<T>(&self, what: &str, mut found: impl FnMut(&Told) -> Option<T>) -> T {
        let what = format!("{}: {what}", self.id);
        self.world.until(&what, |log: &Log| log.orders.get(&self.id).and_then(&mut found)).await
    }

    /// Waits for an event of that name, such as `quoted`; answers the newest one's data.
    pub(crate) async fn event(&self, name: &str) -> Value {
        self.until(name, |told| told.all(name).last().map(|data| (*data).clone())).await
    }

    /// Waits until it stands so.
    pub(crate) async fn is(&self, stage: Stage, badge: Badge) {
        self.until(&format!("{stage} and {badge}"), |told| {
            (told.stage() == Some(stage) && told.badge() == badge).then_some(())
        })
        .await;
    }

    /// How many events of that name it has now.
    pub(crate) async fn count(&self, name: &str) -> usize {
        self.until("its stream", |told| Some(told.all(name).len())).await
    }
}

fn with(mut usual: Value, differing: Value) -> Value {
    let Value::Object(differing) = differing else { return usual };
    usual.as_object_mut().unwrap().extend(differing);
    usual
}
