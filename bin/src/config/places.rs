//! Where the settings lead on this machine: no two of them to one file.

use super::{Config, LogEngine};
use covertrail_files::{Claim, beside, overlaps};
use std::path::Path;

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Config {
    /// A line for each setting that cannot be used on this machine. Paths have been taken from the folder of the
    /// configuration, which is read from `file`.
    pub(super) fn problems_of_places(&self, file: &Path) -> Vec<String> {
        let mut problems = overlaps(&self.claims(file));
        problems.extend(self.store.sharing().err().map(|unknown| unknown.to_string()));
        problems
    }

    /// Every path that a setting leads to, also what is kept beside it. A new setting that names a file adds its line.
    fn claims(&self, file: &Path) -> Vec<Claim> {
        let store = &self.store;
        let mut claims = vec![Claim::new("the configuration file", file)];
        let mut database = |setting: &str, path: &Path| {
            claims.push(Claim::new(setting, path));
            claims.extend(COMPANIONS.iter().map(|end| Claim::new(setting, beside(path, end))));
        };
        let is_embedded = store.engine == LogEngine::Embedded;
        if is_embedded {
            database("store.path", &store.path);
        }
        let named = if store.views.is_some() { "store.views" } else { "the read models beside store.path" };
        database(named, &store.views_path());
        if is_embedded {
            claims.push(Claim::new("store.path", beside(&store.path, ".lock")));
            claims.push(Claim::new("the gateway's groups beside store.path", store.groups_path()));
        }
        claims.push(Claim::new("store.documents", &store.documents));
        for (setting, file) in [
            ("store.ca_file", &store.ca_file),
            ("gateway.certificate", &self.gateway.certificate),
            ("gateway.key", &self.gateway.key),
        ] {
            claims.extend(file.iter().map(|path| Claim::new(setting, path)));
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with the `[store]` of a configuration in a folder of its own.
    fn problem(store: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("here"), "").unwrap();
        std::fs::hard_link(at("here"), at("hard")).unwrap();
        std::os::unix::fs::symlink("covertrail.sqlite", at("link")).unwrap();
        std::fs::create_dir(at("sub")).unwrap();
        std::fs::write(at("covertrail.toml"), format!("[store]\n{store}\n")).unwrap();
        Config::read(&at("covertrail.toml")).err().map(|error| error.to_string())
    }

    #[test]
    fn two_settings_that_lead_to_one_file_are_refused_by_both_their_names() {
        for (store, names) in [
            (r#"views = "covertrail.sqlite""#, ["store.path", "store.views"]),
            (r#"views = "sub/../link""#, ["store.path", "store.views"]),
            (r#"views = "covertrail.sqlite-wal""#, ["store.path", "store.views"]),
            (r#"views = "covertrail.sqlite.lock""#, ["store.path", "store.views"]),
            ("path = \"x.sqlite-wal\"\nviews = \"x.sqlite\"", ["store.path", "store.views"]),
            ("path = \"here\"\nviews = \"hard\"", ["store.path", "store.views"]),
            (r#"path = "covertrail.toml""#, ["the configuration file", "store.path"]),
            (r#"views = "covertrail.toml""#, ["the configuration file", "store.views"]),
            (r#"documents = "covertrail.sqlite""#, ["store.path", "store.documents"]),
            (r#"documents = "covertrail.groups.json""#, ["gateway's groups", "store.documents"]),
            (r#"views = "covertrail.groups.json""#, ["gateway's groups", "store.views"]),
            (r#"ca_file = "covertrail.views.sqlite-shm""#, ["the read models", "store.ca_file"]),
        ] {
            let told = problem(store).unwrap_or_else(|| panic!("{store} is taken"));
            assert!(
                names.iter().all(|name| told.contains(name)) && told.contains("one file"),
                "{store}: {told}"
            );
        }
    }

    #[test]
    fn settings_that_lead_to_files_of_their_own_are_taken() {
        for store in ["", r#"views = "sub/covertrail.sqlite""#, "path = \"here\"\ndocuments = \"sub\""] {
            assert_eq!(problem(store), None, "{store}");
        }
    }

    #[test]
    fn a_group_that_this_machine_does_not_have_is_named_with_its_field() {
        let told = problem(r#"group = "no-such-group-here""#).unwrap();
        assert!(told.contains("store.group: there is no group \"no-such-group-here\""), "{told}");
    }
}
