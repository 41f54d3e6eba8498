//! The program itself, `covertrail serve`, in a process of its own: this very executable, started once more.

use crate::engine::WEBHOOK_SECRET;
use crate::machine;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The token of whoever measures.
pub const TOKEN: &str = "a-token-of-the-measurement";
/// How many people may ask beside them.
const PEOPLE: usize = 20;
const SERVES: &str = "COVERTRAIL_BENCH_SERVES";

/// Is the program, where this process was started to be it.
pub fn main_of_program() -> Option<ExitCode> {
    std::env::var_os(SERVES).map(|_| covertrail::main())
}

/// A running `serve`.
pub struct Program {
    child: Child,
    begun: Instant,
    /// Where it is asked.
    pub address: SocketAddr,
    /// Where clients of EventStoreDB reach it.
    pub gateway: SocketAddr,
}

impl Program {
    /// Serves the log in a directory, with vendors that nobody is.
    pub fn serve(directory: &Path) -> Self {
        let person = |name: &str, role: &str, token: &str| {
            let sha256: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("[[access]]\nname = \"{name}\"\nrole = \"{role}\"\nsha256 = \"{sha256}\"\n")
        };
        let people: String = (0..PEOPLE)
            .map(|number| person(&format!("person-{number}"), "viewer", &Self::token(number)))
            .collect();
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[gateway]\nlisten = \"127.0.0.1:0\"\nanonymous = \"reader\"\n\
             [policy]\nbase_url = \"http://127.0.0.1:9\"\n[workmarket]\nbase_url = \"http://127.0.0.1:9\"\n\
             [log]\nfilter = \"error,covertrail::commands::serve=info\"\n\
             {clerk}{people}",
            clerk = person("clerk", "auditor", TOKEN)
        );
        fs::write(directory.join("covertrail.toml"), config).expect("a file");
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe().expect("this executable"))
            .args(["serve", "--config", "covertrail.toml"])
            .current_dir(directory)
            .env(SERVES, "1")
            .env("COVERTRAIL_POLICY_API_KEY", "t9k_test_measured_by_us")
            .env("COVERTRAIL_POLICY_WEBHOOK_SECRETS", WEBHOOK_SECRET)
            .env("COVERTRAIL_WORKMARKET_TOKEN", "a-token-of-workmarkets")
            .env("COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS", "a-secret-of-workmarkets")
            .env("COVERTRAIL_LINK_SECRET", "a-secret-for-links-that-is-long-enough")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        let gateway = announced(&mut said, "\"message\":\"serving EventStoreDB's protocol\"");
        let address = announced(&mut said, "\"message\":\"serving\"");
        std::thread::spawn(move || {
            let lines = said.lines().map_while(Result::ok);
            lines.filter(|line| line.contains("\"ERROR\"")).for_each(|line| eprintln!("{line}"));
        });
        Self { child, begun, address, gateway }
    }

    /// The token of one of the people beside whoever measures, counted from 0.
    pub fn token(number: usize) -> String {
        format!("a-token-of-person-{number}-of-the-measurement")
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the work is done, and the read models are at the end of the log; how long each took since the start.
    pub fn ready(&self) -> (Duration, Duration) {
        let mut works = None;
        loop {
            let answer = self.get("/readyz");
            if answer.starts_with("HTTP/1.1 200") {
                let works = *works.get_or_insert_with(|| self.begun.elapsed());
                if answer.contains("\"projection_lag\":0") {
                    return (works, self.begun.elapsed());
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// One request of whoever measures, and its whole answer.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: covertrail\r\nconnection: close\r\n\r\n")
            .expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// How much memory it holds, in MiB.
    pub fn resident_mib(&self) -> f64 {
        machine::resident_mib_of(self.child.id())
    }

    /// Ends it as whoever runs it does.
    pub fn end(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").arg(pid).status().expect("kill is there");
        assert!(told.success() && self.child.wait().expect("it ends").success(), "it ends in order");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the first log line with this message.
fn announced(said: &mut BufReader<ChildStderr>, message: &str) -> SocketAddr {
    let mut line = String::new();
    while !line.contains(message) {
        line.clear();
        assert!(said.read_line(&mut line).expect("a line") > 0, "the program ended before it served");
    }
    let address = line.split("\"address\":\"").nth(1).and_then(|rest| rest.split('"').next());
    address.and_then(|address| address.parse().ok()).expect("an address")
}
