//! The gateway's certificate and key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use covertrail_files::{FileError, Links, read};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The most bytes of a certificate with its chain, or of a key.
const MAX_PEM_BYTES: u64 = 1 << 20;

/// What the gateway proves with who it is.
#[derive(Debug, Clone)]
pub struct GatewayTls(pub(super) Arc<ServerConfig>);

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no regular file.
    #[error(transparent)]
    Unreadable(FileError),
    /// A file is no PEM of what it should be.
    #[error("{} cannot be read as the PEM of {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What should stand in it.
        what: &'static str,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// There is no certificate in the file.
    #[error("{} has no certificate", .0.display())]
    Empty(PathBuf),
    /// The two do not belong together, or cannot be used.
    #[error("the certificate and the key cannot be used together")]
    Unusable(#[source] rustls::Error),
}

impl GatewayTls {
    /// Reads a certificate, with the chain that leads to its authority after it, and its key; both PEM files.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unreadable = |path: &Path, what| {
            let path = path.to_owned();
            move |source| TlsError::File { path, what, source }
        };
        // a link to the newest certificate is usual
        let text = |path: &Path| read(path, Links::Follow, MAX_PEM_BYTES).map_err(TlsError::Unreadable);
        let chain = CertificateDer::pem_slice_iter(&text(certificate)?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(unreadable(certificate, "a certificate"))?;
        if chain.is_empty() {
            return Err(TlsError::Empty(certificate.to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(&text(key)?).map_err(unreadable(key, "a private key"))?;
        // passed on and not installed: a client of EventStoreDB in this process could not start otherwise
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
            .map_err(TlsError::Unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self(Arc::new(config)))
    }
}
