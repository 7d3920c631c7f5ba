//! A whole process: the example `probe`, started, asked, and ended.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::app::TOKEN;
use crate::metrics::sample;
use crate::wait::eventually;

/// A running probe. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    folder: TempDir,
    api: SocketAddr,
    telemetry: SocketAddr,
    client: reqwest::Client,
}

fn probe() -> Command {
    // target/debug/deps/it-… → target/debug/examples/probe, built together with the tests.
    let mut path = std::env::current_exe().expect("this program");
    path.pop();
    path.pop();
    let path: PathBuf = path.join("examples/probe");
    assert!(
        path.exists(),
        "build it: cargo build -p chassis --example probe"
    );
    let mut command = Command::new(path);
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs the probe to its end, which must come by itself: exit code and stderr.
pub(crate) fn run(flags: &[&str]) -> (Option<i32>, String) {
    let output = probe().args(flags).output().expect("starts");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), stderr)
}

impl Program {
    /// Starts one and waits until it listens. Its log goes to a file.
    pub(crate) async fn start(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        chassis::http::client::use_ring();
        let folder = tempfile::tempdir().expect("a folder");
        let child = probe()
            .args(flags)
            .arg("--log-file")
            .arg(folder.path().join("log"))
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .env("FAULTS_TOKEN", TOKEN)
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut program = Self {
            child,
            folder,
            api: nowhere,
            telemetry: nowhere,
            client: reqwest::Client::new(),
        };
        let listening = program
            .logged("it listens", |line| line["message"] == "listening")
            .await;
        let address = |name: &str| listening[name].as_str().and_then(|text| text.parse().ok());
        program.api = address("address").expect("an address");
        program.telemetry = address("telemetry_address").expect("an address");
        program
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.api)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.send(self.client.get(self.url(path))).await
    }

    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> reqwest::Response {
        let request = self.client.get(self.url(path));
        self.send(request.header(name, value)).await
    }

    /// Asks for what takes long, and leaves when it has begun.
    pub(crate) async fn get_and_leave(&self, path: &str) {
        let answered = self.client.get(self.url(path)).send();
        let begun = eventually("the request runs", async || {
            (self.metric("http_server_active_requests").await == Some(1.0)).then_some(())
        });
        tokio::select! {
            answer = answered => panic!("was answered: {answer:?}"),
            () = begun => {}
        }
    }

    pub(crate) async fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.telemetry);
        let answer = self.send(self.client.get(url)).await;
        answer.text().await.expect("text")
    }

    pub(crate) async fn metric(&self, wanted: &str) -> Option<f64> {
        sample(&self.metrics().await, wanted)
    }

    pub(crate) async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> u16 {
        let request = self.client.put(format!("http://{}{path}", self.telemetry));
        let request = request
            .bearer_auth(TOKEN)
            .header("content-type", "application/json")
            .body(body);
        self.send(request).await.status().as_u16()
    }

    pub(crate) async fn take_back_faults(&self) -> Value {
        let request = self
            .client
            .delete(format!("http://{}/faults", self.telemetry));
        let answer = self.send(request.bearer_auth(TOKEN)).await;
        answer.json().await.expect("JSON")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Response {
        request.send().await.expect("an answer")
    }

    /// The log as it is written.
    pub(crate) fn log_text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The log's complete lines, each of which must be a JSON object.
    pub(crate) fn log(&self) -> Vec<Value> {
        let text = self.log_text();
        let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let lines = complete.lines();
        lines
            .map(|line| match serde_json::from_str(line) {
                Ok(Value::Object(fields)) => Value::Object(fields),
                other => panic!("{other:?}: {line}"),
            })
            .collect()
    }

    /// A line that tells of a fault that was asked for, which there must not be. The settings'
    /// own line names the settings.
    pub(crate) fn told_of_faults(&self) -> Option<String> {
        let told = |line: &String| {
            ["fault", "flood", "crash", "inject", "strike", "drill"]
                .iter()
                .any(|word| line.contains(word))
        };
        let lines = self.log().into_iter();
        lines
            .filter(|line| line["message"] != "configuration")
            .map(|line| line.to_string().to_lowercase())
            .find(told)
    }

    /// The first line that is what is looked for, when it is there.
    pub(crate) async fn logged(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || self.log().into_iter().find(&is)).await
    }

    /// Ends it as a supervisor would, and waits: how it ended, and how long that took.
    pub(crate) async fn terminate(&mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("it runs");
        (self.ended().await, begin.elapsed())
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", async || {
            self.child.try_wait().expect("is a child")
        })
        .await
    }

    /// What it wrote beside its log; only once it has ended.
    pub(crate) fn stderr(&mut self) -> String {
        let stderr = self.child.stderr.take().expect("is piped, and read once");
        std::io::read_to_string(stderr).expect("UTF-8")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
