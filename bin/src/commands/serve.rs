//! `covertrail serve`: the engine and its HTTP server over the configured log and vendors.

use super::{Failure, interrupted};
use crate::config::{Config, Secrets};
use crate::gateway::Gateway;
use crate::store::Opened;
use crate::{assemble, http, logging, store, telemetry};
use clap::Args;
use covertrail_files::Exposure;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long what is under way may take to end at a shutdown.
const GRACE: Duration = Duration::from_secs(10);

/// Serve webhooks and keep work orders insured
#[derive(Debug, Args)]
#[command(
    after_help = "Secrets come from the environment; `covertrail init` writes a file that names them all.\n\n\
Examples:\n  covertrail init\n  covertrail check\n  covertrail serve\n  covertrail serve --config /etc/covertrail.toml"
)]
pub(crate) struct Serve {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "covertrail.toml")]
    config: PathBuf,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = Config::read(&self.config)?;
        let secrets = Secrets::from_environment(&config)?;
        let (spans, exporter) = telemetry::begin(&config.telemetry).map_err(Failure::Configuration)?.unzip();
        logging::begin_with(&config.log, spans).map_err(Failure::Configuration)?;
        let exporting = exporter.map(telemetry::Exporter::start);
        store::look_at_places(&config.store)?;
        let log = Opened::for_writing(&config.store)?;
        for exposure in store::exposures(&config.store)? {
            let Exposure { path, mode, mend } = exposure;
            let (file, mode) = (path.display(), format!("{mode:04o}"));
            tracing::warn!(%file, mode, mend, "others than its owner can read this file");
        }
        let engine = assemble::engine(&config, &secrets, Arc::clone(&log.store))?;
        let subscribers = Arc::new(assemble::subscribers(&config, &secrets, &engine.store)?);
        let listener = TcpListener::bind(config.server.listen).await.map_err(|error| {
            Failure::Failed(format!("server.listen: cannot listen on {}: {error}", config.server.listen))
        })?;
        let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
        let mut shared = assemble::shared(&config, &secrets, Arc::clone(&engine), address)?;
        shared.subscribers = Arc::clone(&subscribers);
        if secrets.link.is_empty() {
            tracing::warn!("COVERTRAIL_LINK_SECRET is not set: no link leads to an application");
        }
        tracing::info!("{}", config.people.meaning());
        let models = Arc::clone(&shared.models);
        let following = tokio::spawn(Arc::clone(&models).follow_always());
        let mut gateway = Gateway::begin(&config, Arc::clone(&log.store)).await?;
        shared.gateway = gateway.watch();
        let mut running = engine.start();
        let telling = subscribers.start();
        let (stop, stopped) = oneshot::channel::<()>();
        let mut server = tokio::spawn(http::serve(listener, shared, async move {
            // a dropped sender stops the server too
            let _ = stopped.await;
        }));
        // listened for before anybody is told that it serves
        let interruption = interrupted();
        if let Some(address) = gateway.address() {
            let (tls, users) = (config.gateway.certificate.is_some(), config.gateway.users.len());
            tracing::info!(%address, tls, users, "serving EventStoreDB's protocol");
        }
        tracing::info!(%address, log = log.name, "serving");
        let why = tokio::select! {
            signal = interruption => {
                tracing::info!(signal, "stopping");
                None
            }
            stopped = running.stopped() => Some(Failure::Log(stopped.to_string())),
            why = gateway.ended() => Some(Failure::Failed(why)),
            ended = &mut server => Some(Failure::Failed(format!("the HTTP server ended: {ended:?}"))),
        };
        models.hub().end();
        let _ = stop.send(());
        gateway.end(GRACE).await;
        if !server.is_finished() {
            let _ = tokio::time::timeout(GRACE, &mut server).await;
        }
        running.shut_down(GRACE).await;
        telling.shut_down(GRACE).await;
        following.abort();
        log.close().await;
        if let Some(exporting) = exporting {
            exporting.shut_down(GRACE).await;
        }
        why.map_or(Ok(()), Err)
    }
}
