//! Settings that lead to one file.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// A path that a setting lays claim to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The setting, such as `store.path`.
    pub setting: String,
    /// The file or the folder, as it is configured.
    pub path: PathBuf,
}

impl Claim {
    /// A setting's claim to a path.
    pub fn new(setting: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { setting: setting.into(), path: path.into() }
    }
}

/// A line for every two settings that lead to one file, through links, `..` and hard links too, whether the file is there
/// yet or not. A setting may claim several paths.
pub fn overlaps(claims: &[Claim]) -> Vec<String> {
    let places: Vec<(&Claim, Place)> = claims.iter().map(|claim| (claim, Place::of(&claim.path))).collect();
    let mut problems: Vec<String> = Vec::new();
    for (at, (claim, place)) in places.iter().enumerate() {
        for (other, other_place) in places.iter().take(at) {
            if claim.setting != other.setting && place.is(other_place) {
                problems.push(format!(
                    "{} and {} lead to one file, {}: give each a path of its own",
                    other.setting,
                    claim.setting,
                    place.resolved.display()
                ));
            }
        }
    }
    problems
}

/// Where a path leads.
struct Place {
    resolved: PathBuf,
    /// The device and the file's number on it, of what is there.
    identity: Option<(u64, u64)>,
}

impl Place {
    fn of(path: &Path) -> Self {
        let identity = fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
        Self { resolved: resolve(path), identity }
    }

    fn is(&self, other: &Self) -> bool {
        self.resolved == other.resolved || (self.identity.is_some() && self.identity == other.identity)
    }
}

/// The path without links and `..`, also of what is not there yet.
fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                resolved.push(part);
                resolved = followed(resolved);
            }
        }
    }
    resolved
}

/// Where a link leads, at most so many links far; of a link to what is not there, its target.
fn followed(mut path: PathBuf) -> PathBuf {
    const MOST: usize = 40;
    for _ in 0..MOST {
        if let Ok(found) = fs::canonicalize(&path) {
            return found;
        }
        let Ok(target) = fs::read_link(&path) else { return path };
        // what is above it is resolved already
        path = path.parent().map_or_else(|| target.clone(), |above| above.join(&target));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn two_settings_that_lead_to_one_file_are_named_whatever_way_they_lead_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("file"), "").unwrap();
        fs::hard_link(at("file"), at("hard")).unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink("not-yet", at("dangling")).unwrap();
        symlink(at("folder"), at("other")).unwrap();
        for (one, two) in [
            ("file", "file"),
            ("file", "folder/../file"),
            ("file", "hard"),
            ("link", "hard"),
            ("link", "./file"),
            ("dangling", "not-yet"),
            ("not-yet", "folder/.././not-yet"),
            ("other/not-yet", "folder/not-yet"),
            ("other", "folder"),
        ] {
            let claims = [Claim::new("store.path", at(one)), Claim::new("store.views", at(two))];
            let found = overlaps(&claims);
            assert_eq!(found.len(), 1, "{one} and {two}");
            assert!(found[0].starts_with("store.path and store.views lead to one file"), "{found:?}");
        }
        for (one, two) in [("file", "folder"), ("not-yet", "folder/not-yet"), ("file", "nor-this")] {
            let claims = [Claim::new("store.path", at(one)), Claim::new("store.views", at(two))];
            assert_eq!(overlaps(&claims), Vec::<String>::new(), "{one} and {two}");
        }
        let of_one = [Claim::new("store.path", at("file")), Claim::new("store.path", at("hard"))];
        assert!(overlaps(&of_one).is_empty(), "one setting may lay claim to a file twice");
    }
}
