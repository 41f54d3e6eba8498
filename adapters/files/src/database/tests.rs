use super::*;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use tempfile::TempDir;

fn made(folder: &TempDir, name: &str, kind: DatabaseKind) -> PathBuf {
    let path = folder.path().join(name);
    let place = look(&path, kind).unwrap();
    assert!(!place.exists);
    create_database(&place, kind, &Sharing::OWNER_ONLY, |connection| {
        connection.execute_batch("CREATE TABLE one (number INTEGER); INSERT INTO one VALUES (7)")
    })
    .unwrap();
    assert!(look(&path, kind).unwrap().exists);
    path
}

fn refused(path: &Path, kind: DatabaseKind) -> NotOurs {
    match look(path, kind) {
        Err(DatabaseError::NotOurs(not_ours)) => not_ours,
        other => panic!("{}: {other:?}", path.display()),
    }
}

/// All files of a folder with their bytes.
fn contents(folder: &TempDir) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), path.is_file().then(|| fs::read(path).unwrap())))
        .collect();
    found.sort();
    found
}

#[test]
fn a_database_is_what_its_mark_says_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let log = made(&folder, "log", DatabaseKind::Log);
    let views = made(&folder, "views", DatabaseKind::ReadModels);
    fs::write(at("payroll.csv"), "name,pay\nana,7\n").unwrap();
    Connection::open(at("songs")).unwrap().execute_batch("CREATE TABLE board (title TEXT)").unwrap();
    Connection::open(at("busy"))
        .unwrap()
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE b (t)")
        .unwrap();
    fs::copy(&log, at("newer")).unwrap();
    Connection::open(at("newer")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    fs::copy(&log, at("older")).unwrap();
    Connection::open(at("older")).unwrap().pragma_update(None, "user_version", 0).unwrap();
    symlink("nothing", at("dangling")).unwrap();
    nix::unistd::mkfifo(&at("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _listener = UnixListener::bind(at("socket")).unwrap();
    let before = contents(&folder);
    for kind in DatabaseKind::ALL {
        for (name, expected) in [
            ("payroll.csv", "is no SQLite database"),
            ("songs", "without Covertrail's mark"),
            ("busy", "without Covertrail's mark"),
            ("fifo", "it is a FIFO"),
            ("socket", "it is a socket"),
            (".", "it is a folder"),
            ("dangling", "a link to a file that is not there"),
        ] {
            let told = refused(&at(name), kind).to_string();
            assert!(told.contains(expected), "{name}: {told}");
        }
    }
    for (path, kind, expected) in [
        (&log, DatabaseKind::ReadModels, "it is a covertrail log"),
        (&views, DatabaseKind::Log, "it is a file of covertrail read models"),
        (&at("newer"), DatabaseKind::Log, "has version 99"),
        (&at("older"), DatabaseKind::Log, "has version 0"),
        (&"/dev/zero".into(), DatabaseKind::Log, "it is a device"),
    ] {
        let told = refused(path, kind).to_string();
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(contents(&folder), before);
}

#[test]
fn a_damaged_file_is_refused_unless_its_header_has_the_mark() {
    let folder = tempfile::tempdir().unwrap();
    let log = made(&folder, "log", DatabaseKind::Log);
    let bytes = fs::read(&log).unwrap();
    fs::write(&log, bytes.get(..1000).unwrap()).unwrap();
    let told = refused(&log, DatabaseKind::ReadModels).to_string();
    assert!(told.contains("without Covertrail's mark"), "{told}");
    let damaged = look(&log, DatabaseKind::Log);
    assert!(matches!(damaged, Err(DatabaseError::Damaged { .. })), "{damaged:?}");
}

#[test]
fn an_empty_file_is_ours_to_use_and_links_lead_to_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("log"), "").unwrap();
    symlink(at("log"), at("link")).unwrap();
    let log = made(&folder, "link", DatabaseKind::Log);
    assert!(fs::symlink_metadata(&log).unwrap().is_symlink(), "the link stays a link");
    assert_eq!(look(&log, DatabaseKind::Log).unwrap(), look(&at("log"), DatabaseKind::Log).unwrap());
}

#[test]
fn what_sqlite_would_write_over_beside_a_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = made(&folder, "log", DatabaseKind::Log);
    for (end, is_folder, expected) in [
        ("-wal", false, "is no file of SQLite"),
        ("-journal", false, "is no file of SQLite"),
        ("-shm", false, "is no file of SQLite"),
        ("-wal", true, "is a folder"),
        ("-shm", true, "is a folder"),
    ] {
        let path = beside(&log, end);
        if is_folder {
            fs::create_dir(&path).unwrap();
        } else {
            fs::write(&path, "my notes").unwrap();
        }
        let told = refused(&log, DatabaseKind::Log).to_string();
        assert!(told.contains(expected) && told.contains(path.to_str().unwrap()), "{told}");
        if is_folder { fs::remove_dir(&path).unwrap() } else { fs::remove_file(&path).unwrap() }
    }
    // the WAL of a log that is no longer there may hold events that are nowhere else
    let absent = folder.path().join("absent");
    fs::write(beside(&absent, "-wal"), [0x37, 0x7f, 0x06, 0x82, 0]).unwrap();
    assert!(matches!(refused(&absent, DatabaseKind::Log), NotOurs::WithoutDatabase { .. }));
}

#[test]
fn only_a_damaged_file_with_our_mark_is_put_aside_and_each_keeps_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for round in 1..=2 {
        let views = made(&folder, "views", DatabaseKind::ReadModels);
        fs::write(beside(&views, "-wal"), [0x37, 0x7f, 0x06, 0x82, round]).unwrap();
        let mut bytes = fs::read(&views).unwrap();
        bytes.truncate(1000);
        fs::write(&views, &bytes).unwrap();
        let aside = put_aside(&views, DatabaseKind::ReadModels).unwrap().unwrap();
        assert_eq!(aside, at(&format!("views.aside-{round}")));
        assert_eq!(fs::read(&aside).unwrap(), bytes);
        assert_eq!(fs::read(beside(&aside, "-wal")).unwrap()[4], round);
        assert!(!views.exists() && !beside(&views, "-wal").exists());
    }
    assert_eq!(put_aside(&at("views"), DatabaseKind::ReadModels).unwrap(), None, "nothing is there");
    let log = made(&folder, "log", DatabaseKind::Log);
    fs::write(at("text"), "not a database, however long it may be".repeat(10)).unwrap();
    fs::write(at("short"), "short").unwrap();
    symlink(&log, at("link")).unwrap();
    let before = contents(&folder);
    for path in [log, at("text"), at("short"), at("link"), folder.path().to_owned()] {
        let refused = put_aside(&path, DatabaseKind::ReadModels).unwrap_err();
        assert!(matches!(refused, DatabaseError::NotOurs(_)), "{refused:?}");
    }
    assert_eq!(contents(&folder), before);
}
