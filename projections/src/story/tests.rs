use super::*;
use crate::table::{Cell, Rows, Table};
use crate::tables::{BOARD, GAPS};
use covertrail_domain::testkit::{samples, story};

fn told(events: &[Event]) -> Story {
    let mut told = Story::default();
    for (event, number) in events.iter().zip(1..) {
        let recorded = samples::hour(i64::try_from(number).unwrap());
        told.tell(event, Place { position: number, revision: number - 1, recorded });
    }
    told
}

fn rows(table: &Table, story: &Story, at: Timestamp) -> Vec<Vec<(&'static str, Cell<'static>)>> {
    let Rows::OfStory(rows) = table.rows else { panic!("{} follows from stories", table.name) };
    let named = |row: Vec<Cell<'_>>| {
        table.columns.iter().map(|column| column.name).zip(row.into_iter().map(Cell::kept)).collect()
    };
    rows(story, at).into_iter().map(named).collect()
}

fn cell(row: &[(&'static str, Cell<'static>)], name: &str) -> Cell<'static> {
    row.iter().find(|(column, _)| *column == name).unwrap().1.clone()
}

#[test]
fn what_the_first_worker_lacked_stays_when_another_takes_over() {
    let begun = story::then(story::quoted(), Event::WorkStarted { at: samples::hour(0) });
    let other = WorkerId::parse("wk_other").unwrap();
    let reassigned = Event::Reassigned { worker: other, terms: samples::terms(), at: samples::hour(2) };
    let canceled = Event::WorkCanceled { at: samples::hour(3) };
    let events = [begun, vec![reassigned, canceled]].concat();
    let story = told(&events);
    let stint = &story.stints[0];
    assert_eq!(stint.worked, samples::hours(0, 2));
    assert_eq!(stint.gaps.len(), samples::lines().iter().count(), "no line was covered");
    let at = samples::hour(4);
    for row in rows(&GAPS, &story, at) {
        assert_eq!(cell(&row, "worker"), Cell::from(stint.worker.as_str().to_owned()));
        assert_eq!(cell(&row, "seconds"), Cell::Number(7_200));
        assert_eq!(cell(&row, "open"), Cell::Number(0));
    }
    let board = &rows(&BOARD, &story, at)[0];
    for (column, is) in [("began", samples::hour(0).unix()), ("covered", 0), ("worked_seconds", 7_200)] {
        assert_eq!(cell(board, column), Cell::Number(is), "{column}");
    }
    for column in ["uninsured_seconds", "former_uninsured_seconds"] {
        assert_eq!(cell(board, column), Cell::Number(7_200), "the second worker did nothing: {column}");
    }
}
