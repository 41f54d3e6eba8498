//! Whatever comes first, and wherever a restart falls between: each work order's cover ends as if it were the only
//! one, and had heard in full of all that is for its time.

mod facts;
mod world;

use crate::engine::translate;
use covertrail_domain::coverage::{Command, Event, State};
use covertrail_domain::testkit::{laws::Sight, samples};
use facts::{Fact, Order, Story, any_orders, any_stories};
use proptest::prelude::*;
use world::World;

/// What happens to the engine, one thing after another.
#[derive(Debug, Clone)]
enum Step {
    /// The work order of this place goes on.
    GoOn(usize),
    /// The fact of this place is delivered.
    Hear(usize),
    /// One of what is due is dealt with.
    Work(usize),
    Restart,
}

#[derive(Debug, Clone)]
struct Life {
    orders: Vec<Order>,
    stories: Vec<Story>,
    steps: Vec<Step>,
}

fn any_life() -> impl Strategy<Value = Life> {
    any_orders().prop_flat_map(|orders| {
        let stories = any_stories(&orders);
        (Just(orders), stories).prop_flat_map(|(orders, stories)| {
            let steps = any_steps(&orders, &stories);
            (Just(orders), Just(stories), steps).prop_map(|(orders, stories, steps)| Life {
                orders,
                stories,
                steps,
            })
        })
    })
}

/// Everything happens, some facts twice, in any order; some work orders go all of their way at once.
fn any_steps(orders: &[Order], stories: &[Story]) -> impl Strategy<Value = Vec<Step>> + use<> {
    let lengths: Vec<usize> = orders.iter().map(|order| order.path().len()).collect();
    let facts: usize = stories.iter().map(|story| story.facts().len()).sum();
    let go_on = lengths.into_iter().enumerate().map(|(order, length)| {
        let at_once = (0..100_u8).prop_map(move |when| vec![when; length]);
        let now_and_then = prop::collection::vec(0..100_u8, length);
        let whens = prop_oneof![at_once, now_and_then];
        whens.prop_map(move |whens| whens.into_iter().map(|when| (when, Step::GoOn(order))).collect())
    });
    let hear = prop::collection::vec((0..100_u8, prop::option::weighted(0.3, 0..100_u8)), facts);
    let hear = hear.prop_map(|whens| {
        let twice = |(fact, (once, again)): (usize, (u8, Option<u8>))| {
            [Some(once), again].into_iter().flatten().map(move |when| (when, Step::Hear(fact)))
        };
        whens.into_iter().enumerate().flat_map(twice).collect()
    });
    let work = prop::collection::vec((0..100_u8, any::<usize>().prop_map(Step::Work)), 0..60);
    let restart = prop::collection::vec((0..100_u8, Just(Step::Restart)), 0..3);
    let parts: Vec<BoxedStrategy<Vec<(u8, Step)>>> =
        go_on.map(Strategy::boxed).chain([hear.boxed(), work.boxed(), restart.boxed()]).collect();
    parts.prop_map(|parts| {
        let mut steps: Vec<(u8, Step)> = parts.into_iter().flatten().collect();
        steps.sort_by_key(|(when, _)| *when);
        steps.into_iter().map(|(_, step)| step).collect()
    })
}

impl Life {
    fn lived(&self) -> World {
        let mut world = World::new();
        let mut paths: Vec<_> = self.orders.iter().map(|order| order.path().into_iter()).collect();
        let facts: Vec<Fact> = self.stories.iter().flat_map(Story::facts).collect();
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::GoOn(order) => {
                    let command = paths[*order].next();
                    world.ask(&self.orders[*order].id(), command.as_slice());
                }
                Step::Hear(fact) => world.receive(format!("delivery-{place}"), facts[*fact].clone()),
                Step::Work(pick) => world.work(*pick),
                Step::Restart => world.restart(),
            }
        }
        world.come_to_rest();
        world
    }

    /// The work order as if it were the only one.
    fn alone(&self, order: &Order) -> State {
        let is_own = order.contractor == samples::contractor();
        let stories = self.stories.iter().filter(|story| is_own && story.is_for(order));
        let told = stories.flat_map(Story::in_full).map(|fact| match fact {
            Fact::Notice(notice) => translate::asked(&notice, samples::hour(0)).unwrap().command,
            Fact::Review(_, command) => *command,
        });
        order
            .path()
            .into_iter()
            .chain(told)
            .fold(State::default(), |state, command| happened(state, &command))
    }
}

