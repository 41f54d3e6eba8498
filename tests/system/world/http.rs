//! Asking the program, and ordering the vendors about.

use super::{PATIENCE, REVIEWER_TOKEN, World};
use covertrail::links::Links;
use covertrail_adapters::sandbox;
use covertrail_adapters::secret::Secret;
use covertrail_domain::id::WorkOrderId;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl World {
    /// What the program answers; nothing if it cannot be reached.
    pub(crate) async fn get(&self, path: &str) -> Option<Answer> {
        self.send(self.http.get(self.url(path))).await
    }

    /// What a contractor finds who follows the work order's link.
    pub(crate) async fn apply(&self, work_order: &str) -> Answer {
        let link = self.link(work_order);
        self.send(self.http.get(link)).await.expect("the program answers the contractor")
    }

    /// The work order's link.
    pub(crate) fn link(&self, work_order: &str) -> String {
        let secret = Secret::new(self.plan.lock().unwrap().secrets.link.clone());
        let links = Links::new(self.url("/").parse().unwrap(), vec![secret], 30);
        links.to(&WorkOrderId::parse(work_order).unwrap(), covertrail::clock::now()).unwrap().into()
    }

    /// Presses the button of a form, wherever it is.
    pub(crate) async fn submit(&self, url: &str) -> Answer {
        self.send(self.http.post(url)).await.expect("the form is taken")
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Option<Answer> {
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        Some(Answer { status, location, text: answer.text().await.ok()? })
    }

    /// A request to the program with these headers.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> RequestBuilder {
        let request = self.http.request(method, self.url(path)).body(body);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let request = self.request(Method::POST, path, headers, body.into());
        self.send(request).await.expect("the program answers")
    }

    /// What the reviewer asks for; said again while the program is away.
    pub(crate) async fn as_reviewer(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let body = body.into();
        let json =
            |request: RequestBuilder| request.header("content-type", "application/json").body(body.clone());
        self.insist(path, json).await
    }

    /// A file that the reviewer hands in as a certificate; said again while the program is away.
    pub(crate) async fn hand_in(&self, work_order: &str, name: &str, mime: &str, file: &[u8]) -> Answer {
        let form = || {
            let part = Part::bytes(file.to_vec()).file_name(name.to_owned()).mime_str(mime).unwrap();
            Form::new().part("certificate", part)
        };
        self.insist(&format!("/v1/work-orders/{work_order}/certificates"), |request| {
            request.multipart(form())
        })
        .await
    }

    async fn insist(&self, path: &str, fill: impl Fn(RequestBuilder) -> RequestBuilder) -> Answer {
        let asked = async {
            loop {
                let request = fill(self.http.post(self.url(path)).bearer_auth(REVIEWER_TOKEN));
                match self.send(request).await {
                    Some(answer) if answer.status != 503 => return answer,
                    Some(_) | None => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("the program answers the reviewer")
    }

    /// What somebody does at WorkMarket.
    pub(crate) async fn at_workmarket(&self, path: &str, body: Value) -> Value {
        self.control(&self.workmarket, path, &body).await
    }

    /// What an underwriter, or a contractor, does at 1099Policy.
    pub(crate) async fn at_policy(&self, path: &str, body: Value) -> Value {
        self.control(&self.policy, path, &body).await
    }

    async fn control(&self, vendor: &sandbox::Handle, path: &str, body: &Value) -> Value {
        let url = format!("http://{}/sandbox/{path}", vendor.address());
        let request = self.http.post(url).header("content-type", "application/json").body(body.to_string());
        let answer = self.send(request).await.expect("the sandbox answers");
        assert!(answer.status < 300, "{path} {body}: {} {}", answer.status, answer.text);
        answer.json()
    }

    /// A sandbox's own account of itself: `state` or `requests`.
    pub(crate) async fn ask(&self, vendor: &sandbox::Handle, what: &str) -> Value {
        let url = format!("http://{}/sandbox/{what}", vendor.address());
        self.send(self.http.get(url)).await.expect("the sandbox answers").json()
    }
}
