//! The board as CSV, as it is filtered: every row of one moment, sent as it is read.

use super::Failed;
use super::filters::Filters;
use super::list::Pairs;
use crate::http::Shared;
use axum::body::{Body, Bytes};
use axum::extract::{Query as Parameters, State};
use axum::response::{IntoResponse as _, Response};
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::BOARD;
use covertrail_projections::{Cell, Column, Holds, Query};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// How many bytes are sent at once.
const CHUNK: usize = 64 << 10;

/// `GET /board.csv`
pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Parameters(pairs): Pairs,
) -> Result<Response, Failed> {
    let filters = Filters { after: None, ..Filters::of(&pairs).map_err(Failed::Asked)? };
    if !shared.models.hub().progress().is_caught_up {
        return Err(Failed::NotYet);
    }
    let (sender, sent) = mpsc::channel::<Bytes>(2);
    let models = Arc::clone(&shared.models);
    let runtime = Handle::current();
    tokio::spawn(async move {
        let read = models.snapshot(move |reader| {
            let names: Vec<&str> = BOARD.columns.iter().map(|column| column.name).collect();
            let (mut chunk, mut is_there) = (names.join(",") + "\r\n", true);
            for query in filters.queries(None) {
                let all = Query { limit: usize::MAX >> 1, ..query };
                reader.each(&BOARD, &all, |row| {
                    let cells: Vec<String> =
                        BOARD.columns.iter().zip(&row).map(|(column, cell)| field(column, cell)).collect();
                    chunk.push_str(&cells.join(","));
                    chunk.push_str("\r\n");
                    if chunk.len() > CHUNK {
                        is_there = runtime.block_on(sender.send(std::mem::take(&mut chunk).into())).is_ok();
                    }
                    is_there
                })?;
            }
            // whoever went away need not have the rest
            let _ = runtime.block_on(sender.send(chunk.into()));
            Ok(())
        });
        if let Err(trouble) = read.await {
            let _ = Failed::from(&trouble);
        }
    });
    let body =
        stream::unfold(sent, |mut sent| async move { Some((Ok::<_, Infallible>(sent.recv().await?), sent)) });
    let headers = [
        ("content-type", "text/csv; charset=utf-8"),
        ("content-disposition", "attachment; filename=\"work-orders.csv\""),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

fn field(column: &Column, cell: &Cell<'_>) -> String {
    match (cell, column.holds) {
        (Cell::Nothing, _) => String::new(),
        (Cell::Number(number), Holds::Moment) => super::time::machine(Timestamp::from_unix(*number)),
        (Cell::Number(number), Holds::Truth) => (if *number == 0 { "false" } else { "true" }).to_owned(),
        (Cell::Number(number), Holds::Text | Holds::Names | Holds::Number | Holds::Cents) => {
            number.to_string()
        }
        (Cell::Text(text), _) => neutral(text),
    }
}

/// A cell that a spreadsheet shows and does not run.
fn neutral(text: &str) -> String {
    let runs = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = if runs { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            (" =1+1", "' =1+1"),
            ("+49", "'+49"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
        ] {
            assert_eq!(neutral(text), cell);
        }
    }

    /// The cells of one line, as RFC 4180 has them; nothing where it is no line.
    fn read(line: &str) -> Option<Vec<String>> {
        let (mut cells, mut rest) = (Vec::new(), line);
        loop {
            let mut cell = String::new();
            if let Some(quoted) = rest.strip_prefix('"') {
                let mut pieces = quoted.split('"');
                cell.push_str(pieces.next()?);
                // an empty piece stands between the quotes of a pair, any other after the last
                let mut after = pieces.next()?;
                while after.is_empty() {
                    let Some(next) = pieces.next() else { break };
                    cell.push('"');
                    cell.push_str(next);
                    after = pieces.next()?;
                }
                rest = &line[line.len() - after.len() - pieces.map(|piece| piece.len() + 1).sum::<usize>()..];
            } else {
                let end = rest.find([',', '"', '\r', '\n']).unwrap_or(rest.len());
                cell.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            cells.push(cell);
            let Some(next) = rest.strip_prefix(',') else { return rest.is_empty().then_some(cells) };
            rest = next;
        }
    }

    #[test]
    fn the_reader_of_these_tests_reads_csv() {
        for (line, cells) in [
            ("a,,b", Some(vec!["a", "", "b"])),
            ("\"a\"\"b\",\"\"", Some(vec!["a\"b", ""])),
            ("\"a,\r\n\",b", Some(vec!["a,\r\n", "b"])),
            ("a\"b", None),
            ("\"a", None),
            ("\"a\"b", None),
        ] {
            let cells = cells.map(|cells| cells.into_iter().map(str::to_owned).collect());
            assert_eq!(read(line), cells, "{line}");
        }
    }

    #[test]
    fn whatever_stands_in_a_cell_it_stays_one_cell_and_no_formula() {
        let good: [&[u8]; 4] = [b"plain", b"=1+1", b"a \"b\", c", b"\r\n\t@SUM(A1)"];
        covertrail_domain::testkit::mutate::fuzz(
            "CSV",
            &good,
            &["\"", ",", "\r\n", "=", "'", "\t"],
            |text| {
                let text = String::from_utf8_lossy(text);
                let cell = neutral(&text);
                let line = format!("first,{cell},last");
                let cells = read(&line).unwrap_or_else(|| panic!("no line of CSV: {line:?}"));
                let [first, middle, last] = cells.as_slice() else { panic!("not three cells: {line:?}") };
                assert_eq!((first.as_str(), last.as_str()), ("first", "last"));
                assert_eq!(middle.strip_prefix('\'').filter(|rest| *rest == text).unwrap_or(middle), text);
                assert!(!middle.trim_start().starts_with(['=', '+', '-', '@']), "a formula: {middle:?}");
                (cell.len() - text.len(), middle.len() - text.len())
            },
        );
    }
}
