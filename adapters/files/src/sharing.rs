//! Who may read what the program keeps: its owner, and one group where the configuration names it.

use crate::database::beside;
use crate::error::FileError;
use nix::unistd::Group;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown, lchown};
use std::path::{Path, PathBuf};

/// The bits of a mode that say who may read, write and enter.
const PERMISSIONS: u32 = 0o777;

/// Who may read a file or a folder that the program creates: its owner alone, which is the default, or a group too.
/// Nobody else may ever, and only the owner writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sharing {
    group: Option<ReadingGroup>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ReadingGroup {
    name: String,
    id: u32,
}

/// A group that this machine does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no group {0:?} on this machine: make it with `groupadd {0}`, or name another")]
pub struct UnknownGroup(String);

/// A file or a folder of ours that somebody may read who should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The file or folder.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// The command that mends it.
    pub mend: String,
}

impl Sharing {
    /// Only the owner reads.
    pub const OWNER_ONLY: Self = Self { group: None };

    /// The members of a group may read too. The group is looked up on this machine, by its name.
    pub fn with_group(name: &str) -> Result<Self, UnknownGroup> {
        match Group::from_name(name) {
            Ok(Some(group)) => {
                Ok(Self { group: Some(ReadingGroup { name: name.to_owned(), id: group.gid.as_raw() }) })
            }
            Ok(None) | Err(_) => Err(UnknownGroup(name.to_owned())),
        }
    }

    /// The permission bits of a file: 0600, or 0640 for a group.
    pub fn file_mode(&self) -> u32 {
        if self.group.is_some() { 0o640 } else { 0o600 }
    }

    /// The permission bits of a folder: 0700, or 0750 for a group.
    pub fn folder_mode(&self) -> u32 {
        if self.group.is_some() { 0o750 } else { 0o700 }
    }

    /// Gives an open file to those who may read it, and to nobody else.
    pub(crate) fn apply_to(&self, file: &File) -> io::Result<()> {
        if let Some(group) = &self.group
            && file.metadata()?.gid() != group.id
        {
            fchown(file, None, Some(group.id)).map_err(|error| group.refused(&error))?;
        }
        file.set_permissions(Permissions::from_mode(self.file_mode()))
    }

    /// Gives a file or a folder of ours to those who may read it, and to nobody else. A link is left alone.
    pub fn apply(&self, path: &Path) -> Result<(), FileError> {
        self.apply_at(path).map_err(|error| FileError::io(path, error))
    }

    fn apply_at(&self, path: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(path)?;
        let mode = if found.is_dir() { self.folder_mode() } else { self.file_mode() };
        if found.is_symlink() {
            return Ok(());
        }
        if let Some(group) = &self.group
            && found.gid() != group.id
        {
            lchown(path, None, Some(group.id)).map_err(|error| group.refused(&error))?;
        }
        if found.mode() & PERMISSIONS == mode {
            return Ok(());
        }
        fs::set_permissions(path, Permissions::from_mode(mode))
    }

    /// Lets the group read a file or a folder that is there already. Who else may read it does not change; without a group
    /// nothing does.
    pub fn admit_group(&self, path: &Path) -> Result<(), FileError> {
        let Some(group) = &self.group else { return Ok(()) };
        let admit = || -> io::Result<()> {
            let found = fs::symlink_metadata(path)?;
            if found.is_symlink() {
                return Ok(());
            }
            if found.gid() != group.id {
                lchown(path, None, Some(group.id)).map_err(|error| group.refused(&error))?;
            }
            let wanted = found.mode() | if found.is_dir() { 0o050 } else { 0o040 };
            if wanted == found.mode() {
                return Ok(());
            }
            fs::set_permissions(path, Permissions::from_mode(wanted & PERMISSIONS))
        };
        admit().map_err(|error| FileError::io(path, error))
    }

    /// Whether somebody may read or write a file or a folder of ours who should not; nothing where it is not there, or is
    /// something that we never make, such as a device, whose permissions are not ours to change.
    pub fn exposure(&self, path: &Path) -> Option<Exposure> {
        let found = fs::symlink_metadata(path).ok().filter(|found| found.is_file() || found.is_dir())?;
        let allowed = if found.is_dir() { self.folder_mode() } else { self.file_mode() };
        let mode = found.mode() & PERMISSIONS;
        let of_another_group = self.group.as_ref().is_some_and(|group| group.id != found.gid());
        let is_closed = mode & 0o077 & !allowed == 0 && (!of_another_group || mode & 0o070 == 0);
        if is_closed {
            return None;
        }
        let word = shell_word(path);
        Some(Exposure { path: path.to_owned(), mode, mend: self.command(allowed, &word) })
    }

