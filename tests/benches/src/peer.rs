//! The peer: `cqrs-es` on `sqlite-es`, in a process of its own, because its SQLite cannot be linked beside ours.

use crate::load::Round;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The process, idle between rounds.
pub struct Peer {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Builds it, which takes minutes the first time, and starts it.
    pub fn start(directory: &Path, data_bytes: usize, metadata_bytes: usize) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // what cargo says of this package would make it build the other anew
        for (name, _) in std::env::vars_os() {
            let of_this = |prefix| name.to_str().is_some_and(|name| name.starts_with(prefix));
            if of_this("CARGO_PKG_") || of_this("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        build.args(["build", "--release", "--locked", "--quiet", "--manifest-path"]);
        build.arg(here.join("peers/Cargo.toml")).arg("--target-dir").arg(here.join("target/peers"));
        let built = build.status().expect("cargo runs");
        assert!(built.success(), "the peer does not build");
        let mut child = Command::new(here.join("target/peers/release/covertrail-bench-peers"))
            .arg(directory)
            .args([data_bytes.to_string(), metadata_bytes.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer starts");
        let asked = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, asked, answers }
    }

    /// Has it replay a log of work orders to one view: how many events, and the seconds they took.
    pub fn replay(&mut self, work_orders: u64) -> (f64, f64) {
        let answer = self.answer(&format!("replay {work_orders}"));
        (figure(&answer, "events"), figure(&answer, "seconds"))
    }

    /// Has it run one round; says how many commands failed.
    pub fn round(&mut self, producers: usize, time: Duration) -> (Round, u64) {
        let answer = self.answer(&format!("{producers} {}", time.as_millis()));
        let round = Round {
            rate: figure(&answer, "commands") / figure(&answer, "seconds"),
            p50: figure(&answer, "p50_us"),
            p99: figure(&answer, "p99_us"),
        };
        (round, answer.get("failed").and_then(Value::as_u64).unwrap_or(0))
    }

    fn answer(&mut self, asked: &str) -> Value {
        writeln!(self.asked, "{asked}").expect("the peer listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer answers");
        serde_json::from_str(&line).expect("the peer answers in JSON")
    }
}

fn figure(answer: &Value, name: &str) -> f64 {
    answer.get(name).and_then(Value::as_f64).expect("the peer's figures")
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
