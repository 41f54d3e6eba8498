//! Handed-in certificates, kept outside the log and named by the SHA-256 of their bytes.
//!
//! The name of a file is made of the id alone, and only a regular file whose bytes have that hash is a document: a link, a
//! device or a file that was changed is never read out.

use covertrail_domain::id::DocumentId;
use covertrail_files::{FileError, Links, Sharing, create_new, make_folder};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};

/// A folder of documents.
#[derive(Debug, Clone)]
pub struct Documents {
    folder: PathBuf,
    sharing: Sharing,
}

/// A document that is open to be read, from its first byte on.
#[derive(Debug)]
pub struct OpenDocument {
    /// The file.
    pub file: File,
    /// Its size, in bytes.
    pub bytes: u64,
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
    /// No document of that id is kept.
    #[error("no document {document} is kept in {}", folder.display())]
    NotKept {
        /// Which.
        document: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A file has the name of a document and other bytes.
    #[error("{} does not hold the document that it is named after: restore it from a backup", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The folder cannot be written to or read.
    #[error("the documents folder: {0}")]
    Folder(#[source] FileError),
}

/// 1099Policy's limit, in bytes.
pub const MAX_BYTES: usize = 15 * 1024 * 1024;
const LIMIT: u64 = 15 * 1024 * 1024;

impl Documents {
    /// The documents in a folder, which is made when the first is kept.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned(), sharing: Sharing::OWNER_ONLY }
    }

    /// The same, for those to read who may.
    #[must_use]
    pub fn shared_with(self, sharing: Sharing) -> Self {
        Self { sharing, ..self }
    }

    /// Keeps a document durably and names it. Keeping the same bytes again changes nothing.
    pub async fn keep(&self, bytes: &[u8]) -> Result<DocumentId, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge(bytes.len()));
        }
        if !bytes.starts_with(b"%PDF") {
            return Err(DocumentError::NotPdf);
        }
        let name = hex(&Sha256::digest(bytes));
        let id = DocumentId::parse(&name).map_err(|malformed| {
            DocumentError::Folder(FileError::Io {
                path: self.folder.clone(),
                source: io::Error::other(malformed),
            })
        })?;
        let (documents, bytes) = (self.clone(), bytes.to_vec());
        blocking(&self.folder, move || documents.write(&name, &bytes)).await?;
        Ok(id)
    }

    /// Opens a document. Its bytes are read once, to see that they have its hash.
    pub async fn open(&self, document: &DocumentId) -> Result<OpenDocument, DocumentError> {
        let (documents, name) = (self.clone(), document.as_str().to_owned());
        blocking(&self.folder, move || documents.verified(&name)).await
    }

    /// A document's bytes.
    pub async fn read(&self, document: &DocumentId) -> Result<Vec<u8>, DocumentError> {
        let (documents, name) = (self.clone(), document.as_str().to_owned());
        blocking(&self.folder, move || {
            let OpenDocument { file, bytes } = documents.verified(&name)?;
            let mut read = Vec::new();
            let path = documents.folder.join(name);
            match file.take(bytes).read_to_end(&mut read) {
                Ok(_) => Ok(read),
                Err(source) => Err(DocumentError::Folder(FileError::Io { path, source })),
            }
        })
        .await
    }

    fn verified(&self, name: &str) -> Result<OpenDocument, DocumentError> {
        let not_kept = || DocumentError::NotKept { document: name.to_owned(), folder: self.folder.clone() };
        // the name of a file is never made of anything else
        if name.len() != 64 || !name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(not_kept());
        }
        let path = self.folder.join(name);
        let opened = covertrail_files::open(&path, Links::Refuse, LIMIT);
        let (mut file, bytes) = opened.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { not_kept() } else { DocumentError::Folder(error) }
        })?;
        let hashed = hash(&mut file, bytes).and_then(|hash| file.rewind().map(|()| hash));
        match hashed {
            Ok(hash) if hash == name => Ok(OpenDocument { file, bytes }),
            Ok(_) => Err(DocumentError::Changed { path }),
            Err(source) => Err(DocumentError::Folder(FileError::Io { path, source })),
        }
    }

    /// Whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DocumentError> {
        match self.verified(name) {
            Ok(_) => return Ok(()),
            Err(DocumentError::NotKept { .. }) => {}
            Err(other) => return Err(other),
        }
        make_folder(&self.folder, &self.sharing).map_err(DocumentError::Folder)?;
        match create_new(&self.folder.join(name), bytes, &self.sharing) {
            Ok(()) => Ok(()),
            // somebody else has just kept the same
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.verified(name).map(drop),
            Err(error) => Err(DocumentError::Folder(error)),
        }
    }
}

