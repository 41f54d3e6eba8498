//! The board in a real browser, over the program as it runs.

mod acting;
mod browser;
mod clerk;
mod live;
mod looks;
mod roles;
mod screens;

use crate::world::Program;
use reqwest::Client;
use serde_json::Value;
use std::path::PathBuf;

/// A demo that has come to its end and stays up.
struct Demo {
    program: Program,
    board: String,
    token: String,
    workmarket: String,
    http: Client,
}

impl Demo {
    async fn begin() -> Self {
        let program = Program::spawn(&["demo"], &[]);
        let said = program.told().says("Still up").await;
        let after = |what: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(what));
            line.unwrap_or_else(|| panic!("it names no {what}")).trim().to_owned()
        };
        let board = after("Board ");
        let (board, token) = board.split_once("/sign-in#").unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        let (board, token) = (board.to_owned(), token.to_owned());
        Self { program, board, token, workmarket: after("WorkMarket, simulated"), http }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.board)
    }

    /// What somebody does at WorkMarket, which tells the program by webhook.
    async fn at_workmarket(&self, work_order: &str, what: &str, body: Value) {
        let url = format!("{}/sandbox/workorders/{work_order}/{what}", self.workmarket);
        let request = self.http.post(url).header("content-type", "application/json").body(body.to_string());
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// Nothing that went wrong may be in what it said.
    fn end(self) {
        let said = self.program.stderr();
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// Where screenshots are kept.
fn shots() -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/board"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
