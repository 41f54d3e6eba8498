//! Files are ours or left alone, and nobody else on the machine can read them.

use crate::world::{Ended, Order, PROGRAM, Plan, Program, REVIEWER_TOKEN, World};
use covertrail_adapters::store::Embedded;
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Where SQLite's header has the number of the program that the database belongs to, and that program's version.
const APPLICATION: std::ops::Range<usize> = 68..72;
const VERSION: std::ops::Range<usize> = 60..64;

/// A log, and read models of it, as the program makes them.
async fn made(folder: &Path) -> (PathBuf, PathBuf) {
    let log = folder.join("made.sqlite");
    let name = log.to_str().unwrap();
    for arguments in [&["generate", "--work-orders", "3", "--log", name][..], &["rebuild", "--log", name]] {
        let ended = Program::run(arguments, &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    (log, folder.join("made.views.sqlite"))
}

fn changed(from: &Path, to: &Path, range: std::ops::Range<usize>, value: i32) {
    let mut bytes = fs::read(from).unwrap();
    bytes[range].copy_from_slice(&value.to_be_bytes());
    fs::write(to, bytes).unwrap();
}

/// Every file in a folder and below it: its kind, size, permissions and bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut all: Vec<_> = paths(folder)
        .into_iter()
        .map(|path| {
            let found = fs::symlink_metadata(&path).unwrap();
            let bytes = if found.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            (path, found.mode(), bytes)
        })
        .collect();
    all.sort();
    all
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            let below = if path.is_dir() && !path.is_symlink() { paths(&path) } else { Vec::new() };
            std::iter::once(path).chain(below)
        })
        .collect()
}

/// A work order with a certificate.
async fn handed_in(world: &Arc<World>) {
    let order = Order::assigned(world, "12345").await;
    order.event("assigned").await;
    order.hand_in().await;
}

fn shell(command: &str) {
    assert!(Command::new("sh").args(["-c", command]).status().unwrap().success(), "{command}");
}

async fn with_config(world: &World, command: &str, config: &Path) -> Ended {
    let environment = world.plan.lock().unwrap().secrets.environment();
    Program::run(&[command, "--config", config.to_str().unwrap()], &environment).await
}

#[tokio::test]
async fn what_the_gateway_cannot_use_is_found_by_check_before_serve_needs_it() {
    let more = "[gateway]\nlisten = \"127.0.0.1:0\"\ncertificate = \"gateway.crt\"\nkey = \"gateway.key\"\n";
    let world = World::without_program(Plan { more: more.to_owned(), ..Plan::default() }).await;
    let config = world.configure();
    let missing = with_config(&world, "check", &config).await;
    assert!(refusal(&missing, "no certificate").contains("gateway.crt"), "{missing:?}");
    shell(&format!("mkfifo '{}'", world.path("gateway.crt").display()));
    let fifo = with_config(&world, "check", &config).await;
    assert!(refusal(&fifo, "a FIFO").contains("is a FIFO"), "{fifo:?}");
    let world = World::without_program(Plan {
        more: "[gateway]\nlisten = \"127.0.0.1:0\"\n".to_owned(),
        ..Plan::default()
    })
    .await;
    let (config, groups) = (world.configure(), world.path("covertrail.groups.json"));
    fs::write(&groups, "name;amount\n").unwrap();
    let junk = with_config(&world, "check", &config).await;
    assert!(refusal(&junk, "a CSV").contains("covertrail.groups.json"), "{junk:?}");
    assert_eq!(fs::read_to_string(&groups).unwrap(), "name;amount\n");
}

/// What the program says of a refusal, on either stream.
fn refusal(ended: &Ended, what: &str) -> String {
    assert!(!matches!(ended.code, Some(0) | None), "{what} is taken: {ended:?}");
    format!("{}{}", ended.stdout, ended.stderr)
}

