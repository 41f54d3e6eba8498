//! The command line.

mod answer;
mod ask;
mod certificate;
mod check;
mod copy;
mod diagram;
mod fold;
mod generate;
mod history;
mod init;
mod log;
mod rebuild;
mod replay;
mod retry;
pub(crate) mod sandbox;
mod serve;
mod signals;
mod status;
mod stuck;
mod subscribers;
mod templates;
pub(crate) mod until;
mod waive;

pub(crate) use signals::interrupted;

use crate::assemble::Unusable;
use crate::engine::with_causes;
use crate::logging::{self, escape_controls};
use crate::{config, demo};
use clap::{Parser, Subcommand};
use covertrail_adapters::store::Cause;
use covertrail_adapters::store::embedded::OpenError;
use covertrail_files::FileError;
use std::process::ExitCode;
use std::time::Duration;

/// Keeps every WorkMarket work order insured through 1099Policy, and can prove it.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "Exit codes:\n  \
        0  done\n  \
        1  it failed; the message says why\n  \
        2  the command line is wrong\n  \
        3  the configuration or the environment is wrong\n  \
        4  the event log cannot be opened or written to, or holds what cannot be read\n  \
        5  no such work order\n  \
        6  looked at, and not as it should be (demo --once, check, rebuild --verify)\n\n\
        Examples:\n  \
        covertrail demo\n  \
        covertrail init && covertrail check && covertrail serve\n  \
        covertrail status --json\n  \
        covertrail history 12345\n  \
        covertrail retry 12345"
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Init(init::Init),
    Diagram(diagram::Diagram),
    Check(check::Check),
    Status(status::Status),
    History(history::History),
    Replay(replay::Replay),
    Rebuild(rebuild::Rebuild),
    Generate(generate::Generate),
    Copy(copy::Copy),
    Certificate(certificate::Certificate),
    Waive(waive::Waive),
    Retry(retry::Retry),
    Subscribers(subscribers::Subscribers),
    Sandbox(sandbox::Sandbox),
    WorkmarketTemplates(templates::Templates),
}

/// Why a command did not do what it was asked; each has its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It went wrong.
    Failed(String),
    /// The configuration or the environment is wrong.
    Configuration(String),
    /// The event log cannot be opened, read or written to.
    Log(String),
    /// The log knows no such work order.
    NoSuchWorkOrder(String),
    /// What was looked at is not as it should be; it has been told already.
    NotAsItShouldBe,
}

impl Failure {
    fn report(self) -> ExitCode {
        let (code, message) = match self {
            Self::Failed(message) => (1, message),
            Self::Configuration(message) => (3, message),
            Self::Log(message) => (4, message),
            Self::NoSuchWorkOrder(message) => (5, message),
            Self::NotAsItShouldBe => return ExitCode::from(6),
        };
        logging::write_last(Some(format!("covertrail: {}\n", escape_controls(message.trim_end()))));
        ExitCode::from(code)
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::Configuration(error.to_string())
    }
}

impl From<Unusable> for Failure {
    fn from(error: Unusable) -> Self {
        Self::Configuration(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let room = match &error {
            OpenError::Unavailable { source, .. } if !is_denied(source) => "; is its disk full?",
            OpenError::Unavailable { .. }
            | OpenError::Locked { .. }
            | OpenError::Missing { .. }
            | OpenError::NotOurs(_)
            | OpenError::Damaged { .. } => "",
        };
        Self::Log(format!("{}{room}", with_causes(&error)))
    }
}

/// Whether the system says that this user may not, whatever room there is.
fn is_denied(cause: &Cause) -> bool {
    let file = cause.downcast_ref::<FileError>().map(FileError::kind);
    let kind = file.or_else(|| cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind));
    kind == Some(std::io::ErrorKind::PermissionDenied)
}

/// Runs the program.
pub fn main() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => return report_usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Failed(format!("no threads to run on: {error}")).report(),
    };
    let ran = runtime.block_on(async {
        live_with_limits();
        match line.command {
            Command::Demo(demo) => demo.run().await,
            Command::Serve(serve) => serve.run().await,
            Command::Init(init) => init.run(),
            Command::Diagram(diagram) => diagram.run(),
            Command::Check(check) => check.run().await,
            Command::Status(status) => status.run().await,
            Command::History(history) => history.run().await,
            Command::Replay(replay) => replay.run().await,
            Command::Rebuild(rebuild) => rebuild.run().await,
            Command::Generate(generate) => generate.run().await,
            Command::Copy(copy) => copy.run().await,
            Command::Certificate(certificate) => certificate.run().await,
            Command::Waive(waive) => waive.run().await,
            Command::Retry(retry) => retry.run().await,
            Command::Subscribers(subscribers) => subscribers.run().await,
            Command::Sandbox(sandbox) => sandbox.run().await,
            Command::WorkmarketTemplates(templates) => templates.run(),
        }
    });
    // a thread that hangs, in a file that never answers for instance, does not keep the process alive
    runtime.shutdown_timeout(LAST_THREADS);
    let code = ran.map_or_else(Failure::report, |()| ExitCode::SUCCESS);
    logging::write_last(None);
    code
}

/// How long threads that are at work may take to end once the command has ended.
const LAST_THREADS: Duration = Duration::from_secs(1);

/// Help and the version go to standard output, what is wrong with a command line to standard error.
fn report_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let message = error.render();
        let has_colours = logging::has_colours(&std::io::stderr());
        let message =
            if has_colours { message.ansi().to_string() } else { escape_controls(&message.to_string()) };
        logging::write_last(Some(message));
        return ExitCode::from(2);
    }
    // a reader that has seen enough is no failure
    let _ = error.print();
    ExitCode::SUCCESS
}

/// A limit on the size of files is met as a full disk is: the write fails, and the process lives.
fn live_with_limits() {
    use tokio::signal::unix::{SignalKind, signal};
    // SIGXFSZ; being listened to once, it no longer kills. Where there is no such signal nothing need be done
    let _ = signal(SignalKind::from_raw(25));
}

/// Prints to standard output. A reader that has seen enough, such as `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    print_bytes(format!("{text}{end}").as_bytes())
}

/// Prints bytes as they are, like [`print`].
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
