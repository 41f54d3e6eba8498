//! A look at the event log, of either engine.

use super::finding::{Finding, Mark};
use super::look::is_writable;
use crate::config::{LogEngine, Store};
use crate::engine::{GROUP, with_causes};
use crate::store;
use covertrail_adapters::store::embedded::OpenError;
use covertrail_adapters::store::{Embedded, EventStore, Position};
use std::path::Path;
use std::time::Duration;

const ABOUT: &str = "log";
/// What may be wrong where a server listens and yet is of no use.
const MEND: &str = "check the server, store.url and its tls, store.ca_file and COVERTRAIL_STORE_CREDENTIALS";

/// A person waits for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the log can be read, or made.
pub(super) async fn log(store: &Store) -> Finding {
    match store.engine {
        LogEngine::Embedded => file(&store.path).await,
        LogEngine::EventStoreDb => server(store).await,
    }
}

async fn file(path: &Path) -> Finding {
    match Embedded::open_read_only(path) {
        Ok(log) => reach(&log, &path.display().to_string(), "restore it from a backup").await,
        Err(OpenError::Missing { .. }) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            match is_writable(folder.unwrap_or(Path::new("."))) {
                Ok(()) => Finding::good(ABOUT, format!("{} will be made", path.display())),
                Err(error) => Finding::failed(
                    ABOUT,
                    format!("{} cannot be made ({error})", path.display()),
                    "make the folder, and let covertrail write there",
                ),
            }
        }
        Err(error) => Finding::failed(ABOUT, error.to_string(), "set store.path to a log of covertrail"),
    }
}

async fn server(store: &Store) -> Finding {
    let server = match store::server(store) {
        Ok(server) => server,
        Err(bad) => return Finding::misconfigured(ABOUT, &bad),
    };
    let name = store.to_string();
    let looked = tokio::time::timeout(PATIENCE, reach(&server, &name, MEND)).await;
    match looked {
        Ok(found) if found.mark == Mark::Good => match server.parked(GROUP).await {
            Ok(Some(parked @ 1..)) => {
                let told = format!("{name}: {parked} events ended node after node and were put aside");
                let to_do = "look at what `covertrail status` shows as blocked and waiting, then replay the parked \
                             messages of the group covertrail";
                Finding::warning(ABOUT, told, to_do)
            }
            Ok(Some(0) | None) | Err(_) => found,
        },
        Ok(found) => match server.silent_hosts().await.as_slice() {
            [] => found,
            silent => {
                Finding::failed(ABOUT, format!("{name}: nobody listens at {}", silent.join(", ")), MEND)
            }
        },
        Err(_) => Finding::failed(ABOUT, format!("{name} does not answer"), MEND),
    }
}

async fn reach(log: &dyn EventStore, name: &str, to_do: &'static str) -> Finding {
    match log.head().await {
        Ok(head) => Finding::good(ABOUT, format!("{name}, up to position {}", head.map_or(0, Position::get))),
        Err(error) => Finding::failed(ABOUT, format!("{name}: {}", with_causes(&error)), to_do),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_opened_or_can_be_made_or_neither() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| Store { path: folder.path().join(path), ..Store::default() };
        let here = at("log.sqlite");
        assert_eq!(log(&here).await.mark, Mark::Good);
        assert!(!here.path.exists(), "looking makes no log");
        Embedded::open(&here.path).unwrap().close().await;
        assert_eq!(log(&here).await.mark, Mark::Good);
        assert_eq!(log(&at("nowhere/log.sqlite")).await.mark, Mark::Failed);
        std::fs::write(&here.path, "something else entirely").unwrap();
        assert_eq!(log(&here).await.mark, Mark::Failed);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_is_not_there_or_is_named_wrongly_is_told_in_a_line() {
        let at = |url: &str| Store {
            url: Some(url.to_owned()),
            engine: LogEngine::EventStoreDb,
            ..Store::default()
        };
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nowhere = taken.local_addr().unwrap();
        drop(taken);
        let away = log(&at(&format!("esdb://{nowhere}?tls=false"))).await;
        assert_eq!(away.mark, Mark::Failed);
        let told = format!("{away:?}");
        assert!(told.contains(&nowhere.to_string()) && told.contains("nobody listens"), "{told}");
        for wrong in ["localhost:2113", "esdb://localhost?tls=perhaps"] {
            assert_eq!(log(&at(wrong)).await.mark, Mark::Misconfigured, "{wrong}");
        }
    }
}
