//! The program as a process.

use super::PATIENCE;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::watch;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_covertrail-under-test");

/// A process of the program; killed when it goes out of scope.
pub(crate) struct Program {
    child: Child,
    told: Arc<Said>,
    readers: Vec<JoinHandle<()>>,
}

/// What it has said so far.
pub(crate) struct Said {
    stdout: Mutex<String>,
    stderr: Mutex<String>,
    /// Its address once it serves; an error once it has ended without.
    address: watch::Receiver<Option<SocketAddr>>,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// Starts it with these arguments, and of our own variables only these.
    pub(crate) fn spawn(arguments: &[&str], environment: &[(&str, String)]) -> Self {
        Self::begin(Command::new(PROGRAM), arguments, environment)
    }

    /// Starts it with a standard error that only the caller reads, if anybody.
    pub(crate) fn spawn_with_stderr(
        stderr: Stdio,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> Self {
        Self::begin_with(Command::new(PROGRAM), arguments, environment, Stdio::piped(), stderr)
    }

    /// Runs it to its end with a standard output that only the caller reads, if anybody.
    pub(crate) async fn run_with_stdout(stdout: Stdio, arguments: &[&str]) -> Ended {
        Self::begin_with(Command::new(PROGRAM), arguments, &[], stdout, Stdio::piped()).ended().await
    }

    /// Starts it where no file may grow beyond so many bytes, which stands for a full disk.
    pub(crate) fn spawn_within(bytes: u64, arguments: &[&str], environment: &[(&str, String)]) -> Self {
        let mut command = Command::new("prlimit");
        command.args([&format!("--fsize={bytes}:"), PROGRAM]);
        Self::begin(command, arguments, environment)
    }

    /// Starts it from a shell that has run these commands before, such as `umask 0`. A word of `sh` says how the program is
    /// executed: `exec`, or `exec setpriv …`.
    pub(crate) fn spawn_after(shell: &str, arguments: &[&str], environment: &[(&str, String)]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{shell} \"$0\" \"$@\""), PROGRAM]);
        Self::begin(command, arguments, environment)
    }

    fn begin(command: Command, arguments: &[&str], environment: &[(&str, String)]) -> Self {
        Self::begin_with(command, arguments, environment, Stdio::piped(), Stdio::piped())
    }

    fn begin_with(
        mut command: Command,
        arguments: &[&str],
        environment: &[(&str, String)],
        stdout: Stdio,
        stderr: Stdio,
    ) -> Self {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COVERTRAIL_")) {
            command.env_remove(name);
        }
        let mut child = command
            .env_remove("RUST_LOG")
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .unwrap();
        let (found, address) = watch::channel(None);
        let told = Arc::new(Said { stdout: Mutex::default(), stderr: Mutex::default(), address });
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            let told = Arc::clone(&told);
            readers.push(std::thread::spawn(move || listen(stdout, &told.stdout, |_| ())));
        }
        if let Some(stderr) = child.stderr.take() {
            let told = Arc::clone(&told);
            readers.push(std::thread::spawn(move || {
                listen(stderr, &told.stderr, |line| {
                    if let Some(address) = serving(line) {
                        found.send_replace(Some(address));
                    }
                });
            }));
        }
        Self { child, told, readers }
    }

    pub(crate) fn told(&self) -> Arc<Said> {
        Arc::clone(&self.told)
    }

    pub(crate) fn stderr(&self) -> String {
        self.told.stderr.lock().unwrap().clone()
    }

    /// Kills it with SIGKILL and waits for its end.
    pub(crate) fn kill(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        self.child.wait().unwrap();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
    }

    /// From now on no file may grow beyond so many bytes, or all may again.
    pub(crate) fn limit(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let (process, limit) = (format!("--pid={}", self.child.id()), format!("--fsize={limit}:"));
        assert!(Command::new("prlimit").args([process, limit]).status().unwrap().success());
    }

    /// From now on it may have at most so many files open.
    pub(crate) fn open_files(&self, files: u64) {
        let (process, limit) = (format!("--pid={}", self.child.id()), format!("--nofile={files}:"));
        assert!(Command::new("prlimit").args([process, limit]).status().unwrap().success());
    }

    /// Its resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Sends it a signal such as `TERM`, by its own process id.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Ended {
        let waiting = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE * 4, waiting).await;
        let status = waited.unwrap_or_else(|_| panic!("it never ended; it said: {}", self.stderr()));
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        let (stdout, stderr) = (self.told.stdout.lock().unwrap().clone(), self.stderr());
        Ended { code: status.code(), stdout, stderr }
    }

    /// Runs it to its end.
    pub(crate) async fn run(arguments: &[&str], environment: &[(&str, String)]) -> Ended {
        Self::spawn(arguments, environment).ended().await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // whoever dropped it wants it gone, and a process that has ended already is
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    /// Where it serves, as it says itself.
    pub(crate) async fn address(&self) -> SocketAddr {
        let mut address = self.address.clone();
        let found = tokio::time::timeout(PATIENCE, address.wait_for(Option::is_some)).await;
        match found {
            Ok(Ok(address)) => address.unwrap(),
            Ok(Err(_)) | Err(_) => panic!("it does not serve; it said: {}", self.stderr.lock().unwrap()),
        }
    }

    /// Where it serves, or nothing if it ends before it does.
    pub(crate) async fn found(&self) -> Option<SocketAddr> {
        let mut address = self.address.clone();
        address.wait_for(Option::is_some).await.ok().and_then(|address| *address)
    }

    /// Waits until its standard error says so.
    pub(crate) async fn logs(&self, what: &str) {
        let waiting = async {
            while !self.stderr.lock().unwrap().contains(what) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it never logged {what}"));
    }

    /// Waits until its standard output says so.
    pub(crate) async fn says(&self, what: &str) -> String {
        let waiting = async {
            while !self.stdout.lock().unwrap().contains(what) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it never said {what}"));
        self.stdout.lock().unwrap().clone()
    }
}

fn listen(from: impl Read, into: &Mutex<String>, mut heard: impl FnMut(&str)) {
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).unwrap() > 0 {
        let text = String::from_utf8_lossy(&line);
        into.lock().unwrap().push_str(&text);
        heard(&text);
        line.clear();
    }
}

fn serving(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["message"] == "serving" { line["address"].as_str()?.parse().ok() } else { None }
}
