//! Headless Chromium, driven over `WebDriver`: a few requests in JSON, so the HTTP client that is here anyway is enough.

use crate::world::PATIENCE;
use base64::Engine as _;
use reqwest::Client;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The name of an element in the driver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser of its own, closed when it goes out of scope.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    http: Client,
}

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scripts {
    On,
    Off,
}

/// Whether there is no browser. Tests that need one then say that they were left out; where they must not be, as in CI,
/// they fail.
pub(super) fn is_missing() -> bool {
    let runs = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
    if runs("chromedriver") && ["chromium", "google-chrome", "chrome"].into_iter().any(runs) {
        return false;
    }
    let install = "there is no browser (install Debian's chromium and chromium-driver)";
    assert!(std::env::var_os("COVERTRAIL_BROWSER_REQUIRED").is_none(), "{install}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // not by a macro, whose words nobody sees of a test that passes
    std::io::stderr().write_all(format!("{test} was LEFT OUT: {install}\n").as_bytes()).unwrap();
    true
}

impl Browser {
    pub(super) async fn open(scripts: Scripts) -> Self {
        let mut driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(driver.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port =
            said.find_map(|line| line.split_once("successfully on port ").map(|(_, port)| port.to_owned()));
        let port = port
            .and_then(|port| port.trim_end_matches('.').parse().ok())
            .expect("chromedriver names its port");
        let http = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let mut browser = Self { driver, port, session: String::new(), http };
        let javascript = if scripts == Scripts::On { 1 } else { 2 };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-US"],
            "prefs": { "profile.managed_default_content_settings.javascript": javascript },
        });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let begun = browser.ask("POST", "", &json!({ "capabilities": { "alwaysMatch": wanted } })).await;
        begun["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        browser
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_to(method, path, body).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    async fn try_to(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let session = if self.session.is_empty() { String::new() } else { format!("/{}", self.session) };
        let url = format!("http://127.0.0.1:{}/session{session}{path}", self.port);
        let request =
            if method == "GET" { self.http.get(url) } else { self.http.post(url).body(body.to_string()) };
        let text = request.send().await.unwrap().text().await.unwrap();
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].take()),
        }
    }

    /// Goes to an address, and comes back when the page is there.
    pub(super) async fn go(&self, url: &str) {
        self.ask("POST", "/url", &json!({ "url": url })).await;
    }

    pub(super) async fn address(&self) -> String {
        self.ask("GET", "/url", &Value::Null).await.as_str().unwrap().to_owned()
    }

    async fn find(&self, selector: &str) -> Result<String, String> {
        let found =
            self.try_to("POST", "/element", &json!({ "using": "css selector", "value": selector })).await?;
        Ok(found[ELEMENT].as_str().unwrap().to_owned())
    }

    /// What an element says; it is waited for.
    pub(super) async fn text(&self, selector: &str) -> String {
        self.until(selector, || async move {
            let element = self.find(selector).await.ok()?;
            let text = self.try_to("GET", &format!("/element/{element}/text"), &Value::Null).await.ok()?;
            Some(text.as_str()?.to_owned())
        })
        .await
    }

    /// Waits until an element says something.
    pub(super) async fn says(&self, selector: &str, words: &str) {
        let (mut said, what) = (String::new(), format!("{selector} says {words:?}"));
        let waiting = async {
            loop {
                said = self.text(selector).await;
                if said.contains(words) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let is_said = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(is_said, "it never came to be: {what}, but {said:?}, at {}", self.address().await);
    }

    /// Where a link leads, as it is written.
    pub(super) async fn link(&self, selector: &str) -> String {
        let element = self.find(selector).await.unwrap();
        let href = self.ask("GET", &format!("/element/{element}/attribute/href"), &Value::Null).await;
        href.as_str().unwrap().to_owned()
    }

    pub(super) async fn click(&self, selector: &str) {
        self.until(selector, || async move {
            let element = self.find(selector).await.ok()?;
            self.try_to("POST", &format!("/element/{element}/click"), &json!({})).await.ok()
        })
        .await;
    }

    /// Types into a field, or chooses a file.
    pub(super) async fn fill(&self, selector: &str, text: &str) {
        self.until(selector, || async move {
            let element = self.find(selector).await.ok()?;
            self.try_to("POST", &format!("/element/{element}/value"), &json!({ "text": text })).await.ok()
        })
        .await;
    }

    /// Presses a key, wherever the focus is.
    pub(super) async fn press(&self, key: &str) {
        let keys = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.ask(
            "POST",
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] }),
        )
        .await;
    }

    /// What a script answers.
    pub(super) async fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] })).await
    }

    pub(super) async fn run_async(&self, script: &str) -> Value {
        self.ask("POST", "/execute/async", &json!({ "script": script, "args": [] })).await
    }

    /// Waits until a script says yes.
    pub(super) async fn sees(&self, what: &str, script: &str) {
        // what a script does not find on a page that is about to go, it may find on the next
        let body = json!({ "script": script, "args": [] });
        let (body, yes) = (&body, Ok(Value::Bool(true)));
        let yes = &yes;
        let says_yes =
            || async move { (self.try_to("POST", "/execute/sync", body).await == *yes).then_some(()) };
        self.until(what, says_yes).await;
    }

    async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, mut find: impl FnMut() -> F) -> T {
        let waiting = async {
            loop {
                if let Some(found) = find().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if let Ok(found) = tokio::time::timeout(PATIENCE, waiting).await {
            return found;
        }
        panic!("it never came to be: {what}, at {}", self.address().await)
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.ask("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    /// The theme that the viewer's system has.
    pub(super) async fn prefers(&self, theme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Windows cannot be as narrow as a phone; pages can.
    pub(super) async fn is_wide(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    pub(super) async fn is_in(&self, zone: &str) {
        self.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await;
    }

    /// A picture of the page, or of as much as people scroll through.
    pub(super) async fn shoot(&self, path: &Path, width: u32) {
        let high =
            self.run("return document.documentElement.scrollHeight").await.as_u64().unwrap().min(2_400);
        self.shoot_top(path, width, high).await;
    }

    /// Only as much of it from its top on.
    pub(super) async fn shoot_top(&self, path: &Path, width: u32, high: u64) {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": high, "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.devtools("Page.captureScreenshot", wanted).await;
        let png = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::write(path, png).unwrap();
    }

    /// What the browser complained of since it was last asked, such as what the content policy forbade.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({ "type": "browser" })).await;
        let severe = log.as_array().unwrap().iter().filter(|line| line["level"] == "SEVERE");
        severe.map(|line| line["message"].to_string()).collect()
    }
}

impl Drop for Browser {
    /// The driver closes the browser when it is asked to; killed alone, it would leave it behind.
    fn drop(&mut self) {
        if let Ok(mut driver) = TcpStream::connect(("127.0.0.1", self.port)) {
            let request = format!(
                "DELETE /session/{} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
                self.session
            );
            // a driver that is gone has nothing to close
            let _ = driver.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = driver.write_all(request.as_bytes());
            let _ = driver.read(&mut [0; 1024]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
