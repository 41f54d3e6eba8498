//! The event log, opened where the configuration says it is.

use crate::assemble::{Unusable, unusable};
use crate::commands::Failure;
use crate::config::{self, LogEngine, store_credentials};
use covertrail_adapters::store::eventstoredb::Settings;
use covertrail_adapters::store::{Embedded, EventStore, EventStoreDb};
use covertrail_files::{DatabaseError, DatabaseKind, Exposure, NotOurs, Sharing, beside};
use std::path::Path;
use std::sync::Arc;

/// An open event log, of either engine.
pub(crate) struct Opened {
    /// What messages call it: its path, or its server.
    pub(crate) name: String,
    pub(crate) store: Arc<dyn EventStore>,
    /// The log itself where it is a file, which is to be closed.
    file: Option<Embedded>,
}

impl Opened {
    /// Opens the configured log to write to it.
    pub(crate) fn for_writing(store: &config::Store) -> Result<Self, Failure> {
        match store.engine {
            LogEngine::Embedded => {
                Ok(Self::file(&store.path, Embedded::open_shared(&store.path, &store.sharing()?)?))
            }
            LogEngine::EventStoreDb => Ok(Self::server(store)?),
        }
    }

    /// Opens the configured log to read it, also while others write to it.
    pub(crate) fn for_reading(store: &config::Store) -> Result<Self, Failure> {
        match store.engine {
            LogEngine::Embedded => Ok(Self::file(&store.path, Embedded::open_read_only(&store.path)?)),
            LogEngine::EventStoreDb => Ok(Self::server(store)?),
        }
    }

    fn file(path: &Path, file: Embedded) -> Self {
        Self { name: path.display().to_string(), store: Arc::new(file.clone()), file: Some(file) }
    }

    fn server(store: &config::Store) -> Result<Self, Unusable> {
        Ok(Self { name: store.to_string(), store: Arc::new(server(store)?), file: None })
    }

    /// Lets go of it when what waits is written.
    pub(crate) async fn close(self) {
        if let Some(file) = self.file {
            file.close().await;
        }
    }
}

/// Finds out, before anything is made, whether the files and folders beside the log are ours to use.
pub(crate) fn look_at_places(store: &config::Store) -> Result<(), Unusable> {
    let field = if store.views.is_some() { "store.views" } else { "the read models beside store.path" };
    if let Some(refusal) = refusal_of_views(store) {
        return Err(unusable(field, refusal));
    }
    match std::fs::metadata(&store.documents) {
        Ok(found) if !found.is_dir() => {
            Err(unusable("store.documents", format!("{} is no folder", store.documents.display())))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Why the file of the read models cannot be used. One that is damaged can: it is put aside and folded again.
pub(crate) fn refusal_of_views(store: &config::Store) -> Option<DatabaseError> {
    match covertrail_files::look(&store.views_path(), DatabaseKind::ReadModels) {
        Ok(_)
        | Err(DatabaseError::Damaged { .. } | DatabaseError::NotOurs(NotOurs::WithoutDatabase { .. })) => {
            None
        }
        Err(refusal) => Some(refusal),
    }
}

/// How many documents are looked at.
const MOST_DOCUMENTS: usize = 10_000;

/// Files and folders of ours that others than those may read whom the configuration names. They are of before, since what
/// is made now is closed to others.
pub(crate) fn exposures(store: &config::Store) -> Result<Vec<Exposure>, Unusable> {
    let sharing = store.sharing()?;
    let mut databases = vec![store.views_path()];
    let mut private = Vec::new();
    if store.engine == LogEngine::Embedded {
        databases.push(store.path.clone());
        private.extend([beside(&store.path, ".lock"), store.groups_path()]);
    }
    let exposed = databases.iter().filter_map(|path| sharing.exposure_of_database(path));
    let exposed = exposed.chain(private.iter().filter_map(|path| Sharing::OWNER_ONLY.exposure(path)));
    Ok(exposed.chain(sharing.exposure_within(&store.documents, MOST_DOCUMENTS)).collect())
}

/// The configured server; it is connected to when it is first asked something.
pub(crate) fn server(store: &config::Store) -> Result<EventStoreDb, Unusable> {
    let settings = Settings::new(&store.to_string(), store_credentials().as_ref(), store.ca_file.as_deref());
    Ok(EventStoreDb::new(settings.map_err(|bad| unusable("store.url", bad))?))
}

/// How the command line names a log: by its file, or by its server. A password is not for the command line, which
/// others on the machine can read.
pub(crate) fn named(log: &str) -> Result<config::Store, Failure> {
    let mut store = config::Store::default();
    if log.starts_with("esdb://") || log.starts_with("esdb+discover://") {
        store.engine = LogEngine::EventStoreDb;
        store.url = Some(log.to_owned());
    } else {
        store.path = log.into();
    }
    let problems = store.problems();
    if problems.is_empty() { Ok(store) } else { Err(Failure::Configuration(problems.join("\n"))) }
}
