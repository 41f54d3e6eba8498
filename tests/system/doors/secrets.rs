//! Weak, shared and expired secrets are refused, and tokens are sent only where nobody can read them.

use crate::world::{Ended, Order, Plan, Program, REVIEWER_TOKEN, Secrets, World, loopback};
use covertrail::links::Links;
use covertrail_adapters::secret::Secret;
use covertrail_domain::id::WorkOrderId;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

type Change<'a> = &'a dyn Fn(&mut Secrets);

const TOKEN: &str = "a-token-for-two-names-5d1f0c";

/// `serve` and `check` with these variables and these lines at the configuration's end.
async fn both(change: impl Fn(&mut Secrets), more: &str) -> [Ended; 2] {
    let plan = Plan { more: more.to_owned(), ..Plan::default() };
    let world = World::without_program(plan).await;
    change(&mut world.plan.lock().unwrap().secrets);
    let environment = world.plan.lock().unwrap().secrets.environment();
    let config = world.configure();
    let run = async |command: &str| {
        Program::run(&[command, "--config", config.to_str().unwrap()], &environment).await
    };
    [run("serve").await, run("check").await]
}

fn told(ended: &Ended) -> String {
    // the table of `check` breaks lines
    format!("{} {}", ended.stdout, ended.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_weak_secret_keeps_the_program_from_starting_and_is_named_with_what_makes_a_good_one() {
    let whsec = |secrets: &mut Secrets| secrets.policy_webhook = "whsec_AA==".to_owned();
    let bearer = |secrets: &mut Secrets| secrets.workmarket_webhook = "x".to_owned();
    let key = |secrets: &mut Secrets| secrets.policy_api_key = "t9k_test_1".to_owned();
    let person = |secrets: &mut Secrets| secrets.people = "ana=0123456789".to_owned();
    let link = |secrets: &mut Secrets| secrets.link = "aaaaaaaaaaaaaaaaaaaaaaaa".to_owned();
    let cases: [(Change<'_>, &str, &str); 5] = [
        (
            &whsec,
            "COVERTRAIL_POLICY_WEBHOOK_SECRETS is too short: it needs 24 bytes",
            "openssl rand -base64 32",
        ),
        (
            &bearer,
            "COVERTRAIL_WORKMARKET_WEBHOOK_SECRETS is too short: it needs 16 bytes",
            "openssl rand -hex 32",
        ),
        (&key, "COVERTRAIL_POLICY_API_KEY is too short", "copy all of it from 1099Policy"),
        (&person, "the token of ana in COVERTRAIL_PEOPLE is too short", "openssl rand -hex 32"),
        (&link, "COVERTRAIL_LINK_SECRET can be guessed", "openssl rand -hex 32"),
    ];
    for (change, problem, remedy) in cases {
        for ended in both(change, "").await {
            assert_eq!(ended.code, Some(3), "{ended:?}");
            let told = told(&ended);
            assert!(told.contains(problem) && told.contains(remedy), "{told}");
        }
    }
}

#[tokio::test]
async fn one_token_for_two_names_is_refused_wherever_the_two_stand_and_never_shown() {
    let hex = Sha256::digest(TOKEN).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let access =
        |name: &str| format!("[[access]]\nname = \"{name}\"\nrole = \"viewer\"\nsha256 = \"{hex}\"\n");
    let pair = format!("ana={TOKEN},bob={TOKEN}");
    let ana = format!("ana={TOKEN}");
    for (people, more, names) in [
        (&pair, String::new(), ["ana", "bob"]),
        (&ana, access("screen"), ["ana", "screen"]),
        (&String::new(), access("screen") + &access("desk"), ["screen", "desk"]),
    ] {
        for ended in both(|secrets| secrets.people.clone_from(people), &more).await {
            assert_eq!(ended.code, Some(3), "{ended:?}");
            let told = told(&ended);
            assert!(names.iter().all(|name| told.contains(name)), "{told}");
            assert!(!told.contains(TOKEN) && !told.contains(&hex), "{told}");
        }
    }
    let same = |secrets: &mut Secrets| {
        secrets.workmarket_webhook.clone_from(&secrets.policy_webhook);
    };
    for ended in both(same, "").await {
        let told = told(&ended);
        assert!(
            ended.code == Some(3) && told.contains("is the same as COVERTRAIL_POLICY_WEBHOOK_SECRETS"),
            "{told}"
        );
    }
}

/// A proxy that records what arrives and serves nobody.
async fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = loopback().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&arrived);
    tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            let record = Arc::clone(&record);
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let read = peer.read(&mut head).await.unwrap_or(0);
                record.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
                let _ = peer.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await;
            });
        }
    });
    (url, arrived)
}

fn proxied(proxy: &str) -> Vec<(&'static str, String)> {
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .map(|name| (name, proxy.to_owned()))
        .into()
}

async fn retry(server: &str, proxy: &str, flags: &[&str]) -> Ended {
    let arguments = [&["retry", "12345", "--server", server], flags].concat();
    let environment = [proxied(proxy), vec![("COVERTRAIL_TOKEN", REVIEWER_TOKEN.to_owned())]].concat();
    Program::run(&arguments, &environment).await
}

