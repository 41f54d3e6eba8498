//! Logging never blocks, and what could not be written is counted.

use crate::world::{Ended, PATIENCE, Plan, Program, World, now};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader, PipeReader};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

/// A world whose program logs all it can, to there.
async fn logging_to(stderr: impl Into<Stdio>, format: &str) -> Arc<World> {
    let plan = Plan { more: format!("format = {format:?}\n"), ..Plan::default() };
    logging_as_planned(stderr, plan).await
}

async fn logging_as_planned(stderr: impl Into<Stdio>, plan: Plan) -> Arc<World> {
    let listen = crate::world::loopback().await.local_addr().unwrap();
    let world = World::without_program(Plan { listen, log_filter: "trace", ..plan }).await;
    world.spawn_with_stderr(stderr.into());
    world.is_at(listen).await;
    world.is_ready().await;
    world
}

/// Takes so many webhooks, ten at once.
async fn take_webhooks(world: &Arc<World>, round: usize, many: usize) {
    let mut taking = tokio::task::JoinSet::new();
    for taker in 0..10 {
        let world = Arc::clone(world);
        taking.spawn(async move {
            for number in 0..many / 10 {
                let id = format!("ev_{round}_{taker}_{number}");
                let notice =
                    json!({ "id": id, "type": "job_category.created", "created": now(), "data": {} });
                let taken = tokio::time::timeout(PATIENCE, world.policy_says(&notice)).await;
                assert_eq!(taken.expect("logging holds no webhook up").status, 200);
            }
        });
    }
    while let Some(taken) = taking.join_next().await {
        taken.unwrap();
    }
}

/// How many log lines the program says it has lost.
async fn dropped(world: &World) -> u64 {
    let metrics = world.metrics().await;
    let figure = metrics.lines().find_map(|line| line.strip_prefix("covertrail_log_lines_dropped_total "));
    figure.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap()
}