fn happened(state: State, command: &Command) -> State {
    let events: Vec<Event> = state.decide(command).unwrap_or_default();
    events.iter().fold(state, State::evolve)
}

/// Each work order's cover is seen as it would be if it were the only one.
fn ends_as_if_each_were_the_only_one(life: &Life) -> Result<(), TestCaseError> {
    let world = life.lived();
    for order in &life.orders {
        let (seen, alone) = (world.state(&order.id()), life.alone(order));
        prop_assert_eq!(Sight::of_cover(&seen), Sight::of_cover(&alone), "work order {}", order.number);
    }
    Ok(())
}

fn goes_on(order: usize, steps: usize) -> impl Iterator<Item = Step> {
    std::iter::repeat_n(Step::GoOn(order), steps)
}

/// All that is due by then is dealt with.
fn dealt_with() -> impl Iterator<Item = Step> {
    std::iter::repeat_n(Step::Work(0), 40)
}

proptest! {
    #[test]
    fn each_work_order_ends_as_if_it_were_the_only_one(life in any_life()) {
        ends_as_if_each_were_the_only_one(&life)?;
    }

    #[test]
    fn another_contractors_work_order_hears_of_nothing(life in any_life()) {
        let other = life.orders.last().unwrap();
        prop_assert_eq!(life.lived().state(&other.id()), life.alone(other));
    }

    #[test]
    fn what_was_told_and_is_told_again_adds_nothing(life in any_life()) {
        let mut world = life.lived();
        let before = world.events();
        world.tell_again(life.orders.iter().map(Order::id));
        world.restart();
        world.come_to_rest();
        prop_assert_eq!(world.events(), before);
    }
}

#[test]
fn a_policy_for_another_time_is_nothing_to_a_work_order_that_was_there_first() {
    let orders = vec![Order::of_days(0, 0, 1), Order::of_days(1, 3, 4)];
    let steps = goes_on(0, 8).chain(goes_on(1, 8)).chain([Step::Hear(0)]).collect();
    let life = Life { orders, stories: vec![Story::policy(3, 4)], steps };
    ends_as_if_each_were_the_only_one(&life).unwrap();
}

#[test]
fn a_policy_for_a_time_without_work_waits_for_the_work_order_of_that_time() {
    let orders = vec![Order::of_days(0, 0, 1), Order::of_days(1, 3, 4)];
    let steps = goes_on(0, 8).chain([Step::Hear(0)]).chain(dealt_with()).chain(goes_on(1, 8)).collect();
    let life = Life { orders, stories: vec![Story::policy(3, 4)], steps };
    ends_as_if_each_were_the_only_one(&life).unwrap();
}

#[test]
fn a_certificate_that_was_once_for_a_work_orders_time_is_known_there_whichever_came_first() {
    let orders = vec![Order::of_days(0, 3, 4), Order::of_days(1, 0, 1)];
    let last_first = [Step::Hear(1), Step::Hear(0)];
    let steps = goes_on(1, 8).chain(last_first).chain(dealt_with()).chain(goes_on(0, 8)).collect();
    let life = Life { orders, stories: vec![Story::certificate(&[(3, 4), (0, 1)])], steps };
    ends_as_if_each_were_the_only_one(&life).unwrap();
}

#[test]
fn what_a_work_order_knew_before_its_contractor_was_known_reaches_the_others() {
    let orders = vec![Order::of_days(0, 0, 1), Order::of_days(1, 0, 1)];
    let stories = vec![Story::policy(0, 1).made_for(&orders[1])];
    let without_contractor = goes_on(1, 1).chain([Step::Hear(0)]).chain(dealt_with());
    let steps = goes_on(0, 8).chain(without_contractor).chain(goes_on(1, 7)).collect();
    let life = Life { orders, stories, steps };
    ends_as_if_each_were_the_only_one(&life).unwrap();
}
