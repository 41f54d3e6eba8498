//! What must hold of the files that pages load, and of rows as pages read them.

use super::assets;
use super::rows;
use covertrail_projections::{Cell, Holds, Table, row_as_json, tables};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::fmt::Debug;
use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn what_others_wrote_is_what_they_published() {
    let vendored = include_str!("assets/VENDORED.txt");
    for name in ["htmx.js", "sse.js"] {
        let asset = assets::ALL.iter().find(|asset| asset.name == name).unwrap();
        let sum = hex(&Sha256::digest(asset.plain));
        assert!(vendored.contains(&format!("{sum}  {name}")), "{name} is not what VENDORED.txt says: {sum}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn every_file_is_sent_compressed_as_it_is() {
    for asset in &assets::ALL {
        let mut gzip =
            Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        gzip.stdin.take().unwrap().write_all(asset.gzip).unwrap();
        let unpacked = gzip.wait_with_output().unwrap().stdout;
        assert!(unpacked == asset.plain, "{} has changed; run assets/compress", asset.name);
    }
}

#[test]
fn script_and_style_weigh_less_than_30_kb_and_our_own_script_less_than_5() {
    let sent = assets::ALL.iter().map(|asset| asset.gzip.len()).sum::<usize>();
    assert!(sent < 30_000, "{sent} bytes");
    let own = assets::ALL.iter().find(|asset| asset.name == "board.js").unwrap();
    assert!(own.gzip.len() < 5_000, "{} bytes", own.gzip.len());
}

#[test]
fn pages_read_every_row_of_the_read_models() {
    reads::<rows::Order>(&tables::BOARD);
    reads::<rows::Contractor>(&tables::CONTRACTORS);
    reads::<rows::Review>(&tables::REVIEWS);
    reads::<rows::Unjudged>(&tables::CERTIFICATES);
    reads::<rows::Covered>(&tables::COVER);
    reads::<rows::Gap>(&tables::GAPS);
    reads::<rows::Blocked>(&tables::BLOCKED);
    reads::<rows::Delivery>(&tables::DELIVERIES);
    reads::<rows::Item>(&tables::CHECKLIST);
    reads::<rows::Day>(&tables::FIGURES);
}

fn reads<T: DeserializeOwned + Debug>(table: &Table) {
    let cell = |holds: Holds| match holds {
        Holds::Text | Holds::Names => Cell::from("words"),
        Holds::Number | Holds::Moment | Holds::Cents | Holds::Truth => Cell::from(1_i64),
    };
    let row = row_as_json(table, &table.columns.iter().map(|column| cell(column.holds)).collect());
    let read: Result<T, _> = serde_json::from_str(&row);
    assert!(read.is_ok(), "{}: {read:?}", table.name);
}
