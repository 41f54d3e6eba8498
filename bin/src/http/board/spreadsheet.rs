//! The board as CSV, as it is filtered: every row of one moment.

use super::Failed;
use super::document::streamed;
use super::filters::Filters;
use super::session::Viewer;
use crate::http::Shared;
use crate::http::costly::TooManyQuestions;
use crate::http::query::Parameters;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::visible::is_hidden;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::BOARD;
use covertrail_projections::{Cell, Column, Holds, Query};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};
use std::sync::Arc;

/// `GET /board.csv`
pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Parameters(pairs): Parameters,
) -> Result<Response, Failed> {
    let filters = Filters { after: None, ..Filters::of(&pairs).map_err(Failed::Asked)? };
    if !shared.models.hub().progress().is_caught_up {
        return Err(Failed::NotYet);
    }
    let place = shared.costly.enter(&viewer.who.name).await.map_err(|TooManyQuestions| Failed::TooMany)?;
    let folder = shared.models.folder().to_owned();
    // into a file without a name first: a slow client then holds neither a snapshot of the read models nor a place
    let made = shared.models.snapshot(move |reader| {
        let mut written = tempfile::tempfile_in(folder).map(BufWriter::new);
        let mut write = |text: &str| {
            let result = written.as_mut().map(|file| file.write_all(text.as_bytes()));
            if let Ok(Err(error)) = result {
                written = Err(error);
            }
            written.is_ok()
        };
        let names: Vec<&str> = BOARD.columns.iter().map(|column| column.name).collect();
        write(&line(names.iter().map(|name| quoted(name))));
        for query in filters.queries(None) {
            let all = Query { limit: usize::MAX >> 1, ..query };
            reader.each(&BOARD, &all, |row| {
                write(&line(BOARD.columns.iter().zip(&row).map(|(column, cell)| field(column, cell))))
            })?;
        }
        Ok(written.and_then(rewound))
    });
    let (file, bytes) = made.await.map_err(|trouble| Failed::from(&trouble))?.map_err(|error| {
        tracing::error!(%error, "a download cannot be written beside the read models");
        Failed::Trouble
    })?;
    let headers = [
        ("content-type", "text/csv; charset=utf-8".to_owned()),
        ("content-disposition", "attachment; filename=\"work-orders.csv\"".to_owned()),
        ("content-length", bytes.to_string()),
    ];
    Ok((headers, streamed(file, bytes, place.leave())).into_response())
}

/// The whole file from its beginning, and how many bytes it has.
fn rewound(file: BufWriter<File>) -> io::Result<(File, u64)> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    let bytes = file.stream_position()?;
    file.rewind()?;
    Ok((file, bytes))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell: texts and moments in quotes, numbers as they are.
fn field(column: &Column, cell: &Cell<'_>) -> String {
    match (cell, column.holds) {
        (Cell::Nothing, _) => String::new(),
        (Cell::Number(number), Holds::Moment) => quoted(&super::time::machine(Timestamp::from_unix(*number))),
        (Cell::Number(number), Holds::Truth) => quoted(if *number == 0 { "false" } else { "true" }),
        (Cell::Number(number), Holds::Text | Holds::Names | Holds::Number | Holds::Cents) => {
            number.to_string()
        }
        (Cell::Text(text), _) => quoted(&neutral(text)),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text that a spreadsheet shows and does not run: an apostrophe stands before whatever would begin a formula. That is at
/// the text's begin, and after each separator at which a spreadsheet of another country, which parts cells by `;` or
/// tabs, would begin another cell.
fn neutral(text: &str) -> Cow<'_, str> {
    let mut told = String::new();
    let (mut copied, mut begins) = (0, true);
    for (place, character) in text.char_indices() {
        match character {
            // a tab or a line break at the very begin is a sign by itself
            '\t' | '\r' | '\n' if begins && place == 0 => told.push('\''),
            ';' | '\t' | '\r' | '\n' => begins = true,
            _ if begins && is_sign(character) => {
                told.push_str(text.get(copied..place).unwrap_or_default());
                told.push('\'');
                (copied, begins) = (place, false);
            }
            _ => {
                begins = begins && (character.is_whitespace() || is_hidden(character) || is_quote(character));
            }
        }
    }
    if told.is_empty() {
        return Cow::Borrowed(text);
    }
    told.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(told)
}

/// What begins a formula or a call, also as the full-width forms that spreadsheets read as the same.
const fn is_sign(character: char) -> bool {
    matches!(
        character,
        '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠' | '−' | '﹦' | '﹢' | '﹣' | '﹫'
    )
}

const fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '＂' | '＇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a-b = c; d", "a-b = c; d"),
            ("=1+1", "'=1+1"),
            (" =1+1", " '=1+1"),
            ("\u{feff}\u{200b}=1", "\u{feff}\u{200b}'=1"),
            ("\"=1", "\"'=1"),
            ("+49", "'+49"),
            ("-2", "'-2"),
            ("−2", "'−2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|calc", "'|calc"),
            ("＝1+1", "'＝1+1"),
            ("＠a", "'＠a"),
            ("\t=1", "'\t'=1"),
            ("\ra", "'\ra"),
            ("a;=1", "a;'=1"),
            ("a; \"＝1", "a; \"'＝1"),
            ("a\n-b", "a\n'-b"),
            ("a\t+b", "a\t'+b"),
        ] {
            assert_eq!(neutral(text), cell, "{text:?}");
        }
    }

    #[test]
    fn texts_stand_in_quotes_and_numbers_do_not() {
        let column = |name: &str| BOARD.column(name).unwrap();
        assert_eq!(field(column("title"), &Cell::from("a \"b\", c")), "\"a \"\"b\"\", c\"");
        assert_eq!(field(column("title"), &Cell::from("=HYPERLINK(\"x\")")), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(field(column("urgency"), &Cell::Number(-2)), "-2");
        assert_eq!(field(column("starts"), &Cell::Number(0)), "\"1970-01-01T00:00:00Z\"");
        assert_eq!(field(column("client"), &Cell::Nothing), "");
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
    fn whatever_a_text_is_its_cell_is_one_and_no_formula() {
        let good: [&[u8]; 4] = [b"plain", b"=1+1", b"a \"b\", c", b"\r\n\t@SUM(A1)"];
        covertrail_domain::testkit::mutate::fuzz(
            "CSV",
            &good,
            &["\"", ",", "\r\n", "=", "'", "\t", "＝", ";", "\u{200b}"],
            |text| {
                let text = String::from_utf8_lossy(text);
                let cell = field(BOARD.column("title").unwrap(), &Cell::from(text.clone().into_owned()));
                let line = format!("first,{cell},last");
                let cells = read(&line).unwrap_or_else(|| panic!("no line of CSV: {line:?}"));
                let [first, middle, last] = cells.as_slice() else { panic!("not three cells: {line:?}") };
                assert_eq!((first.as_str(), last.as_str()), ("first", "last"));
                assert_eq!(middle.replace('\'', ""), text.replace('\'', ""), "only apostrophes are added");
                for part in middle.split([';', '\t', '\r', '\n']) {
                    let begins = |c: char| c.is_whitespace() || is_hidden(c) || c == '"' || c == '＂';
                    assert!(!part.trim_start_matches(begins).starts_with(is_sign), "a formula: {middle:?}");
                }
                (cell.len() - text.len(), middle.len() - text.len())
            },
        );
    }
}
