//! Servers with TLS, and clusters. The certificates beside this are for these tests alone.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::hazards::{event, stream};
use super::{EventStoreDb, Served, Settings};
use crate::secret::Secret;
use crate::store::{AppendError, EventStore, Expected};

/// Takes TLS and passes on what is in it to a server that has none.
async fn with_tls(server: SocketAddr) -> SocketAddr {
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("tls/node.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/node.key")).unwrap();
    // by itself, for nobody may install a provider for the whole process
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let (Ok(mut client), Ok(mut server)) =
                    (acceptor.accept(client).await, TcpStream::connect(server).await)
                else {
                    return;
                };
                // whatever breaks off is between those two
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

fn ca_file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/eventstoredb/tests/tls/ca.pem")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_tls_is_known_by_the_certificate_authority_that_is_named() {
    let served = Served::begin().await;
    let port = with_tls(served.address).await.port();
    for host in ["localhost", "127.0.0.1"] {
        let (login, ca_file) = (Secret::new("admin:changeit".to_owned()), ca_file());
        let settings = Settings::new(&format!("esdb://{host}:{port}"), Some(&login), Some(&ca_file)).unwrap();
        let store = EventStoreDb::new(settings);
        let given = event();
        store.append(&stream(host), Expected::NoStream, vec![given.clone()]).await.unwrap();
        let read = store.read_stream(&stream(host), 0, 10).await.unwrap();
        assert_eq!(read.iter().map(|event| event.id).collect::<Vec<_>>(), [given.id]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_is_told_nothing() {
    let served = Served::begin().await;
    let port = with_tls(served.address).await.port();
    let store = EventStoreDb::new(Settings::new(&format!("esdb://localhost:{port}"), None, None).unwrap());
    let refused = store.append(&stream(1), Expected::NoStream, vec![event()]).await;
    assert!(matches!(refused, Err(AppendError::Unavailable(_))), "{refused:?}");
    assert_eq!(served.log.head().await.unwrap(), None);
    assert!(store.silent_hosts().await.is_empty(), "somebody listens there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_found_although_one_of_its_nodes_is_away() {
    let served = Served::begin().await;
    let reserved = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = reserved.local_addr().unwrap();
    drop(reserved);
    let url = format!("esdb://{away},{}?tls=false", served.address);
    let store = EventStoreDb::new(Settings::new(&url, None, None).unwrap());
    store.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    let silent = store.silent_hosts().await;
    assert!(silent.len() == 1 && silent[0].starts_with(&away.to_string()), "{silent:?}");
}
