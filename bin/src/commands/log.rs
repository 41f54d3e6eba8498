//! The event log that a command reads, also while another process writes to it.

use super::Failure;
use crate::config::Config;
use crate::engine::{COVERAGE, REFUSAL, with_causes};
use crate::store::{self, Opened};
use clap::Args;
use covertrail_adapters::schema::Malformed;
use covertrail_adapters::store::{Batch, Category, EventStore, Position, ReadError, Recorded, StreamName};
use covertrail_domain::id::WorkOrderId;
use covertrail_files::Sharing;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many events are asked for at once.
const PAGE: usize = 4096;
/// Where the configuration is looked for when nothing else is said.
const CONFIG: &str = "covertrail.toml";

/// Which log to read.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The event log, a file or esdb://…; without it the configuration's
    #[arg(long, value_name = "LOG", conflicts_with = "config")]
    log: Option<String>,
    /// The configuration that names the log [default: covertrail.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// An open log.
pub(crate) struct Log {
    opened: Opened,
}

/// Where read models lie, and who may read them.
pub(crate) struct ReadModelsFile {
    pub(crate) path: PathBuf,
    pub(crate) sharing: Sharing,
}

impl Which {
    /// The configuration that names the log, if one does.
    pub(crate) fn configuration(&self) -> Result<Option<Config>, Failure> {
        let default = Path::new(CONFIG);
        let named = self.config.as_deref().or(Some(default).filter(|default| default.exists()));
        let config = named.filter(|_| self.log.is_none()).map(Config::read);
        Ok(config.transpose()?)
    }

    /// The file of the log's read models.
    pub(crate) fn read_models(&self) -> Result<ReadModelsFile, Failure> {
        let configured = self.configuration()?.map(|config| config.store);
        let named = self.log.as_deref().map(store::named).transpose()?;
        let store = named.or(configured).unwrap_or_default();
        Ok(ReadModelsFile { path: store.views_path(), sharing: store.sharing()? })
    }

    /// Opens it for reading only.
    pub(crate) fn open(self) -> Result<Log, Failure> {
        let configured = self.configuration()?.map(|config| config.store);
        let Some(which) = self.log.as_deref().map(store::named).transpose()?.or(configured) else {
            return Err(Failure::Configuration(format!(
                "no log to read: there is no {CONFIG} here. Name the log with --log LOG or the configuration with --config FILE; \
                 `covertrail demo --once --data ./demo` makes a log to look at, ./demo/covertrail.sqlite"
            )));
        };
        Ok(Log { opened: Opened::for_reading(&which)? })
    }
}

impl Log {
    /// Whatever reads it.
    pub(crate) fn store(self) -> Arc<dyn EventStore> {
        self.opened.store
    }

    /// Every event of a work order, oldest first.
    pub(crate) async fn of(
        &self,
        work_order: &WorkOrderId,
        each: impl FnMut(&Recorded<'_>) -> Result<(), Wrong>,
    ) -> Result<(), Failure> {
        self.stream(COVERAGE, work_order, each).await
    }

    /// Everything that was refused for a work order, oldest first.
    pub(crate) async fn refused(
        &self,
        work_order: &WorkOrderId,
        each: impl FnMut(&Recorded<'_>) -> Result<(), Wrong>,
    ) -> Result<(), Failure> {
        self.stream(REFUSAL, work_order, each).await
    }

    async fn stream(
        &self,
        category: &str,
        work_order: &WorkOrderId,
        mut each: impl FnMut(&Recorded<'_>) -> Result<(), Wrong>,
    ) -> Result<(), Failure> {
        let name = format!("{category}-{work_order}");
        let name = StreamName::parse(&name).map_err(|bad| Failure::Failed(format!("{work_order}: {bad}")))?;
        let mut from = 0;
        loop {
            let page =
                self.opened.store.read_stream(&name, from, PAGE).await.map_err(|e| self.unreadable(&e))?;
            self.tell(&page, &mut each)?;
            match page.last_revision() {
                Some(last) => from = last.saturating_add(1),
                None => return Ok(()),
            }
        }
    }

    /// Every event, or those of one category, in the order of the log up to a position.
    pub(crate) async fn all(
        &self,
        category: Option<&str>,
        upto: Option<Position>,
        mut each: impl FnMut(&Recorded<'_>) -> Result<(), Wrong>,
    ) -> Result<(), Failure> {
        let category = category.map(Category::parse).transpose();
        let category = category.map_err(|bad| Failure::Failed(bad.to_string()))?;
        let mut after = None;
        loop {
            let page = self.opened.store.read_all(after, category.as_ref(), PAGE).await;
            let page = page.map_err(|error| self.unreadable(&error))?;
            self.tell(&page, &mut each)?;
            match page.last_position() {
                Some(last) if upto.is_none_or(|upto| last < upto) => after = Some(last),
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// The position of the newest event.
    pub(crate) async fn head(&self) -> Result<Option<Position>, Failure> {
        self.opened.store.head().await.map_err(|error| self.unreadable(&error))
    }

    /// When the event at a position was recorded, in Unix microseconds.
    pub(crate) async fn recorded_at(&self, position: Position) -> Result<Option<i64>, Failure> {
        let before = position.get().checked_sub(1).map(Position::new);
        let page =
            self.opened.store.read_all(before, None, 1).await.map_err(|error| self.unreadable(&error))?;
        Ok(page.iter().next().map(|recorded| recorded.recorded_at))
    }

    fn tell(
        &self,
        page: &Batch,
        each: &mut impl FnMut(&Recorded<'_>) -> Result<(), Wrong>,
    ) -> Result<(), Failure> {
        page.iter().try_for_each(|recorded| {
            each(&recorded).map_err(|wrong| {
                let (log, position, stream) = (&self.opened.name, recorded.position, recorded.stream);
                Failure::Log(format!("{log}, position {position}, stream {stream}: {wrong}"))
            })
        })
    }

    fn unreadable(&self, error: &ReadError) -> Failure {
        Failure::Log(format!("{}: {}", self.opened.name, with_causes(error)))
    }
}

/// What is wrong with an event; where it stands is added by whoever reads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    /// It does not read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The one before it is missing.
    #[error("it has revision {found} where {expected} must come: the log is damaged")]
    OutOfOrder {
        /// Its revision.
        found: u64,
        /// What its stream has room for.
        expected: u64,
    },
    /// Its data or metadata is not JSON.
    #[error("its {0} is not JSON")]
    NotJson(&'static str),
}

#[cfg(test)]
mod tests;
