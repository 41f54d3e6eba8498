//! The event log, opened where the configuration says it is.

use crate::assemble::{Unusable, unusable};
use crate::commands::Failure;
use crate::config::{self, LogEngine, store_credentials};
use covertrail_adapters::store::eventstoredb::Settings;
use covertrail_adapters::store::{Embedded, EventStore, EventStoreDb};
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
            LogEngine::Embedded => Ok(Self::file(&store.path, Embedded::open(&store.path)?)),
            LogEngine::EventStoreDb => Ok(Self::server(store)?),
        }
    }

    /// Opens the configured log to read it, also while others write to it.
    pub(crate) fn for_reading(store: &config::Store) -> Result<Self, Failure> {
        match store.engine {
            LogEngine::Embedded => {
                if store.path.is_dir() {
                    let folder = store.path.display();
                    return Err(Failure::Log(format!("{folder} is a folder: name the log in it")));
                }
                Ok(Self::file(&store.path, Embedded::open_read_only(&store.path)?))
            }
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