    /// As [`Self::exposure`], of a database and what SQLite keeps beside it. One command mends them all: SQLite gives each
    /// the permissions of the database, again and again.
    pub fn exposure_of_database(&self, path: &Path) -> Option<Exposure> {
        let all = ["", "-wal", "-shm", "-journal"].map(|end| beside(path, end));
        let exposed = all.iter().find_map(|path| self.exposure(path))?;
        let words: Vec<_> = all.iter().filter(|path| path.is_file()).map(|path| shell_word(path)).collect();
        Some(Exposure { mend: self.command(self.file_mode(), &words.join(" ")), ..exposed })
    }

    /// The command that gives these permissions, and the group where one is named.
    fn command(&self, mode: u32, words: &str) -> String {
        let chmod = format!("chmod {mode:o} {words}");
        match &self.group {
            Some(group) => format!("chgrp {} {words} && {chmod}", group.name),
            None => chmod,
        }
    }
}

impl Sharing {
    /// As [`Self::exposure`], of a folder and at most so many files in it: one command mends them all.
    pub fn exposure_within(&self, folder: &Path, most: usize) -> Option<Exposure> {
        let files = fs::read_dir(folder).into_iter().flatten().take(most).filter_map(Result::ok);
        let mut inside = files.map(|entry| entry.path()).filter(|path| path.is_file());
        let exposed = self.exposure(folder).or_else(|| inside.find_map(|path| self.exposure(&path)))?;
        let word = shell_word(folder);
        let mend = match &self.group {
            Some(group) => format!("chgrp -R {} {word} && chmod -R u=rwX,g=rX,o= {word}", group.name),
            None => format!("chmod -R go-rwx {word}"),
        };
        Some(Exposure { mend, ..exposed })
    }
}

impl ReadingGroup {
    fn refused(&self, error: &io::Error) -> io::Error {
        let told = format!(
            "it cannot be given to the group {} of store.group ({error}): run covertrail as a member of that group",
            self.name
        );
        io::Error::new(error.kind(), told)
    }
}

/// A path as a word of a shell's command line.
pub fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::create_new;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & PERMISSIONS
    }

    #[test]
    fn a_file_that_others_can_read_is_named_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("the log.sqlite");
        create_new(&path, b"", &Sharing::OWNER_ONLY).unwrap();
        assert_eq!(Sharing::OWNER_ONLY.exposure(&path), None);
        for open in [0o644, 0o640, 0o601, 0o620, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
            let exposure = Sharing::OWNER_ONLY.exposure(&path).unwrap();
            assert_eq!(exposure.mode, open);
            assert_eq!(exposure.mend, format!("chmod 600 '{}'", path.display()));
        }
        assert_eq!(Sharing::OWNER_ONLY.exposure(Path::new("/nowhere/at/all")), None);
        assert_eq!(Sharing::OWNER_ONLY.exposure(Path::new("/dev/null")), None, "a device is not ours");
    }

    #[test]
    fn a_group_reads_what_it_is_given_and_another_group_is_an_exposure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        // the group of whoever runs the tests always exists, and may be given to
        let own = Group::from_gid(nix::unistd::getgid()).unwrap().unwrap().name;
        let sharing = Sharing::with_group(&own).unwrap();
        create_new(&path, b"", &sharing).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(sharing.exposure(&path), None);
        assert!(Sharing::OWNER_ONLY.exposure(&path).is_some(), "without store.group nobody else may read");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        sharing.admit_group(&path).unwrap();
        assert_eq!(mode(&path), 0o640);
        fs::set_permissions(&path, Permissions::from_mode(0o604)).unwrap();
        sharing.admit_group(&path).unwrap();
        assert_eq!(mode(&path), 0o644, "who else may read is not changed silently");
        let absent = Sharing::with_group("no-such-group-here").unwrap_err().to_string();
        assert!(absent.contains("\"no-such-group-here\"") && absent.contains("groupadd"), "{absent}");
    }
}
