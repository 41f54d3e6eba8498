use super::world::{World, token};
use crate::config::Role;
use crate::http::Door;
use crate::http::api::openapi;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// Every operation that is described: its method, an address, and the roles that it is for; nothing where it needs none.
fn operations() -> Vec<(Method, String, Option<Vec<String>>)> {
    let described = openapi::described();
    let paths = described["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, told)| (path, method, told))
    });
    let operations = operations.map(|(path, method, told)| {
        let path =
            path.replace("{work_order}", "WO-1").replace("{list}", "board").replace("{name}", "nobody");
        let roles = told["x-roles"].as_array();
        let roles = roles.map(|roles| roles.iter().map(|role| role.as_str().unwrap().to_owned()).collect());
        assert_eq!(roles.is_none(), told["security"] == Value::Array(Vec::new()), "{path}");
        (Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path, roles)
    });
    operations.collect()
}

async fn ask(world: &World, method: &Method, path: &str, token: Option<&str>) -> Response {
    let request = world.request(method.clone(), path);
    token.into_iter().fold(request, RequestBuilder::bearer_auth).send().await.unwrap()
}

#[tokio::test]
async fn every_operation_is_for_the_roles_that_its_description_names_and_for_nobody_without_a_token() {
    let world = World::begin(20).await;
    for (method, path, roles) in operations() {
        for stranger in [None, Some(""), Some("somebody-elses-token")] {
            let answer = ask(&world, &method, &path, stranger).await;
            if roles.is_none() {
                // the engine of this world stands still, and says so
                let open = [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status());
                assert!(open, "{method} {path}: {}", answer.status());
                continue;
            }
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            assert_eq!(problem["type"], "urn:covertrail:problem:unauthorized");
        }
        for role in Role::ALL {
            let answer = ask(&world, &method, &path, Some(&token(role))).await;
            let status = answer.status();
            let is_for_them = roles.as_ref().is_none_or(|roles| roles.iter().any(|one| one == role.as_str()));
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role:?} {method} {path}");
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{role:?} {method} {path}");
            assert_eq!(status != StatusCode::FORBIDDEN, is_for_them, "{role:?} {method} {path}: {status}");
            if !is_for_them {
                let text = answer.text().await.unwrap();
                assert!(text.contains("this wants the role"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn what_acts_or_administers_is_not_for_those_who_only_read() {
    let acting: Vec<_> = operations().into_iter().filter(|(method, ..)| *method == Method::POST).collect();
    assert_eq!(acting.len(), 5, "{acting:?}");
    for (_, path, roles) in acting {
        let roles = roles.unwrap();
        let wanted: &[&str] = if path.ends_with("/replay") { &["admin"] } else { &["reviewer", "admin"] };
        assert_eq!(roles, wanted, "{path}");
    }
}

#[tokio::test]
async fn nothing_else_is_open_but_what_others_bring_and_the_way_in() {
    let world = World::begin(1).await;
    // no token is asked for, and each asks for something of its own: a signature, a link's key, a token in a form
    for (method, path) in [
        (Method::POST, "/webhooks/1099policy"),
        (Method::POST, "/webhooks/workmarket/assigned"),
        (Method::GET, "/apply/WO-0"),
    ] {
        let status = ask(&world, &method, path, None).await.status();
        let refused_as_others = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status);
        assert!(!refused_as_others && !status.is_success(), "{path}: {status}");
    }
    assert_eq!(ask(&world, &Method::GET, "/sign-in", None).await.status(), StatusCode::OK);
    for page in
        ["/", "/board", "/board.csv", "/live", "/work-orders/WO-0", "/contractors", "/reviews", "/reference"]
    {
        let answer = ask(&world, &Method::GET, page, None).await;
        assert_eq!(answer.url().path(), "/sign-in", "{page} leads to the way in");
    }
}

#[tokio::test]
async fn what_opens_a_contractors_application_is_for_those_who_may_audit() {
    let world = World::begin(40).await;
    let opened = world.all("work-orders", "&stage=completed", 100).await;
    let path = format!("/v1/work-orders/{}/history", opened[0]["work_order"].as_str().unwrap());
    for role in Role::ALL {
        let answer = world.request(Method::GET, &path).bearer_auth(token(role)).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains("coverage.application_opened.v1"), "{text}");
        assert_eq!(text.contains("https://apply."), role.may_audit(), "{role:?}");
    }
}

#[test]
fn every_route_for_a_token_is_described_with_its_roles_and_its_parameters() {
    let described = openapi::described();
    for route in crate::http::routes() {
        let Door::Token(right) = route.door else { continue };
        let told = &described["paths"][route.path.as_str()][route.method.as_str().to_lowercase()];
        let roles: Vec<Value> = right.roles().map(|role| role.as_str().into()).collect();
        assert_eq!(told["x-roles"], Value::Array(roles), "{route:?}");
        let parameters = told["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
        for name in of_query.map(|parameter| parameter["name"].as_str().unwrap()) {
            assert!(route.parameters.contains(&name), "{name} of {}", route.path);
        }
    }
}
