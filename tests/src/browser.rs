//! A real Chromium without a window, driven by `WebDriver`, in a profile of its own.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use url::{ParseError, Url};

use crate::company;
use crate::program::Program;
use crate::wait::until;

/// How long a page may take to show something. Debug builds on a busy machine are slow.
pub const SOON: Duration = Duration::from_mins(1);

/// A browser with one page.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _driver: Program,
    profile: TempDir,
}

/// Chromium is no child of ours, and outlives the chromedriver that is killed with a test that fails.
impl Drop for Browser {
    fn drop(&mut self) {
        let mark = format!("--user-data-dir={}", self.profile.path().display());
        for process in company::processes_with(&mark) {
            // It may have ended by itself.
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

/// What a page said or asked for.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `SEVERE` for errors.
    pub level: String,
    /// What.
    pub message: String,
}

/// A command that `WebDriver` has beyond the standard.
#[derive(Clone, Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or(""), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    /// When chromedriver or Chromium are not there, or do not start.
    pub async fn open() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let driver = Program::start(&mut command)?;
        let port = until("chromedriver says its port", SOON, async || {
            let lines = driver.lines();
            let (_, rest) = lines.split_once("successfully on port ")?;
            rest.split_once('.')?.0.trim().parse::<u16>().ok()
        })
        .await
        .with_context(|| driver.lines())?;
        let folder = profile.path().display();
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            format!("--user-data-dir={folder}"),
            "--window-size=1280,900",
        ]);
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments, "perfLoggingPrefs": { "enableNetwork": true } },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            bail!("capabilities are an object");
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| driver.lines())?;
        Ok(Self {
            client,
            _driver: driver,
            profile,
        })
    }

    /// Goes to a page.
    ///
    /// # Errors
    /// When there is none.
    pub async fn go(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Loads the page anew.
    ///
    /// # Errors
    /// When that cannot be done.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// The first element of a CSS selector, once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn element(&self, css: &str) -> Result<Element> {
        let found = until(css, SOON, async || {
            self.client.find(Locator::Css(css)).await.ok()
        });
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => bail!("{error} in the page: {}", self.text("body").await?),
        }
    }

    /// Clicks on an element once it is there and can be clicked on.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn click(&self, css: &str) -> Result<()> {
        // A page may draw itself anew between the two.
        let clicked = until(css, SOON, async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            element.click().await.ok()
        });
        clicked.await.with_context(|| format!("a click on {css}"))
    }

    /// Types into a field, in place of what is there.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.element(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// The text of the first element of a selector as it is seen now; empty where there is none.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn text(&self, css: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        let text = self.run(script, &[json!(css)]).await?;
        Ok(text.as_str().unwrap_or("").to_owned())
    }

    /// Waits until that text has this in it.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn shows(&self, css: &str, wanted: &str) -> Result<()> {
        self.shows_within(css, wanted, SOON).await
    }

    /// The same, with a limit of its own.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn shows_within(&self, css: &str, wanted: &str, limit: Duration) -> Result<()> {
        let shown = until(wanted, limit, async || {
            let text = self.text(css).await.ok()?;
            text.contains(wanted).then_some(())
        });
        if shown.await.is_err() {
            bail!("no {wanted:?} in {css}: {}", self.text(css).await?);
        }
        Ok(())
    }

    /// How many elements a selector has.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Runs a script in the page, and returns what it returns.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        Ok(self.client.execute(script, arguments.to_vec()).await?)
    }

    /// The same with a script that hands over its value later: to its last argument.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        Ok(self
            .client
            .execute_async(script, arguments.to_vec())
            .await?)
    }

    /// Makes it prefer `light` or `dark`, at a page width in pixels.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn looks(&self, scheme: &str, width: u32) -> Result<()> {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        let media = json!({ "features": [feature] });
        self.devtools("Emulation.setEmulatedMedia", media).await?;
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        self.issue(
            "goog/cdp/execute",
            json!({ "cmd": command, "params": parameters }),
        )
        .await?;
        Ok(())
    }

    /// A picture of what is seen, as PNG.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// What the page's console said since the last time.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<Entry>> {
        self.log("browser").await
    }

    /// Every URL that was asked for since the last time.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let entries = self.log("performance").await?;
        let url = |entry: &Entry| {
            let message: Value = serde_json::from_str(&entry.message).ok()?;
            let message = &message["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            let url = message["params"]["request"]["url"].as_str()?;
            is_request.then(|| url.to_owned())
        };
        Ok(entries.iter().filter_map(url).collect())
    }

    async fn log(&self, kind: &str) -> Result<Vec<Entry>> {
        let entries = self.issue("se/log", json!({ "type": kind })).await?;
        let entries = entries.as_array().context("entries")?.iter();
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("").to_owned();
        let entry = |entry: &Value| Entry {
            level: text(entry, "level"),
            message: text(entry, "message"),
        };
        Ok(entries.map(entry).collect())
    }

    async fn issue(&self, path: &'static str, body: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(Extension { path, body }).await?)
    }

    /// Ends it. Nothing that a page asked for may have been elsewhere than at `origin`, and its
    /// console may hold no error; answers with an error status are `expected` or not.
    ///
    /// # Errors
    /// When a page misbehaved.
    pub async fn close(self, origin: &str, expects_failures: bool) -> Result<()> {
        let requests = self.requests().await?;
        let ours = |url: &str| url.starts_with(origin) || url.starts_with("data:");
        ensure!(requests.iter().any(|url| ours(url)), "{requests:?}");
        // The browser's own first page is none of ours.
        let mut asked = requests.iter().filter(|url| !url.starts_with("chrome"));
        let elsewhere = asked.find(|url| !ours(url));
        ensure!(elsewhere.is_none(), "asked for {elsewhere:?}");
        for entry in self.console().await? {
            // The browser itself notes answers that are no success; scripts have dealt with them.
            let is_answer = entry.message.contains("Failed to load resource")
                || entry.message.contains("net::ERR_");
            let is_bad = entry.level == "SEVERE" && !(expects_failures && is_answer);
            ensure!(!is_bad, "the console: {}", entry.message);
        }
        // The client itself stays: what is left of the browser goes with this.
        Ok(self.client.clone().close().await?)
    }
}
