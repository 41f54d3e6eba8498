//! `[store]`: where the event log and the certificates are.

use crate::assemble::{Unusable, unusable};
use covertrail_files::Sharing;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

/// Where things are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// What keeps the event log.
    pub engine: LogEngine,
    /// The event log in one file, for the embedded engine; what is kept beside it has its name.
    pub path: PathBuf,
    /// The EventStoreDB server or cluster, as its clients write it, without a password.
    pub url: Option<String>,
    /// The certificate authority of that server, in PEM, where the system does not know it.
    pub ca_file: Option<PathBuf>,
    /// The read models; without it, beside the log.
    pub views: Option<PathBuf>,
    /// The folder of handed-in certificates.
    pub documents: PathBuf,
    /// The group whose members may read the log, the read models and the certificates, beside the owner.
    pub group: Option<String>,
}

/// What keeps the event log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogEngine {
    /// One SQLite file, which one process writes to.
    #[default]
    Embedded,
    /// A server or cluster, which any number of nodes write to.
    EventStoreDb,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            engine: LogEngine::Embedded,
            path: "covertrail.sqlite".into(),
            url: None,
            ca_file: None,
            views: None,
            documents: "documents".into(),
            group: None,
        }
    }
}

impl Store {
    /// Where the read models lie.
    pub fn views_path(&self) -> PathBuf {
        self.views.clone().unwrap_or_else(|| self.path.with_extension("views.sqlite"))
    }

    /// Where the gateway keeps the groups of its clients.
    pub fn groups_path(&self) -> PathBuf {
        self.path.with_extension("groups.json")
    }

    /// Who may read what is created; a group is looked up on this machine.
    pub fn sharing(&self) -> Result<Sharing, Unusable> {
        let sharing = self.group.as_deref().map(Sharing::with_group).transpose();
        Ok(sharing.map_err(|unknown| unusable("store.group", unknown))?.unwrap_or_default())
    }

    /// Takes paths from a folder.
    pub(super) fn found_from(&mut self, folder: &Path) {
        self.path = folder.join(&self.path);
        self.documents = folder.join(&self.documents);
        self.views = self.views.as_ref().map(|file| folder.join(file));
        self.ca_file = self.ca_file.as_ref().map(|file| folder.join(file));
    }

    /// Known by this certificate authority, if one is given.
    pub(crate) fn trusting(mut self, ca_file: Option<&PathBuf>) -> Self {
        self.ca_file = ca_file.cloned().or(self.ca_file);
        self
    }

    /// A line for each field that is wrong.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match (self.engine, &self.url) {
            (LogEngine::EventStoreDb, None) => {
                problems.push("store.url: must be named where engine is \"eventstoredb\"".into());
            }
            (LogEngine::EventStoreDb, Some(url)) if has_password(url) => problems.push(
                "store.url: must hold no password: set COVERTRAIL_STORE_CREDENTIALS to name:password".into(),
            ),
            (LogEngine::Embedded, Some(_)) => {
                problems.push("store.url: is read only where engine is \"eventstoredb\"".into());
            }
            (LogEngine::EventStoreDb, Some(_)) | (LogEngine::Embedded, None) => {}
        }
        let places = [
            ("store.path", Some(&self.path)),
            ("store.views", self.views.as_ref()),
            ("store.documents", Some(&self.documents)),
        ];
        let empty =
            places.into_iter().filter(|(_, path)| path.is_some_and(|path| path.as_os_str().is_empty()));
        problems.extend(empty.map(|(field, _)| format!("{field}: must not be empty")));
        problems
    }
}

/// What the log is called in messages: its path, or its server.
impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.engine, &self.url) {
            (LogEngine::EventStoreDb, Some(url)) => f.write_str(url),
            (LogEngine::EventStoreDb, None) | (LogEngine::Embedded, _) => self.path.display().fmt(f),
        }
    }
}

/// Whether somebody wrote a secret where it does not belong. Where it cannot be read, it is refused later.
fn has_password(url: &str) -> bool {
    // a list of hosts is no host, so that only what stands before them is read
    let (login, _) = url.split_once('@').unwrap_or_default();
    Url::parse(&format!("{login}@host")).is_ok_and(|url| url.password().is_some())
}