/// What must not be used as a log or as read models, by name, with what is said of it.
async fn what_is_not_theirs(folder: &Path) -> Vec<(String, Option<&'static str>, Option<&'static str>)> {
    let at = |name: &str| folder.join(name);
    let (log, views) = made(folder).await;
    fs::write(at("payroll.csv"), "name,pay\nana,7\n").unwrap();
    fs::write(at("long.txt"), "Dear diary, ".repeat(5000)).unwrap();
    changed(&views, &at("theirs.sqlite"), APPLICATION, 0);
    changed(&log, &at("other.sqlite"), APPLICATION, 7);
    changed(&log, &at("newer-log.sqlite"), VERSION, 99);
    changed(&views, &at("newer-views.sqlite"), VERSION, 99);
    changed(&views, &at("older-views.sqlite"), VERSION, 0);
    fs::create_dir(at("folder")).unwrap();
    symlink("nothing", at("dangling")).unwrap();
    symlink("payroll.csv", at("link")).unwrap();
    shell(&format!("mkfifo '{}'", at("fifo").display()));
    fs::copy(&views, at("with-notes.sqlite")).unwrap();
    fs::write(at("with-notes.sqlite-wal"), "my notes").unwrap();
    let same = |name: &str, told| (name.to_owned(), Some(told), Some(told));
    vec![
        same("payroll.csv", "is no SQLite database"),
        same("long.txt", "is no SQLite database"),
        same("link", "is no SQLite database"),
        same("theirs.sqlite", "without Covertrail's mark"),
        same("other.sqlite", "without Covertrail's mark"),
        same("folder", "it is a folder"),
        same("fifo", "it is a FIFO"),
        same("/dev/zero", "it is a device"),
        same("dangling", "a link to a file that is not there"),
        same("with-notes.sqlite", "with-notes.sqlite-wal is no file of SQLite"),
        ("made.sqlite".to_owned(), None, Some("it is a covertrail log")),
        ("made.views.sqlite".to_owned(), Some("it is a file of covertrail read models"), None),
        ("newer-log.sqlite".to_owned(), Some("has version 99"), Some("it is a covertrail log")),
        ("newer-views.sqlite".to_owned(), None, Some("has version 99")),
        ("older-views.sqlite".to_owned(), None, Some("has version 0")),
    ]
}

