//! Every command that opens the log does so on a server too, and says the same there as on a file.

use crate::stories::Story;
use crate::world::{Cluster, Ended, Plan, Program, World, loopback};
use serde_json::Value;

async fn run(world: &World, arguments: &[&str]) -> Ended {
    let environment = world.plan.lock().unwrap().secrets.environment();
    Program::run(arguments, &environment).await
}

async fn told(world: &World, arguments: &[&str]) -> String {
    let ended = run(world, arguments).await;
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    ended.stdout
}

/// A command's answer without the positions, which each log gives itself, and without the time.
fn placeless(answer: &str) -> Value {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for field in ["position", "as_of", "at", "last_position"] {
                    fields.remove(field);
                }
                fields.values_mut().for_each(forget);
            }
            Value::Array(values) => values.iter_mut().for_each(forget),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut answer = serde_json::from_str(answer).unwrap_or_else(|_| panic!("{answer}"));
    forget(&mut answer);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_commands_say_of_a_log_on_a_server_they_say_of_its_copy_in_a_file() {
    let cluster = Cluster::begin(Plan::default(), 1).await;
    let world = &cluster.world;
    for (id, story) in [("WO-1", Story::CertificateValidated), ("WO-2", Story::FinalPayDiffers)] {
        story.play(world, id).await;
    }
    world.settles().await;
    cluster.kill(0);
    let (config, file) = (world.path("covertrail.toml"), world.path("copy.sqlite"));
    let (config, file) = (config.to_str().unwrap(), file.to_str().unwrap());
    told(world, &["copy", "--from", &cluster.served.url, "--to", file]).await;
    for command in [
        &["history", "WO-1", "--json"][..],
        &["status", "--json"],
        &["status", "WO-2", "--json"],
        &["replay", "--json"],
        &["replay", "WO-1", "--json"],
    ] {
        let on_server = told(world, &[command, &["--log", &cluster.served.url]].concat()).await;
        let in_file = told(world, &[command, &["--log", file]].concat()).await;
        assert_eq!(placeless(&on_server), placeless(&in_file), "{command:?}");
        assert!(on_server.contains("WO-") || on_server.contains("certificate"), "{on_server}");
    }
    let raw = told(world, &["history", "WO-2", "--raw", "--config", config]).await;
    assert_eq!(raw, told(world, &["history", "WO-2", "--raw", "--log", file]).await);
    let checked = told(world, &["check", "--config", config]).await;
    assert!(checked.contains(&format!("{}, up to position", cluster.served.url)), "{checked}");
}

#[tokio::test]
async fn check_tells_in_a_line_what_is_wrong_with_the_server() {
    let nobody = loopback().await.local_addr().unwrap();
    for (store, code, line) in [
        (format!("url = \"esdb://{nobody}?tls=false\""), 6, format!("nobody listens at {nobody}")),
        (
            format!("url = \"esdb://{nobody}?tls=perhaps\""),
            3,
            "option tls: is neither true nor false".to_owned(),
        ),
        (
            format!("url = \"esdb://{nobody}\"\nca_file = \"nowhere.crt\""),
            3,
            "option tlsCaFile: cannot be read".to_owned(),
        ),
    ] {
        let store = format!("engine = \"eventstoredb\"\n{store}");
        let world = World::without_program(Plan { store, ..Plan::default() }).await;
        let config = world.configure();
        let ended = run(&world, &["check", "--config", config.to_str().unwrap()]).await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let wrong: Vec<_> = ended.stdout.lines().filter(|told| told.contains('✗')).collect();
        assert!(wrong.len() == 1 && wrong[0].contains(&line), "{ended:?}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_tls_to_whoever_does_not_is_told_as_no_use() {
    // it takes the connection and says nothing that can be understood
    let listener = loopback().await;
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let store = format!("engine = \"eventstoredb\"\nurl = \"esdb://{address}?tls=false\"");
    let world = World::without_program(Plan { store, ..Plan::default() }).await;
    let config = world.configure();
    let ended = run(&world, &["check", "--config", config.to_str().unwrap()]).await;
    assert!(ended.code == Some(6) && ended.stdout.contains("store.url and its tls"), "{ended:?}");
}
