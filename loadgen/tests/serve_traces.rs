//! The receiver of `loadgen serve` from outside: spans come in as they are sent, and go out as OTLP
//! JSON; what is not an export is refused as a problem.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use loadgen::drill::http;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

struct Receiver {
    _child: Child,
    client: Client,
    api: SocketAddr,
    telemetry: SocketAddr,
}

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address")
}

impl Receiver {
    /// Sends its own traces to itself, if it makes any.
    async fn start() -> Self {
        let (api, telemetry) = (free(), free());
        let child = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .arg("serve")
            .args([
                format!("--listen={api}"),
                format!("--telemetry-address={telemetry}"),
                format!("--otlp-endpoint=http://{api}"),
                "--pizza-url=http://127.0.0.1:9".to_owned(),
                "--baseline=0/h".to_owned(),
            ])
            .env_clear()
            .env("OTEL_BSP_SCHEDULE_DELAY", "50")
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let receiver = Self {
            _child: child,
            client: http::client(),
            api,
            telemetry,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        let ready = format!("http://{telemetry}/readyz");
        while !receiver
            .client
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status() == StatusCode::OK)
        {
            assert!(Instant::now() < deadline, "it is not ready in time");
            sleep(Duration::from_millis(20)).await;
        }
        receiver
    }

    async fn send(&self, kind: &str, encoding: Option<&str>, body: Vec<u8>) -> Response {
        let url = format!("http://{}/v1/traces", self.api);
        let mut request = self.client.post(url).header("content-type", kind);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        request.body(body).send().await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("http://{}{path}", self.api);
        self.client.get(url).send().await.expect("an answer")
    }

    async fn metric(&self, name: &str) -> f64 {
        let url = format!("http://{}/metrics", self.telemetry);
        let text = self.client.get(url).send().await.expect("an answer");
        let text = text.text().await.expect("text");
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.expect("the metric").parse().expect("a number")
    }
}

fn export(service: &str, start_s: u64) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": service } }] },
        "scopeSpans": [{ "spans": [{
            "traceId": TRACE,
            "spanId": "b7ad6b7169203331",
            "name": "GET /menu",
            "kind": 2,
            "startTimeUnixNano": (start_s * 1_000_000_000).to_string(),
            "endTimeUnixNano": (start_s * 1_000_000_000 + 1).to_string(),
        }] }]
    }] })
}

fn protobuf(export: &Value) -> Vec<u8> {
    let request: ExportTraceServiceRequest =
        serde_json::from_value(export.clone()).expect("an export");
    request.encode_to_vec()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("into memory");
    packer.finish().expect("packed")
}

async fn services(answer: Response) -> Vec<String> {
    assert_eq!(answer.status(), StatusCode::OK);
    let found: Value = answer.json().await.expect("JSON");
    let resources = found["resourceSpans"].as_array().expect("resourceSpans");
    let service = |it: &Value| it["resource"]["attributes"][0]["value"]["stringValue"].clone();
    let names = resources.iter().map(service);
    names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn spans_come_in_by_every_way_and_go_out_as_json() {
    let receiver = Receiver::start().await;
    let json = export("json", 100).to_string().into_bytes();
    let answer = receiver.send(JSON, None, json).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.expect("text"), "{}");
    let answer = receiver
        .send(PROTOBUF, None, protobuf(&export("protobuf", 200)))
        .await;
    assert_eq!(answer.headers()["content-type"], PROTOBUF);
    assert_eq!(answer.bytes().await.expect("a body").len(), 0);
    let body = packed(&protobuf(&export("packed", 300)));
    let answer = receiver.send(PROTOBUF, Some("gzip"), body).await;
    assert_eq!(answer.status(), StatusCode::OK);

    let whole = receiver.get(&format!("/traces/{TRACE}")).await;
    assert_eq!(services(whole).await, ["json", "protobuf", "packed"]);
    let between = "/traces?from=1970-01-01T00:03:20Z&to=1970-01-01T00:05:00Z";
    assert_eq!(services(receiver.get(between).await).await, ["protobuf"]);
    let of_one = receiver.get("/traces?service=packed").await;
    assert_eq!(services(of_one).await, ["packed"]);
    // Others on this machine may take the port for that of a collector that they knew.
    let newest = receiver
        .get("/traces?to=1970-01-01T01:00:00Z&limit=1")
        .await;
    assert_eq!(newest.headers()["x-left-off"], "2");
    assert_eq!(services(newest).await, ["packed"]);
    assert!(receiver.metric("loadgen_traces_kept_bytes").await > 100.0);
    let limit = receiver.metric("loadgen_traces_kept_limit_bytes").await;
    assert!((limit - 16_777_216.0).abs() < 1.0, "{limit}");
}

#[tokio::test]
async fn what_is_no_export_is_refused_as_a_problem() {
    let receiver = Receiver::start().await;
    let good = protobuf(&export("a", 1));
    let huge = vec![0; 5 * 1024 * 1024];
    let odd_ids =
        json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [{ "traceId": "ab" }] }] }] });
    for (kind, encoding, body, status) in [
        ("text/plain", None, good.clone(), 415),
        (PROTOBUF, Some("br"), good.clone(), 415),
        (PROTOBUF, Some("gzip"), good.clone(), 400),
        (PROTOBUF, None, b"nonsense".to_vec(), 400),
        (JSON, None, b"{".to_vec(), 400),
        (JSON, None, odd_ids.to_string().into_bytes(), 400),
        // Small as it comes, and too large unpacked. One that is large as it comes may be cut off while
        // it is still being sent, with or without its answer.
        (PROTOBUF, Some("gzip"), packed(&huge), 413),
    ] {
        let answer = receiver.send(kind, encoding, body).await;
        assert_eq!(answer.status(), status, "{kind} {encoding:?}");
        let problem = &answer.headers()["content-type"];
        assert_eq!(problem, "application/problem+json");
    }
    for (path, status) in [
        ("/traces/abc", 400),
        ("/traces/00000000000000000000000000000001", 404),
        ("/traces?limit=0", 422),
        ("/traces?from=yesterday", 400),
    ] {
        assert_eq!(receiver.get(path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn the_receiver_leaves_no_traces_of_itself() {
    let receiver = Receiver::start().await;
    // A look at the traces is work like any other, and traced.
    receiver.get("/traces").await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while receiver.metric("loadgen_spans_received_total").await < 1.0 {
        assert!(Instant::now() < deadline, "its own span did not come");
        sleep(Duration::from_millis(20)).await;
    }
    let exports = "http_server_request_duration_seconds_count{http_request_method=\"POST\",http_route=\"/v1/traces\",http_response_status_code=\"200\"}";
    // Ten of the exporter's delays: a loop would go round each time.
    let before = receiver.metric(exports).await;
    sleep(Duration::from_millis(500)).await;
    assert!(receiver.metric(exports).await - before < 2.0);
}