/// Takes webhooks, 1,000 and more, until lines are lost; answers how many are.
async fn flood(world: &Arc<World>) -> u64 {
    for round in 0..20 {
        take_webhooks(world, round, 1000).await;
        let dropped = dropped(world).await;
        if dropped > 0 {
            return dropped;
        }
    }
    panic!("no line is ever lost: the queue has no bound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_nobody_reads_holds_nothing_up_and_what_is_missing_is_said_where_it_is() {
    let (reader, writer) = std::io::pipe().unwrap();
    let world = logging_to(writer, "json").await;
    let lost = flood(&world).await;
    let reading = std::thread::spawn(move || until_lines_are_missing(reader));
    let (said, reader) = tokio::task::spawn_blocking(|| reading.join().unwrap()).await.unwrap();
    assert!(said >= lost, "{said} of {lost}");
    let rest = std::thread::spawn(move || BufReader::new(reader).lines().count());
    assert_eq!(world.end("TERM").await.code, Some(0));
    tokio::task::spawn_blocking(|| rest.join().unwrap()).await.unwrap();
}

/// Reads valid JSON until a line says how many are missing.
fn until_lines_are_missing(reader: PipeReader) -> (u64, PipeReader) {
    let mut lines = BufReader::new(reader);
    let mut line = String::new();
    loop {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no line says that any are missing");
        let read: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        if read["message"].as_str().is_some_and(|message| message.starts_with("log lines are missing here")) {
            assert!(read["since"].is_string() && read["level"] == "WARN", "{read}");
            return (read["lines"].as_u64().unwrap(), lines.into_inner());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_while_nobody_reads_what_it_says() {
    let (reader, writer) = std::io::pipe().unwrap();
    let world = logging_to(writer, "text").await;
    flood(&world).await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    drop(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_reader_that_is_gone_cost_lines_and_nothing_else() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (gone, closed) = std::io::pipe().unwrap();
    drop(gone);
    for stderr in [Stdio::from(full), Stdio::from(closed)] {
        let world = logging_to(stderr, "json").await;
        take_webhooks(&world, 0, 20).await;
        // each is logged once it has been dealt with
        let lost = async { while dropped(&world).await < 20 {} };
        tokio::time::timeout(PATIENCE, lost).await.expect("each line that is lost is counted");
        assert_eq!(world.end("TERM").await.code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_in_a_file_has_no_colours_and_nothing_from_outside_begins_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    // the program logs the path of its event log
    let hostile = "\\u001b[31mred\\r\\n2026-11-28T00:00:00.000000Z  INFO forged\\u202e.sqlite";
    let store = format!("path = \"{}/{hostile}\"", folder.path().display());
    let plan = Plan { store, more: "format = \"text\"\n".to_owned(), ..Plan::default() };
    let world = logging_as_planned(File::create(&path).unwrap(), plan).await;
    take_webhooks(&world, 0, 10).await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("INFO stopping") && text.contains("INFO forged"), "{text}");
    let odd = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
    assert!(!text.contains(odd), "{text:?}");
    for line in text.lines() {
        let moment = line.split(' ').next().unwrap();
        assert!(moment.ends_with('Z') && moment.starts_with("20"), "no line begins like this: {line}");
        assert!(!line.starts_with("2026-11-28T00:00:00.000000Z"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_wrong_command_lines_end_it_where_nobody_reads_why() {
    for (arguments, code) in [(&["serve", "--config", "/nowhere"][..], 3), (&["serve", "--wrong"], 2)] {
        let (reader, mut writer) = std::io::pipe().unwrap();
        fill(&mut writer).await;
        let Ended { code: ended, .. } =
            Program::spawn_with_stderr(writer.into(), arguments, &[]).ended().await;
        assert_eq!(ended, Some(code), "{arguments:?}");
        drop(reader);
    }
}

/// Fills the pipe to the brim: a child that writes to it waits there until it is ended.
async fn fill(writer: &mut std::io::PipeWriter) {
    let mut child = std::process::Command::new("yes").stdout(writer.try_clone().unwrap()).spawn().unwrap();
    let waits = async {
        // it waits for the reader once its state says so and its time at work stands still
        let mut before = None;
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
            let fields: Vec<_> =
                stat.rsplit(')').next().unwrap().split_whitespace().map(str::to_owned).collect();
            let now = (fields[0] == "S").then(|| (fields[11].clone(), fields[12].clone()));
            if now.is_some() && now == before {
                return;
            }
            before = now;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.expect("the pipe is full");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in [&["diagram"][..], &["--help"], &["--version"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Program::run_with_stdout(writer.into(), arguments).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[tokio::test]
async fn pipes_get_colours_only_where_they_are_forced() {
    for (force, coloured) in [(None, false), (Some(("CLICOLOR_FORCE", "1".to_owned())), true)] {
        let environment: Vec<_> = force.into_iter().collect();
        let ended = Program::run(&["--help"], &environment).await;
        assert_eq!(ended.stdout.contains('\u{1b}'), coloured, "{}", ended.stdout);
        let ended = Program::run(&["demo", "--once", "--work-orders", "1"], &environment).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.stdout.contains('\u{1b}'), coloured, "{}", ended.stdout);
        assert!(!ended.stderr.contains('\u{1b}'), "nothing is drawn on a pipe: {}", ended.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_shutdown_that_hangs_at_once() {
    let world = World::begin(Plan::default()).await;
    let address = world.url("/").trim_start_matches("http://").trim_end_matches('/').to_owned();
    // half a request: the first signal waits for its rest
    let stalled = tokio::net::TcpStream::connect(&address).await.unwrap();
    stalled.writable().await.unwrap();
    let head = b"POST /webhooks/1099policy HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{";
    assert_eq!(stalled.try_write(head).unwrap(), head.len());
    world.get("/readyz").await.unwrap();
    let ended = world.end_twice("INT").await;
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    drop(stalled);
}

#[tokio::test]
async fn a_terminal_that_closes_ends_it_gracefully() {
    let world = World::begin(Plan::default()).await;
    let ended = world.end("HUP").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("stopping"), "{}", ended.stderr);
}
