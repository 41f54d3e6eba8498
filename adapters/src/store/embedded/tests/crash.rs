//! Processes that die, or fail to write, in the middle of their work. The other process is this test binary
//! again, told by its environment which part to play.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Log, event, stream};
use crate::store::embedded::{Embedded, OpenError};
use crate::store::{AppendError, EventStore, Expected, NewEvent};

const PATH: &str = "COVERTRAIL_TEST_LOG";

fn spawn(command: &mut Command, part: &str, log: &Path) -> (Child, impl Iterator<Item = Vec<u64>> + use<>) {
    let mut child = command
        .args(["--exact", "--ignored", "--nocapture", &format!("store::embedded::tests::crash::{part}")])
        .env(PATH, log)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).filter_map(|line| {
        let numbers = line.strip_prefix("said ")?.split(' ');
        numbers.map(|number| number.parse().ok()).collect()
    });
    (child, said)
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

fn log_of_child() -> std::path::PathBuf {
    std::env::var_os(PATH).expect("this is one part of another test").into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_that_was_acknowledged() {
    let place = Log::new();
    for round in 1..=3 {
        let (mut child, mut said) = spawn(&mut this_program(), "producers_until_killed", &place.path());
        let mut acknowledged: HashMap<u64, u64> = HashMap::new();
        for _ in 0..200 * round {
            let numbers = said.next().expect("the child ended by itself");
            acknowledged.insert(numbers[0], numbers[1]);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // what it said before it died; a line that death cut short was not said
        for numbers in said.filter(|numbers| numbers.len() == 3) {
            acknowledged.insert(numbers[0], numbers[1]);
        }
        // its lock is gone with it
        let log = place.open();
        for (producer, revision) in acknowledged {
            let tail = log.read_stream(&stream(producer), revision, 10).await.unwrap();
            assert!(!tail.is_empty(), "producer {producer} was told that revision {revision} is durable");
            assert_eq!(tail.last_revision().unwrap() % 2, 1, "both events of an append, or none");
        }
        log.verify().await.unwrap();
        log.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one part of another test"]
async fn producers_until_killed() {
    let log = Embedded::open(log_of_child()).unwrap();
    let producers: Vec<_> = (0..8)
        .map(|producer| {
            let log = log.clone();
            tokio::spawn(async move {
                let stream = stream(producer);
                // large enough that the WAL is being copied now and then
                let large = || NewEvent { data: vec![b'x'; 10_000], ..event() };
                while let Ok(appended) = log.append(&stream, Expected::Any, vec![large(), large()]).await {
                    // the zero at the end shows that the line is whole
                    println!("said {producer} {} 0", appended.last_revision);
                }
            })
        })
        .collect();
    for producer in producers {
        producer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_use_by_another_process_is_locked_until_it_ends() {
    let place = Log::with_events(1).await;
    let (mut child, mut said) = spawn(&mut this_program(), "holds_the_log", &place.path());
    assert_eq!(said.next(), Some(vec![1]));
    let refused = Embedded::open(place.path()).err().unwrap();
    assert!(matches!(refused, OpenError::Locked { .. }), "{refused:?}");
    let reading = Embedded::open_read_only(place.path()).unwrap();
    assert_eq!(reading.read_stream(&stream(1), 0, 10).await.unwrap().len(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let log = place.open();
    assert_eq!(log.verify().await.unwrap().events, 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one part of another test"]
async fn holds_the_log() {
    let log = Embedded::open(log_of_child()).unwrap();
    log.append(&stream(1), Expected::Exact(0), vec![event()]).await.unwrap();
    println!("said 1");
    // until the parent ends
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// The limit on the size of a file fails the writes that exceed it, in the middle of a commit.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_is_undone_and_the_writer_lives_on() {
    let place = Log::new();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""]);
    limited.arg(std::env::current_exe().unwrap());
    let (mut child, said) = spawn(&mut limited, "appends_beyond_the_limit", &place.path());
    let said: Vec<Vec<u64>> = said.collect();
    assert!(child.wait().unwrap().success());
    let [events, refused] = said.last().expect("it says how it went")[..] else { panic!("{said:?}") };
    assert!(refused > 0);
    let log = place.open();
    assert_eq!(log.verify().await.unwrap().events, events, "all that was acknowledged and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one part of another test"]
async fn appends_beyond_the_limit() {
    let log = Embedded::open(log_of_child()).unwrap();
    let (mut events, mut refused, mut after_it) = (0_u64, 0_u64, 0_u64);
    while after_it < 3 {
        let expected = events.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        let given = NewEvent { data: vec![b'x'; 20_000], ..event() };
        match log.append(&stream(1), expected, vec![given]).await {
            Ok(appended) => {
                assert_eq!(appended.last_revision, events);
                events += 1;
                after_it += u64::from(refused > 0);
            }
            Err(AppendError::Unavailable(_)) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
        assert!(refused < 100, "there is room again once the log has been copied");
    }
    println!("said {events} {refused}");
}
