//! What holds in the file itself, whoever opens it.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Log, event, stream};
use crate::store::embedded::{Embedded, Verified, schema};
use crate::store::{EventStore, Expected, NewEvent, ReadError};

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_the_log_with_sql() {
    let place = Log::new();
    let log = place.open();
    let given = NewEvent { id: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap(), ..event() };
    log.append(&stream(7), Expected::NoStream, vec![given]).await.unwrap();
    let auditor = Connection::open(place.path()).unwrap();
    let row = auditor
        .query_row("SELECT * FROM log WHERE stream = 'coverage-7'", [], |row| {
            let names = row.as_ref().column_names().map(str::to_owned).collect::<Vec<_>>();
            (0..)
                .zip(names)
                .skip(3)
                .map(|(at, name)| Ok((name, row.get(at)?)))
                .collect::<Result<BTreeMap<_, String>, _>>()
        })
        .unwrap();
    let expected = [
        ("kind", "coverage.quoted.v1"),
        ("recorded_at", "2026-11-22T00:00:00.000042Z"),
        ("data", "{\"premium_cents\":1200}"),
        ("metadata", "{\"actor\":\"clerk\"}"),
        ("id", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
    ];
    assert_eq!(row, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_cannot_change_what_is_stored() {
    let place = Log::with_events(2).await;
    let vandal = Connection::open(place.path()).unwrap();
    for change in [
        "UPDATE events SET data = x'00'",
        "DELETE FROM events WHERE position = 2",
        "INSERT INTO events SELECT 3, origin, revision, stream, kind, id, recorded_at, data, metadata FROM events",
    ] {
        assert!(vandal.execute(change, []).is_err(), "{change}");
    }
    assert_eq!(place.open().verify().await.unwrap(), Verified { events: 2, streams: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_what_was_tampered_with() {
    for tampering in [
        "DELETE FROM events WHERE position = 4",
        "UPDATE events SET revision = 9 WHERE position = 4",
        "UPDATE events SET stream = 'coverage-other' WHERE position = 4",
        "UPDATE events SET origin = 3 WHERE position = 4",
    ] {
        let place = Log::with_events(6).await;
        let vandal = Connection::open(place.path()).unwrap();
        let triggers = "DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_deleted;";
        vandal.execute_batch(triggers).unwrap();
        assert_eq!(vandal.execute(tampering, []).unwrap(), 1);
        drop(vandal);
        let log = Embedded::open_read_only(place.path()).unwrap();
        let found = log.verify().await;
        assert!(matches!(found, Err(ReadError::Malformed(_))), "{tampering}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_searches_the_whole_log() {
    let place = Log::with_events(1).await;
    let connection = Connection::open(place.path()).unwrap();
    for statement in schema::STATEMENTS {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let parameters = vec![rusqlite::types::Value::Null; explain.parameter_count()];
        let plan: Vec<String> = explain
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = plan.join("; ");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
}
