//! Open files: every connection is one, and so are the log, the read models and calls to vendors.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many are left for everything that is no connection.
const RESERVED: u64 = 256;
/// More connections than one node ever needs.
const MOST_CONNECTIONS: u64 = 4_096;

/// Raises the soft limit of open files to the hard one; answers how many this process may have open. Called at start.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // where it is refused the lower limit stays, and connections are derived from that
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// How many connections there may be with so many open files: what is left beside the program's own, and never more
/// than a node needs.
pub fn connections_within(files: u64) -> u64 {
    room_for_connections(files).min(MOST_CONNECTIONS)
}

/// How many connections fit beside the program's own files. With very few, half of them.
pub fn room_for_connections(files: u64) -> u64 {
    files.saturating_sub(RESERVED).max(files / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_the_programs_own_files() {
        for (files, connections) in [(64, 32), (512, 256), (1_024, 768), (1 << 20, 4_096), (u64::MAX, 4_096)]
        {
            assert_eq!(connections_within(files), connections, "{files}");
        }
    }

    #[test]
    fn the_soft_limit_is_the_hard_one_afterwards() {
        let files = raise_open_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert_eq!(limit.current.unwrap_or(u64::MAX), files);
    }
}
