//! The peer's replay of a query: every event of a log brought to one view, as `cqrs-es` does it.

use crate::EVENTS;
use crate::aggregate::{Coverage, Event, Record};
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{DomainEvent, EventEnvelope, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlite_es::{SqliteEventRepository, SqliteViewRepository};
use sqlx::{Pool, Sqlite};
use std::sync::Arc;
use std::time::Instant;

/// How a work order stands: one row, of fewer columns than Covertrail's board has.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Standing {
    steps: usize,
    policy: String,
    lines: Vec<String>,
    start: i64,
    end: i64,
}

impl View<Coverage> for Standing {
    fn update(&mut self, event: &EventEnvelope<Coverage>) {
        let Event { policy, lines, start, end, .. } = &event.payload;
        self.steps += 1;
        (self.policy, self.lines) = (policy.clone(), lines.clone());
        (self.start, self.end) = (*start, *end);
    }
}

const VIEW: &str = "CREATE TABLE standing (
    view_id text NOT NULL, version integer CHECK (version >= 0) NOT NULL, payload text NOT NULL,
    PRIMARY KEY (view_id)) STRICT;";

/// Writes the histories of some work orders, all at once, and replays them.
pub async fn run(
    pool: &Pool<Sqlite>,
    work_orders: usize,
    data_bytes: usize,
    metadata: impl Fn(&str) -> String,
) -> Value {
    sqlx::raw_sql(VIEW).execute(pool).await.expect("its tables");
    let events = written(pool, work_orders, data_bytes, metadata).await;
    let views = SqliteViewRepository::<Standing, Coverage>::new("standing", pool.clone());
    let mut query = GenericQuery::new(Arc::new(views));
    query.use_error_handler(Box::new(|error| panic!("{error}")));
    let replay: QueryReplay<_, _, Coverage> =
        QueryReplay::new(SqliteEventRepository::new(pool.clone()), query);
    let start = Instant::now();
    replay.replay_all().await.expect("a replay");
    let seconds = start.elapsed().as_secs_f64();
    let folded: i64 =
        sqlx::query_scalar("SELECT sum(version) FROM standing").fetch_one(pool).await.expect("a view");
    assert_eq!(usize::try_from(folded), Ok(events), "every event reached the view");
    json!({ "events": events, "seconds": seconds })
}

async fn written(
    pool: &Pool<Sqlite>,
    work_orders: usize,
    data_bytes: usize,
    metadata: impl Fn(&str) -> String,
) -> usize {
    let mut transaction = pool.begin().await.expect("a transaction");
    let mut written = 0;
    for number in 0..work_orders {
        let id = format!("coverage-WO-{number}");
        let commands = EVENTS.iter().enumerate();
        let events = commands.flat_map(|(step, events)| {
            let command = Record { step, events: *events, data_bytes };
            (1..=*events).map(move |number| Event::new(&command, number == command.events))
        });
        for (sequence, event) in events.enumerate() {
            sqlx::query("INSERT INTO events VALUES ('coverage', ?, ?, ?, ?, ?, ?)")
                .bind(&id)
                .bind(i64::try_from(sequence).expect("a small number") + 1)
                .bind(event.event_type())
                .bind(event.event_version())
                .bind(serde_json::to_string(&event).expect("JSON"))
                .bind(metadata(&id))
                .execute(&mut *transaction)
                .await
                .expect("a row");
            written += 1;
        }
    }
    transaction.commit().await.expect("a commit");
    written
}
