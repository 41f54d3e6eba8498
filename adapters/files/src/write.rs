//! Creating and replacing files and folders.

use crate::error::FileError;
use crate::regular::what_it_is;
use crate::sharing::Sharing;
use nix::fcntl::OFlag;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use tempfile::{NamedTempFile, TempDir};

/// Creates a file with these bytes. It appears at its path only when it is whole and on the disk, and nothing that is
/// there already, be it a link, is followed or replaced: that fails with [`io::ErrorKind::AlreadyExists`].
pub fn create_new(path: &Path, bytes: &[u8], sharing: &Sharing) -> Result<(), FileError> {
    let failed = |error| FileError::io(path, error);
    let written = write_beside(path, bytes, sharing).map_err(failed)?;
    written.persist_noclobber(path).map_err(|error| failed(error.error))?;
    sync_folder(path).map_err(failed)
}

/// Puts these bytes in the place of what a file of ours holds, all at once: a reader, and a crash, find the old bytes or the
/// new ones.
pub fn replace(path: &Path, bytes: &[u8], sharing: &Sharing) -> Result<(), FileError> {
    let failed = |error| FileError::io(path, error);
    if let Ok(found) = fs::symlink_metadata(path)
        && !found.is_file()
    {
        return Err(FileError::NotRegular { path: path.to_owned(), found: what_it_is(found.file_type()) });
    }
    let written = write_beside(path, bytes, sharing).map_err(failed)?;
    written.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(path).map_err(failed)
}

/// Writes a file under a name of its own in the same folder; it is gone again unless it gets its name.
fn write_beside(path: &Path, bytes: &[u8], sharing: &Sharing) -> io::Result<NamedTempFile> {
    let mut file =
        tempfile::Builder::new().prefix(".covertrail-").suffix(".new").tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    sharing.apply_to(file.as_file())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes a folder, and those above it that are missing. One that is there is left as it is.
pub fn make_folder(path: &Path, sharing: &Sharing) -> Result<(), FileError> {
    let failed = |error| FileError::io(path, error);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(found) => {
            return Err(FileError::NotAFolder {
                path: path.to_owned(),
                found: what_it_is(found.file_type()),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above, sharing)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sharing.apply(path)?,
        // another process has just made it
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => return Err(failed(error)),
    }
    sync_folder(path).map_err(failed)
}

/// A folder that only its owner enters, among the system's temporary ones; it goes with the value.
pub fn private_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("covertrail-").permissions(Permissions::from_mode(0o700)).tempdir()
}

/// Opens the file that processes lock, and makes it where it is missing. Only its owner may open it: whoever can lock it
/// can keep the program from starting.
pub fn open_lock(path: &Path) -> Result<File, FileError> {
    let failed = |error| FileError::io(path, error);
    let found = fs::symlink_metadata(path);
    if let Ok(found) = &found
        && !found.is_file()
    {
        return Err(FileError::NotRegular { path: path.to_owned(), found: what_it_is(found.file_type()) });
    }
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(flags.bits())
        .open(path)
        .map_err(failed)?;
    Ok(file)
}

/// Makes the name of a file durable.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_takes_the_place_of_nothing_and_follows_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("theirs"), "theirs").unwrap();
        symlink(at("theirs"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        for name in ["theirs", "link", "dangling"] {
            let error = create_new(&at(name), b"ours", &Sharing::OWNER_ONLY).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{name}");
        }
        assert_eq!(fs::read(at("theirs")).unwrap(), b"theirs");
        assert_eq!(names(folder.path()), ["dangling", "link", "theirs"]);
        create_new(&at("ours"), b"ours", &Sharing::OWNER_ONLY).unwrap();
        assert_eq!(fs::metadata(at("ours")).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_a_link_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        replace(&at("file"), b"one", &Sharing::OWNER_ONLY).unwrap();
        fs::set_permissions(at("file"), Permissions::from_mode(0o666)).unwrap();
        replace(&at("file"), b"two", &Sharing::OWNER_ONLY).unwrap();
        assert_eq!(fs::read(at("file")).unwrap(), b"two");
        assert_eq!(fs::metadata(at("file")).unwrap().mode() & 0o777, 0o600);
        symlink(at("file"), at("link")).unwrap();
        let refused = replace(&at("link"), b"three", &Sharing::OWNER_ONLY).unwrap_err();
        assert!(refused.to_string().contains("a symbolic link"), "{refused}");
        assert_eq!(fs::read(at("file")).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["file", "link"]);
    }

    #[test]
    fn folders_are_for_their_owner_and_those_that_are_there_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let inner = folder.path().join("a/b");
        make_folder(&inner, &Sharing::OWNER_ONLY).unwrap();
        make_folder(&inner, &Sharing::OWNER_ONLY).unwrap();
        for path in [&inner, inner.parent().unwrap()] {
            assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o700, "{}", path.display());
        }
        assert_eq!(fs::metadata(folder.path()).unwrap().mode() & 0o777, 0o755);
        fs::write(folder.path().join("file"), "").unwrap();
        let refused = make_folder(&folder.path().join("file"), &Sharing::OWNER_ONLY).unwrap_err();
        assert!(refused.to_string().contains("is a file, where a folder is due"), "{refused}");
        assert_eq!(fs::metadata(private_folder().unwrap().path()).unwrap().mode() & 0o777, 0o700);
    }
}
