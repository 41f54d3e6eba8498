//! The commands, as processes.

mod check;
mod people;
mod reading;
mod serve;
mod templates;
mod views;

use crate::world::{Ended, Program, Secrets};
use serde_json::Value;
use std::path::Path;

async fn run(arguments: &[&str]) -> Ended {
    Program::run(arguments, &[]).await
}

async fn serve(config: &Path) -> Ended {
    let arguments = ["serve", "--config", config.to_str().unwrap()];
    Program::run(&arguments, &Secrets::default().environment()).await
}

fn fails(ended: &Ended, code: i32, told: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for text in told {
        assert!(ended.stderr.contains(text), "{text} is not told: {}", ended.stderr);
    }
}

#[tokio::test]
async fn init_writes_a_file_that_serve_can_read_and_never_overwrites_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("covertrail.toml");
    let arguments = ["init", "--config", path.to_str().unwrap()];
    assert_eq!(run(&arguments).await.code, Some(0));
    let written = std::fs::read_to_string(&path).unwrap();
    fails(&serve_without_secrets(&path).await, 3, &["COVERTRAIL_POLICY_API_KEY"]);
    std::fs::write(&path, "# mine").unwrap();
    fails(&run(&arguments).await, 1, &["is there already"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine");
    assert!(written.contains("[policy]"));
}

async fn serve_without_secrets(config: &Path) -> Ended {
    run(&["serve", "--config", config.to_str().unwrap()]).await
}

async fn demo(arguments: &[&str]) {
    let arguments = [&["demo", "--once", "--json"][..], arguments].concat();
    let ended = run(&arguments).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let table: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stdout));
    assert!(table.to_string().contains("WO-1012"), "{table}");
}

#[tokio::test]
async fn the_demo_ends_with_0_where_every_scenario_ended_as_it_must() {
    demo(&["--work-orders", "12"]).await;
}

#[tokio::test]
async fn the_demo_ends_with_0_under_many_faults() {
    demo(&["--work-orders", "12", "--faults", "many", "--seed", "7"]).await;
}

#[tokio::test]
async fn a_sandbox_answers_where_it_says() {
    for (vendor, path) in [("policy", "/api/v1"), ("workmarket", "/v1")] {
        let program = Program::spawn(&["sandbox", vendor, "--listen", "127.0.0.1:0", "--key", "k"], &[]);
        let said = program.told().says("Ctrl-C ends it").await;
        let state = said.split_whitespace().find(|word| word.ends_with("/sandbox/state")).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(state).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(said.contains(&format!("{path}\n")), "{said}");
        program.signal("TERM");
        assert_eq!(program.ended().await.code, Some(0));
    }
}

#[tokio::test]
async fn every_command_has_help_with_an_example() {
    let help = run(&["--help"]).await;
    assert_eq!(help.code, Some(0));
    let listed = help.stdout.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let commands: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    for command in ["demo", "serve", "init", "diagram", "check", "status", "history", "replay", "sandbox"] {
        assert!(commands.contains(&command), "{commands:?}");
    }
    for command in commands {
        let help = run(&[command, "--help"]).await;
        assert_eq!(help.code, Some(0), "{command}");
        assert!(
            help.stdout.contains("Example") && help.stdout.contains(&format!("covertrail {command}")),
            "{}",
            help.stdout
        );
    }
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2() {
    assert_eq!(run(&["serv"]).await.code, Some(2));
    assert_eq!(run(&["demo", "--work-orders", "0"]).await.code, Some(2));
    assert_eq!(run(&["sandbox", "policy", "--webhooks", "http://127.0.0.1:1"]).await.code, Some(2));
}
