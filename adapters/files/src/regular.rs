//! Opening regular files, and nothing else, to read them.

use crate::error::FileError;
use nix::fcntl::OFlag;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Whether a symbolic link may stand at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It may, where a person wrote the path into the configuration or on the command line.
    Follow,
    /// It may not, where the name came from outside.
    Refuse,
}

/// Opens a regular file for reading and answers with its size in bytes. Anything else is refused without waiting for it,
/// and so is a file of more than `limit` bytes.
pub fn open(path: &Path, links: Links, limit: u64) -> Result<(File, u64), FileError> {
    let failed = |error| FileError::io(path, error);
    // a FIFO is opened at once with O_NONBLOCK, and a terminal does not become ours with O_NOCTTY
    let mut flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let found = match links {
        Links::Follow => fs::metadata(path),
        Links::Refuse => {
            flags |= OFlag::O_NOFOLLOW;
            fs::symlink_metadata(path)
        }
    };
    // opening a device may act on it, so it is looked at first; what is then open is looked at again
    is_regular(path, found.map_err(failed)?.file_type())?;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    is_regular(path, found.file_type())?;
    if found.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok((file, found.len()))
}

/// Reads a regular file of at most `limit` bytes.
pub fn read(path: &Path, links: Links, limit: u64) -> Result<Vec<u8>, FileError> {
    let (file, _) = open(path, links, limit)?;
    let mut bytes = Vec::new();
    // it may grow while it is read
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| FileError::io(path, error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(FileError::TooLarge { path: path.to_owned(), limit })
    }
}

/// Reads a regular file of text, in UTF-8.
pub fn read_text(path: &Path, links: Links, limit: u64) -> Result<String, FileError> {
    let text = String::from_utf8(read(path, links, limit)?);
    text.map_err(|_| FileError::io(path, io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text")))
}

fn is_regular(path: &Path, found: FileType) -> Result<(), FileError> {
    if found.is_file() {
        return Ok(());
    }
    Err(FileError::NotRegular { path: path.to_owned(), found: what_it_is(found) })
}

/// A kind of file in words.
pub(crate) fn what_it_is(found: FileType) -> &'static str {
    if found.is_dir() {
        "a folder"
    } else if found.is_symlink() {
        "a symbolic link"
    } else if found.is_fifo() {
        "a FIFO"
    } else if found.is_socket() {
        "a socket"
    } else if found.is_file() {
        "a file"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_regular_files_within_the_limit_are_opened_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "twelve bytes").unwrap();
        symlink(at("file"), at("link")).unwrap();
        nix::unistd::mkfifo(&at("fifo"), Mode::S_IRWXU).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        assert_eq!(read(&at("file"), Links::Refuse, 12).unwrap(), b"twelve bytes");
        assert!(matches!(read(&at("file"), Links::Refuse, 11), Err(FileError::TooLarge { limit: 11, .. })));
        assert_eq!(read_text(&at("link"), Links::Follow, 12).unwrap(), "twelve bytes");
        for (path, expected) in [
            (at("link"), "a symbolic link"),
            (at("fifo"), "a FIFO"),
            (at("socket"), "a socket"),
            (folder.path().to_owned(), "a folder"),
            ("/dev/zero".into(), "a device"),
        ] {
            let refused = open(&path, Links::Refuse, u64::MAX).unwrap_err();
            let is_named = matches!(refused, FileError::NotRegular { found, .. } if found == expected);
            assert!(is_named, "{expected}");
        }
        for name in ["fifo", "socket"] {
            symlink(at(name), at("to it")).unwrap();
            assert!(matches!(open(&at("to it"), Links::Follow, 9), Err(FileError::NotRegular { .. })));
            fs::remove_file(at("to it")).unwrap();
        }
    }
}
