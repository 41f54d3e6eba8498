//! On what machine this was measured.

use std::fs;

/// One line: processor, cores, memory, kernel.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = kilobytes("/proc/meminfo", "MemTotal").map_or(0.0, |kb| kb / 1_048_576.0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    let kernel = kernel.trim();
    format!("{model}, {cores} cores, {memory:.0} GiB; Linux {kernel}; load before: {load}")
}

/// How much memory this process holds, in MiB.
pub fn resident_mib() -> f64 {
    resident_mib_of(std::process::id())
}

/// How much memory a process holds, in MiB.
pub fn resident_mib_of(process: u32) -> f64 {
    kilobytes(&format!("/proc/{process}/status"), "VmRSS").unwrap_or(f64::NAN) / 1024.0
}

fn kilobytes(file: &str, name: &str) -> Option<f64> {
    line_of(file, name)?.split(' ').next()?.parse().ok()
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