/// Does what waits for the disk on a thread that may wait.
async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, DocumentError> + Send + 'static,
) -> Result<T, DocumentError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|ended| {
        let (path, source) = (folder.to_owned(), io::Error::other(ended));
        Err(DocumentError::Folder(FileError::Io { path, source }))
    })
}

/// The SHA-256 of the first so many bytes, in hex.
fn hash(file: &mut File, bytes: u64) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    let mut rest = file.take(bytes);
    loop {
        let read = rest.read(&mut chunk)?;
        let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
    }
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // writing to a string cannot fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    const PDF: &[u8] = b"%PDF-1.7 abc";

    #[tokio::test]
    async fn a_document_is_kept_once_under_the_hash_of_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("documents");
        let documents = Documents::new(&inner);
        let name = documents.keep(PDF).await.unwrap();
        assert_eq!(documents.keep(PDF).await.unwrap(), name);
        assert_eq!(documents.read(&name).await.unwrap(), PDF);
        assert_eq!(name.as_str().len(), 64);
        assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
        assert_eq!(inner.metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(inner.join(name.as_str()).metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn what_is_no_pdf_or_too_large_is_refused() {
        let documents = Documents::new("/nowhere");
        assert!(matches!(documents.keep(b"GIF89a").await, Err(DocumentError::NotPdf)));
        assert!(matches!(documents.keep(&vec![0; MAX_BYTES + 1]).await, Err(DocumentError::TooLarge(_))));
    }

    #[tokio::test]
    async fn only_a_regular_file_with_the_bytes_of_its_name_is_a_document() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let documents = Documents::new(folder.path());
        let kept = documents.keep(PDF).await.unwrap();
        std::fs::write(at("covertrail.toml"), PDF).unwrap();
        let name = |digit: &str| digit.repeat(64);
        // each of them has the name of a document
        symlink(at(kept.as_str()), at(&name("a"))).unwrap();
        symlink("/dev/zero", at(&name("b"))).unwrap();
        std::fs::create_dir(at(&name("c"))).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at(&name("d"))).status().unwrap().success());
        std::fs::write(at(&name("e")), PDF).unwrap();
        std::fs::hard_link(at("covertrail.toml"), at(&name("f"))).unwrap();
        File::create(at(&name("0"))).unwrap().set_len(LIMIT + 1).unwrap();
        for digit in ["a", "b", "c", "d", "e", "f", "0"] {
            let refused = documents.verified(&name(digit)).unwrap_err();
            let expected = matches!(refused, DocumentError::Folder(_) | DocumentError::Changed { .. });
            assert!(expected, "{digit}: {refused:?}");
        }
        let upper = kept.as_str().to_uppercase();
        for other in ["covertrail.toml", "/etc/passwd", "../x", "", ".", upper.as_str(), &name("1")] {
            let refused = documents.verified(other).unwrap_err();
            assert!(matches!(refused, DocumentError::NotKept { .. }), "{other}: {refused:?}");
        }
        // what stands in the way of a document is not written over
        std::fs::remove_file(at(kept.as_str())).unwrap();
        symlink(at("nowhere"), at(kept.as_str())).unwrap();
        let refused = documents.keep(PDF).await.unwrap_err();
        assert!(refused.to_string().contains("a symbolic link") && !at("nowhere").exists(), "{refused}");
    }
}
