//! Handed-in certificates, kept outside the log and named by the SHA-256 of their bytes.

use covertrail_domain::id::DocumentId;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;

/// A folder of documents.
#[derive(Debug, Clone)]
pub struct Documents {
    folder: PathBuf,
}

/// Why a document cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not a PDF.
    #[error("the certificate is not a PDF: it must begin with %PDF")]
    NotPdf,
    /// It is larger than 1099Policy takes.
    #[error("the certificate has {0} bytes, and 1099Policy takes 15 MB")]
    TooLarge(usize),
    /// The folder cannot be written to or read.
    #[error("the documents folder {}: {source}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// 1099Policy's limit, in bytes.
pub const MAX_BYTES: usize = 15 * 1024 * 1024;

impl Documents {
    /// The documents in a folder, which is made when the first is kept.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned() }
    }

    /// Keeps a document durably and names it. Keeping the same bytes again changes nothing.
    pub async fn keep(&self, bytes: &[u8]) -> Result<DocumentId, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge(bytes.len()));
        }
        if !bytes.starts_with(b"%PDF") {
            return Err(DocumentError::NotPdf);
        }
        let name = Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
            // writing to a string cannot fail
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        self.write(&name, bytes).await.map_err(|source| self.failed(source))?;
        DocumentId::parse(&name).map_err(|malformed| self.failed(io::Error::other(malformed)))
    }

    /// A document's bytes.
    pub async fn read(&self, document: &DocumentId) -> Result<Vec<u8>, DocumentError> {
        tokio::fs::read(self.folder.join(document.as_str())).await.map_err(|source| self.failed(source))
    }

    /// Whole or not at all: written beside, made durable, then given its name.
    async fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        tokio::fs::create_dir_all(&self.folder).await?;
        let path = self.folder.join(name);
        if tokio::fs::try_exists(&path).await? {
            return Ok(());
        }
        let beside = self.folder.join(format!("{name}.{}", uuid::Uuid::new_v4()));
        let mut file = tokio::fs::File::create(&beside).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&beside, &path).await?;
        tokio::fs::File::open(&self.folder).await?.sync_all().await
    }

    fn failed(&self, source: io::Error) -> DocumentError {
        DocumentError::Folder { folder: self.folder.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_is_kept_once_under_the_hash_of_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let documents = Documents::new(folder.path().join("documents"));
        let name = documents.keep(b"%PDF-1.7 abc").await.unwrap();
        assert_eq!(documents.keep(b"%PDF-1.7 abc").await.unwrap(), name);
        assert_eq!(documents.read(&name).await.unwrap(), b"%PDF-1.7 abc");
        assert_eq!(name.as_str().len(), 64);
        assert_eq!(std::fs::read_dir(folder.path().join("documents")).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_is_no_pdf_or_too_large_is_refused() {
        let documents = Documents::new("/nowhere");
        assert!(matches!(documents.keep(b"GIF89a").await, Err(DocumentError::NotPdf)));
        assert!(matches!(documents.keep(&vec![0; MAX_BYTES + 1]).await, Err(DocumentError::TooLarge(_))));
    }
}
