//! What persistent subscriptions must not forget, in one small file beside the log: it is replaced as a whole,
//! so that it is always the one before or the one after. An event that was acknowledged after the last save
//! is delivered again; none is left out.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use covertrail_files::{Links, Sharing};
use serde::{Deserialize, Serialize};

use super::settings::Settings;

/// The largest file that is read (64 MiB).
const MOST_BYTES: u64 = 64 << 20;

/// Names one group: what it reads and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Name {
    pub(super) stream: String,
    pub(super) group: String,
}

/// One group as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) settings: Settings,
    /// The first place that is not settled yet.
    pub(super) next: u64,
    /// The places that a consumer gave up, until they are replayed and settled.
    pub(super) parked: Vec<u64>,
    /// Whether confidential events are among its own; then only those who may read them join it.
    #[serde(default)]
    pub(super) sees_everything: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(flatten)]
    name: Name,
    record: Record,
}

/// The file and what stands in it.
#[derive(Clone)]
pub(super) struct Ledger {
    path: Arc<PathBuf>,
    records: Arc<Mutex<BTreeMap<Name, Record>>>,
}

impl Ledger {
    /// Reads the file; a missing one has no groups.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let entries: Vec<Entry> = match covertrail_files::read(&path, Links::Refuse, MOST_BYTES) {
            // an empty file is ours to use
            Ok(bytes) if bytes.is_empty() => Vec::new(),
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let records = entries.into_iter().map(|entry| (entry.name, entry.record)).collect();
        Ok(Self { path: Arc::new(path), records: Arc::new(Mutex::new(records)) })
    }

    pub(super) fn find(&self, name: &Name) -> Option<Record> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// How many groups there are.
    pub(super) fn count(&self) -> usize {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn names(&self) -> Vec<Name> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Puts a group as it is now, or takes it out, and answers when that is on the disk.
    pub(super) async fn put(&self, name: &Name, record: Option<Record>) -> io::Result<()> {
        let (ledger, name) = (self.clone(), name.clone());
        let saving = tokio::task::spawn_blocking(move || ledger.replace(name, record));
        saving.await.map_err(io::Error::other)?
    }

    fn replace(&self, name: Name, record: Option<Record>) -> io::Result<()> {
        // held until it is written, so that of two saves the later one stands
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = records.clone();
        match record {
            Some(record) => changed.insert(name, record),
            None => changed.remove(&name),
        };
        let entries: Vec<_> = changed
            .iter()
            .map(|(name, record)| Entry { name: name.clone(), record: record.clone() })
            .collect();
        // nobody else has any use for it, not even those who may read the log
        covertrail_files::replace(&self.path, &serde_json::to_vec_pretty(&entries)?, &Sharing::OWNER_ONLY)?;
        *records = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    #[tokio::test]
    async fn the_file_of_the_groups_is_for_its_owner_and_takes_the_place_of_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("groups.json"), "").unwrap();
        let name = Name { stream: "$all".to_owned(), group: "payroll".to_owned() };
        let ledger = Ledger::open(at("groups.json")).unwrap();
        ledger.put(&name, None).await.unwrap();
        assert_eq!(fs::metadata(at("groups.json")).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        fs::write(at("theirs"), "{\"theirs\":true}").unwrap();
        assert!(Ledger::open(at("theirs")).is_err());
        symlink(at("theirs"), at("link")).unwrap();
        assert!(Ledger::open(at("link")).is_err());
        symlink(at("nowhere"), at("later")).unwrap();
        assert!(Ledger::open(at("later")).is_err());
        assert!(!at("nowhere").exists() && fs::read(at("theirs")).unwrap() == b"{\"theirs\":true}");
    }
}