#[tokio::test]
async fn what_is_not_a_log_is_refused_by_every_command_and_stays_as_it_is() {
    let world = World::without_program(Plan::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let bad = what_is_not_theirs(folder.path()).await;
    let (good, before) = (folder.path().join("made.sqlite"), contents(folder.path()));
    for (name, told, _) in bad.iter().filter(|(_, told, _)| told.is_some()) {
        let path = folder.path().join(name);
        world.plan.lock().unwrap().store = format!("path = {path:?}\nviews = \"views.sqlite\"");
        let config = world.configure();
        for command in ["check", "serve", "rebuild", "status", "history", "replay"] {
            let more = if command == "history" { &["WO-1"][..] } else { &[] };
            let environment = world.plan.lock().unwrap().secrets.environment();
            let config = ["--config", config.to_str().unwrap()];
            let ended = Program::run(&[&[command], more, &config].concat(), &environment).await;
            let said = refusal(&ended, name);
            // a screen breaks lines where it likes
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
            assert!(words(&said).contains(&words(told.unwrap())), "{command} {name}: {said}");
        }
        let (good, path) = (good.to_str().unwrap(), path.to_str().unwrap());
        for arguments in [
            &["generate", "--work-orders", "1", "--log", path][..],
            &["copy", "--from", good, "--to", path],
            &["copy", "--from", path, "--to", good],
        ] {
            refusal(&Program::run(arguments, &[]).await, name);
        }
    }
    assert!(contents(folder.path()) == before, "nothing is changed and nothing is made");
    assert_eq!(
        paths(&world.path(".")),
        [world.path("./covertrail.toml")],
        "nothing is made beside the configuration"
    );
}

#[tokio::test]
async fn what_is_not_a_file_of_read_models_is_refused_by_check_serve_and_rebuild_and_stays_as_it_is() {
    let world = World::without_program(Plan::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let bad = what_is_not_theirs(folder.path()).await;
    let before = contents(folder.path());
    fs::copy(folder.path().join("made.sqlite"), world.path("covertrail.sqlite")).unwrap();
    for (name, _, told) in bad.iter().filter(|(_, _, told)| told.is_some()) {
        let path = folder.path().join(name);
        world.plan.lock().unwrap().store = format!("views = {path:?}");
        let config = world.configure();
        for command in ["check", "serve", "rebuild"] {
            let said = refusal(&with_config(&world, command, &config).await, name);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
            assert!(words(&said).contains(&words(told.unwrap())), "{command} {name}: {said}");
            assert_eq!(command == "serve", said.contains("store.views: "), "{command} {name}: {said}");
        }
    }
    assert!(contents(folder.path()) == before, "nothing is changed and nothing is made");
}

#[tokio::test]
async fn two_settings_that_lead_to_one_file_are_refused_by_both_names() {
    let world = World::without_program(Plan::default()).await;
    fs::write(world.path("here"), "").unwrap();
    fs::hard_link(world.path("here"), world.path("hard")).unwrap();
    symlink("covertrail.sqlite", world.path("link")).unwrap();
    for (store, names) in [
        ("views = \"covertrail.sqlite\"", ["store.path", "store.views"]),
        ("views = \"link\"", ["store.path", "store.views"]),
        ("path = \"here\"\nviews = \"hard\"", ["store.path", "store.views"]),
        ("views = \"covertrail.toml\"", ["the configuration file", "store.views"]),
        ("documents = \"covertrail.sqlite-wal\"", ["store.path", "store.documents"]),
    ] {
        world.plan.lock().unwrap().store = store.to_owned();
        let config = world.configure();
        for command in ["check", "serve", "rebuild", "status"] {
            let ended = with_config(&world, command, &config).await;
            let said = refusal(&ended, store);
            assert_eq!(ended.code, Some(3), "{ended:?}");
            assert!(names.iter().all(|name| said.contains(name)), "{command} {store}: {said}");
        }
    }
    assert!(!world.path("covertrail.sqlite").exists());
    let (one, link) = (world.path("one.sqlite"), world.path("to-one"));
    symlink("one.sqlite", &link).unwrap();
    Embedded::open(&one).unwrap().close().await;
    let copy = ["copy", "--from", one.to_str().unwrap(), "--to", link.to_str().unwrap()];
    let said = refusal(&Program::run(&copy, &[]).await, "a log copied to itself");
    assert!(said.contains("--from and --to lead to one file"), "{said}");
}

#[tokio::test]
async fn a_file_or_a_device_where_a_folder_is_due_is_refused_and_so_is_a_configuration_that_never_ends() {
    let world = World::without_program(Plan::default()).await;
    fs::write(world.path("file"), "theirs").unwrap();
    for documents in ["file", "/dev/null"] {
        world.plan.lock().unwrap().store = format!("documents = {documents:?}");
        let config = world.configure();
        for command in ["check", "serve"] {
            let said = refusal(&with_config(&world, command, &config).await, documents);
            assert!(said.contains("is no folder") && said.contains("store.documents"), "{said}");
        }
    }
    assert_eq!(fs::read(world.path("file")).unwrap(), b"theirs");
    shell(&format!("mkfifo '{}'", world.path("fifo").display()));
    for config in [world.path("fifo"), "/dev/zero".into(), world.path(".")] {
        for command in ["check", "serve", "status"] {
            let said = refusal(&with_config(&world, command, &config).await, "no file");
            assert!(said.contains("where a regular file is due"), "{said}");
        }
    }
}

#[tokio::test]
async fn init_writes_through_no_link_and_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("theirs"), "theirs").unwrap();
    symlink(at("theirs"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    shell(&format!("mkfifo '{}'", at("fifo").display()));
    let before = contents(folder.path());
    for name in ["theirs", "link", "dangling", "fifo"] {
        let said = refusal(&Program::run(&["init", "--config", at(name).to_str().unwrap()], &[]).await, name);
        assert!(said.contains("is there already"), "{name}: {said}");
    }
    assert!(contents(folder.path()) == before);
}

/// Nobody but the owner may do anything with what is in a folder; answers with the names of the files.
fn closed(folder: &Path) -> Vec<String> {
    let all = contents(folder);
    for (path, mode, _) in &all {
        assert_eq!(mode & 0o077, 0, "{} has mode {:04o}", path.display(), mode & 0o777);
    }
    all.into_iter().map(|(path, _, _)| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn whatever_the_umask_is_only_the_owner_reads_what_the_program_makes() {
    for umask in ["0", "022", "077"] {
        let gateway = "[gateway]\nlisten = \"127.0.0.1:0\"\n".to_owned();
        let world = World::without_program(Plan { more: gateway, ..Plan::default() }).await;
        let config = world.configure();
        fs::set_permissions(&config, Permissions::from_mode(0o600)).unwrap();
        world.spawn_after(&format!("umask {umask}; exec"));
        world.find().await;
        handed_in(&world).await;
        world.settles().await;
        let names = closed(world.path("covertrail.toml").parent().unwrap());
        for name in [
            "covertrail.sqlite",
            "covertrail.sqlite-wal",
            "covertrail.sqlite-shm",
            "covertrail.sqlite.lock",
            "covertrail.views.sqlite",
            "covertrail.views.sqlite-wal",
            "documents",
        ] {
            assert!(names.iter().any(|found| found == name), "{name} is not among {names:?}");
        }
        assert!(names.iter().any(|name| name.len() == 64), "a document is kept: {names:?}");
        assert!(!world.printed().contains("can read this file"), "{}", world.printed());
        assert_eq!(world.end("TERM").await.code, Some(0));
        closed(world.path("covertrail.toml").parent().unwrap());

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (log, copy, config, demo) = (at("made/log.sqlite"), at("copy.sqlite"), at("c.toml"), at("demo"));
        for arguments in [
            &["init", "--config", &config][..],
            &["generate", "--work-orders", "2", "--log", &log],
            &["rebuild", "--log", &log],
            &["rebuild", "--verify", "--log", &log],
            &["copy", "--from", &log, "--to", &copy],
            &["demo", "--once", "--work-orders", "1", "--data", &demo],
        ] {
            let ended = Program::spawn_after(&format!("umask {umask}; exec"), arguments, &[]).ended().await;
            assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        }
        assert!(closed(folder.path()).len() > 8);
    }
}

#[tokio::test]
async fn a_file_of_before_that_others_can_read_is_a_warning_with_the_command_that_mends_it() {
    let world = World::begin(Plan::default()).await;
    handed_in(&world).await;
    world.settles().await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    let (log, documents) = (world.path("covertrail.sqlite"), world.path("documents"));
    fs::set_permissions(&log, Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&documents, Permissions::from_mode(0o755)).unwrap();
    let expected =
        [format!("chmod 600 {} ", log.display()), format!("chmod -R go-rwx {}", documents.display())];
    world.start().await;
    let printed = world.printed();
    let lines = printed.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mends: Vec<_> = lines.filter_map(|line| line["mend"].as_str().map(str::to_owned)).collect();
    assert!(
        mends.len() == 2 && mends.iter().zip(&expected).all(|(mend, begin)| mend.starts_with(begin)),
        "{mends:?}"
    );
    let ended = with_config(&world, "check", &world.path("covertrail.toml")).await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
    for mend in &mends {
        let mend = mend.as_str();
        assert!(words(&ended.stdout).contains(&words(mend)), "{}", ended.stdout);
        shell(mend);
    }
    assert_eq!(ended.code, Some(0), "a warning is no failure: {ended:?}");
    let ended = with_config(&world, "check", &world.path("covertrail.toml")).await;
    assert!(!ended.stdout.contains("permissions"), "{}", ended.stdout);
}

/// The name of the group of whoever runs the tests.
fn own_group() -> String {
    String::from_utf8(Command::new("id").arg("-gn").output().unwrap().stdout).unwrap().trim().to_owned()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

#[tokio::test]
async fn an_auditor_of_the_group_reads_the_log_while_it_is_written_and_afterwards_and_others_do_not() {
    let store = format!("group = {:?}", own_group());
    let world = World::begin(Plan { store, ..Plan::default() }).await;
    let folder = world.path("covertrail.toml").parent().unwrap().to_owned();
    fs::set_permissions(&folder, Permissions::from_mode(0o751)).unwrap();
    handed_in(&world).await;
    world.settles().await;
    let check_modes = || {
        for (path, mode, _) in contents(&folder) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let expected = match name {
                "covertrail.toml" => continue,
                "covertrail.sqlite.lock" => 0o600,
                "documents" => 0o750,
                _ => 0o640,
            };
            assert_eq!(mode & 0o777, expected, "{name} has mode {:04o}", mode & 0o777);
        }
    };
    check_modes();
    // only the superuser may run the program as somebody else
    let (_folder, program) = for_others();
    let group = Some(fs::metadata(world.path("covertrail.sqlite")).unwrap().gid());
    let readers = [(somebody_else(&program, group), true), (somebody_else(&program, None), false)];
    let readers = if is_root() { &readers[..] } else { &[] };
    let log = world.path("covertrail.sqlite");
    let log = log.to_str().unwrap();
    let all = async || {
        for (reader, may) in readers {
            for arguments in [
                &["history", "12345", "--log", log][..],
                &["replay", "--log", log],
                &["status", "--log", log],
                &["rebuild", "--verify", "--log", log],
            ] {
                let ended = Program::spawn_after(reader, arguments, &[]).ended().await;
                assert_eq!(ended.code == Some(0), *may, "{reader} {arguments:?}: {ended:?}");
            }
        }
    };
    all().await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    check_modes();
    all().await;
    world.start().await;
    Order::assigned(&world, "12346").await.event("quoted").await;
    all().await;
}

/// The program where somebody else than its builder can run it.
fn for_others() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("covertrail");
    fs::copy(PROGRAM, &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    (folder, program)
}

/// How somebody else runs the program, as a member of a group or of none.
fn somebody_else(program: &Path, group: Option<u32>) -> String {
    let groups = group.map_or("--clear-groups".to_owned(), |group| format!("--groups={group}"));
    format!("exec setpriv --reuid=65534 --regid=65534 {groups} {} \"$@\"; :", program.display())
}

/// A cookie of the reviewer at the board.
async fn cookie(world: &World) -> String {
    let here = [("content-type", "application/x-www-form-urlencoded"), ("origin", &world.url(""))];
    let form = format!("token={REVIEWER_TOKEN}").into_bytes();
    let signed_in = world.request(Method::POST, "/sign-in", &here, form).send().await.unwrap();
    let set = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    set.split(';').next().unwrap().to_owned()
}

/// Puts what must never be read out into the folder of documents; answers with what is asked for.
fn canaries(world: &World, document: &str) -> Vec<String> {
    let documents = world.path("documents");
    let at = |name: &str| documents.join(name);
    fs::write(world.path("canary"), "%PDF-1.7 the canary").unwrap();
    let name = |digit: &str| digit.repeat(64);
    symlink("/dev/zero", at(&name("a"))).unwrap();
    symlink(world.path("canary"), at(&name("b"))).unwrap();
    symlink(at(document), at(&name("c"))).unwrap();
    fs::hard_link(world.path("canary"), at(&name("d"))).unwrap();
    fs::create_dir(at(&name("e"))).unwrap();
    shell(&format!("mkfifo '{}' '{}'", at(&name("f")).display(), at("fifo").display()));
    fs::File::create(at(&name("0"))).unwrap().set_len(1 << 40).unwrap();
    fs::write(at(&name("1")), "%PDF-1.7 the canary").unwrap();
    fs::write(at("canary"), "%PDF-1.7 the canary").unwrap();
    symlink("/dev/zero", at("zero")).unwrap();
    let canary = world.path("canary").to_str().unwrap().replace('/', "%2F");
    let mut asked: Vec<_> = ["a", "b", "c", "d", "e", "f", "0", "1", "9"].map(name).into();
    let others = ["canary", "fifo", "zero", "..%2Fcanary", "..%2fcovertrail.sqlite-wal", "%2e%2e%2fcanary"];
    asked.extend(others.map(str::to_owned));
    let others = ["%2Fdev%2Fzero", "%2Fproc%2Fself%2Fenviron", "%2Fetc%2Fpasswd", "%00", ".%2Fcanary"];
    asked.extend(others.map(str::to_owned));
    asked.extend([
        canary,
        document.to_uppercase(),
        format!("{document}%00"),
        format!("{document}%2F..%2Fcanary"),
    ]);
    asked
}

#[tokio::test]
async fn a_document_is_read_out_and_nothing_else_in_its_folder_or_outside_it() {
    let world = World::begin(Plan::default()).await;
    handed_in(&world).await;
    let stored = fs::read_dir(world.path("documents")).unwrap().next().unwrap().unwrap().path();
    let document = stored.file_name().unwrap().to_str().unwrap().to_owned();
    let cookie = cookie(&world).await;
    let get = async |id: &str| {
        let path = format!("/documents/{id}");
        world.request(Method::GET, &path, &[("cookie", &cookie)], Vec::new()).send().await.unwrap()
    };
    for asked in canaries(&world, &document) {
        let answer = get(&asked).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 404, "{asked}: {text}");
        assert!(!text.contains("the canary") && text.len() < 10_000, "{asked}: {text}");
    }
    let answer = get(&document).await;
    assert_eq!(answer.status(), 200);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment; filename=\"certificate.pdf\""),
        ("x-content-type-options", "nosniff"),
        ("content-length", &fs::metadata(&stored).unwrap().len().to_string()),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
    let hash = Sha256::digest(answer.bytes().await.unwrap());
    assert_eq!(hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")), document);
    // a document that was changed is no longer the one that was handed in
    fs::write(&stored, "%PDF-1.7 another").unwrap();
    assert_eq!(get(&document).await.status(), 404);
    world.prints("does not hold the document").await;
    assert_eq!(world.end("TERM").await.code, Some(0), "nothing that is being read holds up the end");
}

#[tokio::test]
async fn a_large_document_comes_whole_and_a_client_that_reads_none_of_it_holds_nothing_up() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("assigned").await;
    let mut pdf = b"%PDF-1.7\n".to_vec();
    pdf.resize(15 * 1024 * 1024, b'7');
    let answer = world.hand_in(&order.id, "coi.pdf", "application/pdf", &pdf).await;
    assert!(answer.status < 300, "{}", answer.text);
    let stored = fs::read_dir(world.path("documents")).unwrap().next().unwrap().unwrap().path();
    let path = format!("/documents/{}", stored.file_name().unwrap().to_str().unwrap());
    let cookie = cookie(&world).await;
    let asked = || world.request(Method::GET, &path, &[("cookie", &cookie)], Vec::new());
    let unread = asked().send().await.unwrap();
    assert_eq!(unread.status(), 200);
    assert!(asked().send().await.unwrap().bytes().await.unwrap() == pdf);
    assert_eq!(world.end("TERM").await.code, Some(0));
    drop(unread);
}

#[tokio::test]
async fn a_certificate_that_the_disk_has_no_room_for_is_refused_with_its_folder_and_the_reason_and_comes_later()
 {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    world.settles().await;
    world.disk_is_full(true);
    let waiting = tokio::spawn({
        let (world, id) = (Arc::clone(&world), order.id.clone());
        async move { world.hand_in(&id, "coi.pdf", "application/pdf", b"%PDF-1.7 one").await }
    });
    let said = async {
        while !world.printed().contains("a certificate could not be kept") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, said).await.expect("it is logged");
    let printed = world.printed();
    let line = printed.lines().find(|line| line.contains("could not be kept")).unwrap();
    assert!(
        line.contains(world.path("documents").to_str().unwrap()) && line.contains("File too large"),
        "{line}"
    );
    assert!(paths(&world.path("documents")).is_empty(), "no half of it is left");
    world.disk_is_full(false);
    assert!(waiting.await.unwrap().status < 300);
    assert_eq!(paths(&world.path("documents")).len(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_named_with_the_reason() {
    let world = World::without_program(Plan::default()).await;
    let folder = world.path("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(world.path("."), Permissions::from_mode(0o755)).unwrap();
    world.plan.lock().unwrap().store = format!("path = {:?}", folder.join("log.sqlite"));
    let config = world.configure();
    let environment = world.plan.lock().unwrap().secrets.environment();
    let (_folder, program) = for_others();
    let somebody = somebody_else(&program, None);
    let before = if is_root() { somebody.as_str() } else { "exec" };
    for command in ["check", "serve"] {
        let arguments = [command, "--config", config.to_str().unwrap()];
        let said = refusal(&Program::spawn_after(before, &arguments, &environment).ended().await, command);
        assert!(
            said.contains(folder.to_str().unwrap()) && said.contains("ermission denied"),
            "{command}: {said}"
        );
    }
    assert!(paths(&folder).is_empty());
    assert!(Embedded::open_read_only(folder.join("log.sqlite")).is_err());
}
