//! The signals that end the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit codes of a process that a signal ended, as shells have them.
const INTERRUPTED: i32 = 130;
const TERMINATED: i32 = 143;
const HUNG_UP: i32 = 129;

/// Listens, from now on, for Ctrl-C, for the signal by which a service is stopped and for the end of the terminal. The
/// future ends with the first of them and its name; the next one ends the process at once, whatever it is doing.
pub(crate) fn interrupted() -> impl Future<Output = &'static str> {
    let mut signals = EndingSignals::listen();
    async move {
        let (name, _) = signals.next().await;
        end_at_next_signal(EndingSignals::listen());
        name
    }
}

struct EndingSignals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
}

impl EndingSignals {
    /// A signal that cannot be listened for keeps its usual effect.
    fn listen() -> Self {
        let listened = |kind| signal(kind).ok();
        let hang_up = (!ignores_hang_up()).then(|| listened(SignalKind::hangup())).flatten();
        Self {
            interrupt: listened(SignalKind::interrupt()),
            terminate: listened(SignalKind::terminate()),
            hang_up,
        }
    }

    /// The name of the next signal, and the exit code of a process that it ends.
    async fn next(&mut self) -> (&'static str, i32) {
        let comes = async |signal: &mut Option<Signal>| match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        };
        tokio::select! {
            () = comes(&mut self.interrupt) => ("interrupt", INTERRUPTED),
            () = comes(&mut self.terminate) => ("terminate", TERMINATED),
            () = comes(&mut self.hang_up) => ("hang-up", HUNG_UP),
        }
    }
}

/// A thread with a runtime of its own waits, so that it works where every other thread hangs.
fn end_at_next_signal(mut signals: EndingSignals) {
    let waits = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let (_, code) = runtime.block_on(signals.next());
        std::process::exit(code);
    };
    // without the thread the process ends as it would have: in its own time
    drop(std::thread::Builder::new().name("signals".into()).spawn(waits));
}

/// Whether the process was started to outlive its terminal, as `nohup` does. Where that cannot be known, the signal
/// keeps its usual effect too.
fn ignores_hang_up() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // signal 1 is the lowest bit
    ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).is_none_or(|set| set & 1 == 1)
}