#[tokio::test]
async fn nothing_for_this_machine_goes_through_a_proxy() {
    let (proxy, arrived) = proxy().await;
    let world = World::without_program(Plan { contractors_apply: false, ..Plan::default() }).await;
    // the vendors stand on this machine too: their keys go straight to them
    world.plan.lock().unwrap().secrets.more = proxied(&proxy);
    world.start().await;
    Order::assigned(&world, "12345").await.event("application_opened").await;
    let port = world.url("").rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost", "covertrail.localhost", "127.1"] {
        let ended = retry(&format!("http://{host}:{port}"), &proxy, &[]).await;
        assert_eq!(ended.code, Some(0), "{host}: {ended:?}");
    }
    let over_tls = retry(&format!("https://127.0.0.1:{port}"), &proxy, &[]).await;
    assert_eq!(over_tls.code, Some(1), "there is no TLS at that port: {over_tls:?}");
    assert_eq!(*arrived.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_goes_over_https_or_to_this_machine_unless_a_flag_says_otherwise() {
    let (proxy, arrived) = proxy().await;
    for server in [
        "http://198.51.100.1",
        "http://covertrail.example:8099",
        "http://0.0.0.0:9",
        "http://127.0.0.1.example",
        "http://localhost@covertrail.example",
        "http://[::ffff:198.51.100.1]",
        "ftp://127.0.0.1",
    ] {
        let ended = retry(server, &proxy, &[]).await;
        assert_eq!(ended.code, Some(3), "{server}: {ended:?}");
    }
    let plain = retry("http://covertrail.example", &proxy, &[]).await;
    assert!(plain.stderr.contains("--token-over-plain-http"), "{plain:?}");
    assert_eq!(*arrived.lock().unwrap(), Vec::<String>::new());
    // nobody listens at port 9, and a flag sends it there and not to the proxy
    let flagged = retry("http://0.0.0.0:9", &proxy, &["--token-over-plain-http"]).await;
    assert!(flagged.code == Some(1) && flagged.stderr.contains("nobody answers"), "{flagged:?}");
    assert_eq!(*arrived.lock().unwrap(), Vec::<String>::new());
    // all that a proxy sees of https is where it goes
    let tunnelled = retry("https://covertrail.example", &proxy, &[]).await;
    assert_eq!(tunnelled.code, Some(1), "{tunnelled:?}");
    let arrived = arrived.lock().unwrap().concat();
    assert!(arrived.starts_with("CONNECT covertrail.example:443"), "{arrived}");
    assert!(!arrived.contains(REVIEWER_TOKEN), "{arrived}");
}

#[tokio::test]
async fn a_link_outlives_its_secrets_rotation_and_ends_with_its_age() {
    let (old, new) = ("the-link-secret-of-before", "the-link-secret-of-now");
    let world = World::without_program(Plan { contractors_apply: false, ..Plan::default() }).await;
    world.plan.lock().unwrap().secrets.link = format!("{new},{old}");
    world.start().await;
    Order::assigned(&world, "12345").await.event("application_opened").await;
    let now = covertrail::clock::now();
    let path = |secret: &str, days_ago: i64| {
        let links = Links::new(world.url("/").parse().unwrap(), vec![Secret::new(secret.to_owned())], 30);
        let link = links.to(&WorkOrderId::parse("12345").unwrap(), now.plus(-86_400 * days_ago)).unwrap();
        format!("{}?{}", link.path(), link.query().unwrap())
    };
    let shown = world.as_reviewer("/v1/work-orders/12345/retry", "").await.json()["apply_link"].clone();
    assert!(shown.as_str().unwrap().ends_with(&path(new, 0)), "{shown}");
    for (secret, days_ago, status) in
        [(new, 0, 303), (old, 0, 303), (old, 29, 303), (new, 32, 410), (old, 32, 410)]
    {
        let answer = world.get(&path(secret, days_ago)).await.unwrap();
        assert_eq!(answer.status, status, "{days_ago} days: {}", answer.text);
        assert_eq!(status == 410, answer.text.contains("get a new one"), "{}", answer.text);
    }
    let forged = path("the-link-secret-of-nobody", 32);
    assert_eq!(
        world.get(&forged).await.unwrap().status,
        404,
        "an age is told to those who had the link only"
    );
    world.end("TERM").await;
    world.plan.lock().unwrap().secrets.link = new.to_owned();
    world.start().await;
    assert_eq!(world.get(&path(old, 0)).await.unwrap().status, 404, "a secret that is no longer live");
}

#[tokio::test]
async fn init_prints_good_secrets_and_writes_none() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("covertrail.toml");
    let arguments = ["init", "--secrets", "--person", "ana", "--config", config.to_str().unwrap()];
    let printed = Program::run(&arguments, &[]).await;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    let script = folder.path().join("covertrail.env");
    std::fs::write(&script, &printed.stdout).unwrap();
    let shell = format!(". {}; echo \"$COVERTRAIL_PEOPLE $COVERTRAIL_LINK_SECRET\"", script.display());
    let set = std::process::Command::new("sh").args(["-c", &shell]).output().unwrap();
    let set = String::from_utf8(set.stdout).unwrap();
    let (people, link) = set.trim().split_once(' ').unwrap();
    assert!(people.starts_with("ana=") && people.len() == 68 && link.len() == 64, "{set}");
}
