//! A small collector: takes spans by OTLP over HTTP, and keeps them.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use parking_lot::Mutex;
use prost::Message as _;

#[derive(Clone, Debug, Default)]
struct Received(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

/// A collector on a port of its own. Lives as long as the runtime that it was started on.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    received: Received,
}

/// A span, and who sent it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// `service.name`.
    pub service: String,
    /// The span.
    pub span: Span,
}

impl Collector {
    /// Starts one.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self> {
        let received = Received::default();
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state(received.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, received })
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` takes.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans so far.
    pub fn spans(&self) -> Vec<Span> {
        self.sent().into_iter().map(|sent| sent.span).collect()
    }

    /// All spans so far, each with its sender.
    pub fn sent(&self) -> Vec<Sent> {
        let received = self.received.0.lock();
        let all = received.iter().flat_map(|request| &request.resource_spans);
        all.flat_map(|resource| {
            let about = resource.resource.as_ref();
            let service =
                about.map_or_else(String::new, |it| attribute(&it.attributes, "service.name"));
            let spans = resource.scope_spans.iter().flat_map(|scope| &scope.spans);
            spans.map(move |span| Sent {
                service: service.clone(),
                span: span.clone(),
            })
        })
        .collect()
    }

    /// What the senders say about themselves: attributes of the resource.
    pub fn resource(&self, name: &str) -> Vec<String> {
        let received = self.received.0.lock();
        let all = received.iter().flat_map(|request| &request.resource_spans);
        let about = all.filter_map(|spans| spans.resource.as_ref());
        about.map(|it| attribute(&it.attributes, name)).collect()
    }

    /// All that was received, as text: for what must appear nowhere in it.
    pub fn text(&self) -> String {
        format!("{:?}", self.received.0.lock())
    }
}

async fn take(State(received): State<Received>, body: Bytes) -> StatusCode {
    match ExportTraceServiceRequest::decode(body) {
        Ok(request) => {
            received.0.lock().push(request);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// An attribute as text; empty where there is none.
pub fn attribute(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|found| found.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BoolValue(yes)) => yes.to_string(),
        _ => String::new(),
    }
}
