//! `covertrail status`: how every work order stands now.

use super::answer::Answer;
use super::fold::{Bound, Fold};
use super::log::Which;
use super::stuck::{self, stuck};
use super::until::{Until, seconds};
use super::{Failure, print};
use crate::config::{Config, link_secrets};
use crate::engine::{COVERAGE, DELIVERY};
use crate::show::{Fact, Screen, Value, fact, list, text};
use crate::{assemble, clock};
use clap::Args;
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{HANDLED, RECEIVED};
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use std::collections::HashSet;

/// Print how every work order stands now, the worst first
#[derive(Debug, Args)]
#[command(
    after_help = "It reads the log and asks no vendor, so it can be used beside `serve` and without secrets. With \
COVERTRAIL_LINK_SECRET set it shows a work order's link for the contractor.\n\n\
Examples:\n  covertrail status\n  covertrail status 12345\n  covertrail status --json --config /etc/covertrail.toml\n  \
covertrail status --as-of 2026-06-14T12:00:00-05:00\n  covertrail status 12345 --as-of 2026-06-14 --known-at 2026-06-20"
)]
pub(crate) struct Status {
    /// One work order, by WorkMarket's id, with all that is known of it
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: Option<WorkOrderId>,
    /// How it was in the world then, by all that is known: RFC 3339, or a day (its beginning, in UTC)
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    as_of: Option<i64>,
    /// What was known then: a moment, or a position of the log
    #[arg(long, value_name = "POSITION|TIME")]
    known_at: Option<Until>,
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.which.configuration()?;
        let patience = config.clone().unwrap_or_default().engine.certificate_stuck_after;
        let log = self.which.open()?;
        let is_now = self.as_of.is_none() && self.known_at.is_none();
        let as_of = self.as_of.map(Timestamp::from_unix);
        let (bound, known) = match self.known_at {
            None => (Bound::Everything, None),
            Some(Until::Position(position)) => (Bound::Position(position), log.recorded_at(position).await?),
            Some(Until::Moment(micros)) => (Bound::Recorded(micros), Some(micros)),
        };
        let known = known.map(|micros| Timestamp::from_unix(micros.div_euclid(1_000_000)));
        let (mut fold, mut inbox) = (Fold::new(bound).looking_at(as_of), Inbox::default());
        match &self.work_order {
            Some(work_order) => log.of(work_order, |recorded| fold.take(recorded)).await?,
            None => {
                log.all(None, None, |recorded| match recorded.stream.split_once('-') {
                    Some((COVERAGE, _)) => fold.take(recorded),
                    Some((DELIVERY, _)) => {
                        inbox.take(recorded);
                        Ok(())
                    }
                    Some(_) | None => Ok(()),
                })
                .await?;
            }
        }
        let at = as_of.or(known).unwrap_or_else(clock::now);
        let mut answer = Answer::of(&fold, self.work_order.as_ref(), at)?;
        if let (Some(work_order), Some(config)) = (&self.work_order, config) {
            answer.tell(fact("apply link", link(&fold, work_order, &config)?));
        }
        // what waits now is no answer about then
        let all = self.work_order.is_none() && is_now;
        let blocked = blocked(&fold);
        let stuck = if is_now { stuck(&fold, at, patience) } else { vec![] };
        if self.json {
            let more = [fact("deliveries waiting", inbox.waiting()), fact("blocked", list(blocked))];
            let mut more = if all { more.into() } else { vec![] };
            more.push(fact("stuck certificates", list(stuck)));
            return print(&answer.json(&fold, at, more));
        }
        let told = answer.text(Screen::of_process());
        let footer = all.then(|| footer(inbox.waiting(), &blocked));
        let parts: Vec<_> = [Some(told), footer, stuck::line(&stuck)].into_iter().flatten().collect();
        print(&format!("As of {at}\n\n{}", parts.join("\n\n")))
    }
}

/// By which the contractor comes to the application; only who knows the secret can make it.
fn link(fold: &Fold, work_order: &WorkOrderId, config: &Config) -> Result<Option<String>, Failure> {
    let links = assemble::links(&config.server, config.server.listen, link_secrets()?)?;
    let state = fold.states().find(|(id, _)| *id == work_order.as_str()).map(|(_, state)| state);
    Ok(state.and_then(|state| links.of_open(work_order, state, clock::now())).map(String::from))
}

fn footer(waiting: u64, blocked: &[Vec<Fact>]) -> String {
    let deliveries = if waiting == 1 { "delivery waits" } else { "deliveries wait" };
    let steps = if blocked.len() == 1 { "step is" } else { "steps are" };
    let told = |facts: &Vec<Fact>| facts.iter().map(|fact| fact.value.inline()).collect::<Vec<_>>().join(" ");
    let which: Vec<String> = blocked.iter().map(told).collect();
    let (colon, which) = (if which.is_empty() { "" } else { ": " }, which.join("; "));
    format!("{waiting} {deliveries}, {} {steps} blocked{colon}{which}", blocked.len())
}

/// Every blocked step, by work order.
fn blocked(fold: &Fold) -> Vec<Vec<Fact>> {
    let mut states: Vec<(&str, &State)> = fold.states().collect();
    states.sort_unstable_by_key(|(id, _)| *id);
    let coverages = states.into_iter().filter_map(|(id, state)| Some((id, state.coverage()?)));
    coverages
        .flat_map(|(id, coverage)| {
            coverage.blocked.iter().map(move |blocked| {
                let why = Value::from(blocked.reason.as_str());
                vec![fact("work order", id), fact("step", text(blocked.step)), fact("why", why)]
            })
        })
        .collect()
}

/// The deliveries that are stored and not dealt with.
#[derive(Default)]
struct Inbox {
    waiting: HashSet<String>,
}

impl Inbox {
    fn take(&mut self, recorded: &Recorded<'_>) {
        match recorded.kind {
            RECEIVED => {
                self.waiting.insert(recorded.stream.to_owned());
            }
            HANDLED => {
                self.waiting.remove(recorded.stream);
            }
            _ => {}
        }
    }

    fn waiting(&self) -> u64 {
        u64::try_from(self.waiting.len()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_counts_what_waits_and_names_what_is_blocked() {
        assert_eq!(footer(0, &[]), "0 deliveries wait, 0 steps are blocked");
        let one = vec![fact("work order", "777"), fact("step", "contractor"), fact("why", "no email")];
        assert_eq!(footer(1, &[one]), "1 delivery waits, 1 step is blocked: 777 contractor no email");
    }
}
