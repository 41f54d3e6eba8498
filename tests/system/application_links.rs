//! A contractor's link leads to the application, and nothing else does.

use crate::world::{Answer, Order, Plan, Program, World};
use serde_json::Value;

#[tokio::test]
async fn without_its_key_a_work_order_is_as_good_as_unknown() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("application_opened").await;
    assert_eq!(world.apply("12345").await.status, 303);
    let unknown = world.apply("nobody").await;
    assert_eq!(unknown.status, 404);
    let link = world.link("12345");
    let key = link.split_once("?key=").unwrap().1;
    let of_another = world.link("12346").split_once("?key=").unwrap().1.to_owned();
    for wrong in [
        String::new(),
        "?".to_owned(),
        "?key=".to_owned(),
        format!("?key={of_another}"),
        format!("?key={}", &key[1..]),
        format!("?key={key}&key={key}"),
        format!("?Key={key}"),
    ] {
        let answer = world.get(&format!("/apply/12345{wrong}")).await.unwrap();
        let same = |answer: &Answer| (answer.status, answer.location.clone(), answer.text.clone());
        assert_eq!(same(&answer), same(&unknown), "{wrong}");
    }
}

#[tokio::test]
async fn status_and_the_answers_to_people_show_the_whole_link() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("application_opened").await;
    let answer = world.as_reviewer("/v1/work-orders/12345/retry", "").await;
    assert_eq!(answer.json()["apply_link"], world.link("12345"));
    let (config, secret) = (world.path("covertrail.toml"), world.plan.lock().unwrap().secrets.link.clone());
    let text = std::fs::read_to_string(&config).unwrap();
    let public = "[server]\npublic_url = \"https://covertrail.example.com\"";
    std::fs::write(&config, text.replace("[server]", public)).unwrap();
    let arguments = ["status", "12345", "--json", "--config", config.to_str().unwrap()];
    let status = Program::run(&arguments, &[("COVERTRAIL_LINK_SECRET", secret)]).await;
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let link = world.link("12345");
    let path = link.split_once("/apply/").unwrap().1;
    assert_eq!(status["coverage"]["apply_link"], format!("https://covertrail.example.com/apply/{path}"));
    let without: Value = serde_json::from_str(&Program::run(&arguments, &[]).await.stdout).unwrap();
    assert_eq!(without["coverage"]["apply_link"], Value::Null);
}

#[tokio::test]
async fn where_no_secret_is_set_everything_works_but_no_link_does() {
    let world = World::without_program(Plan { contractors_apply: false, ..Plan::default() }).await;
    world.plan.lock().unwrap().secrets.link = String::new();
    world.start().await;
    Order::assigned(&world, "12345").await.event("application_opened").await;
    for path in
        ["/apply/12345".to_owned(), "/apply/12345?key=".to_owned(), "/apply/12345?key=AAAA".to_owned()]
    {
        assert_eq!(world.get(&path).await.unwrap().status, 404, "{path}");
    }
    assert_eq!(world.apply("12345").await.status, 404, "not even that of an empty secret");
    assert!(world.printed().contains("COVERTRAIL_LINK_SECRET"), "{}", world.printed());
}
