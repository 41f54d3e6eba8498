use std::sync::Arc;

use super::Served;
use crate::store::eventstoredb::{EventStoreDb, Settings};
use crate::store::{EventStore, contract};

#[tokio::test(flavor = "multi_thread")]
async fn the_client_keeps_the_contract_through_the_gateway() {
    contract::run(async || {
        let served = Served::begin().await;
        let store: Arc<dyn EventStore> = Arc::new(served.store());
        (store, served)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(eventstore_server), ignore = "COVERTRAIL_EVENTSTORE_URL names no server")]
async fn the_client_keeps_the_contract_on_a_server() {
    let connection = std::env::var("COVERTRAIL_EVENTSTORE_URL").unwrap();
    let settings = Settings::parse(&connection).unwrap();
    contract::run(async || {
        let store: Arc<dyn EventStore> = Arc::new(EventStoreDb::new(settings.clone()));
        (store, ())
    })
    .await;
}
