//! One trace shows an order's whole way, edge by edge; and no exemplar leads nowhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::collector::{Collector, Sent, attribute};
use company_tests::customers::order;
use company_tests::{Company, until};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");
const SOON: Duration = Duration::from_mins(1);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const STORING: &str = "store_order";
const CUSTOMER: &str = "b7ad6b7169203331";
const TELEMETRY_PORTS: [u16; 4] = [9111, 9112, 9113, 8689];

fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        // Writing into memory does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The spans of the order's trace.
struct Trace(Vec<Sent>);

impl Trace {
    fn of(collector: &Collector) -> Self {
        let mut sent = collector.sent();
        sent.retain(|one| hex(&one.span.trace_id) == TRACE);
        Self(sent)
    }

    /// The span of this service and kind below `parent`, about `subject`: its route or its queue.
    fn child(&self, parent: &str, service: &str, kind: SpanKind, subject: &str) -> Option<&Sent> {
        self.0.iter().find(|one| {
            let about = ["http.route", "url.template", "messaging.destination.name"]
                .map(|name| attribute(&one.span.attributes, name));
            hex(&one.span.parent_span_id) == parent
                && one.service == service
                && one.span.kind() == kind
                && (about.iter().any(|about| about == subject) || one.span.name == subject)
        })
    }

    /// The consumer below the producer below `cause`: both ends of a queue, and the link between.
    fn through(&self, cause: &str, from: &str, queue: &str, to: &str) -> Option<&Sent> {
        let producer = self.child(cause, from, SpanKind::Producer, queue)?;
        let id = hex(&producer.span.span_id);
        let consumer = self.child(&id, to, SpanKind::Consumer, queue)?;
        let links = &consumer.span.links;
        links
            .iter()
            .any(|link| link.span_id == producer.span.span_id)
            .then_some(consumer)
    }

    /// Everything that must be there, or none of it yet.
    fn is_whole(&self) -> Option<()> {
        let (pizza, simulator) = ("pizza-service", "position-simulator");
        let id = |sent: &Sent| hex(&sent.span.span_id);
        let server = id(self.child(CUSTOMER, pizza, SpanKind::Server, "/orders")?);
        self.child(&server, pizza, SpanKind::Internal, STORING)?;
        let asking = id(self.child(&server, pizza, SpanKind::Client, "/pokemon/{id}")?);
        let answering =
            id(self.child(&asking, "pokedex-api", SpanKind::Server, "/pokemon/{id}")?);
        let database = |one: &&Sent| hex(&one.span.parent_span_id) == answering;
        self.0.iter().find(database)?;
        let taken = id(self.through(&server, pizza, "order.placed", simulator)?);
        let trip = id(self.child(&taken, simulator, SpanKind::Internal, "trip")?);
        self.through(&trip, simulator, "orders.dispatched", pizza)?;
        self.through(&trip, simulator, "vehicle.position", "position-tracker")?;
        self.through(&trip, simulator, "orders.delivered", pizza)?;
        Some(())
    }

    fn outline(&self) -> String {
        let line = |one: &Sent| {
            let (id, parent) = (hex(&one.span.span_id), hex(&one.span.parent_span_id));
            format!(
                "{parent} -> {id} {} {:?} {}\n",
                one.service,
                one.span.kind(),
                one.span.name
            )
        };
        self.0.iter().map(line).collect()
    }
}

/// The database's span below the batch that the order was stored with: in a trace of its own, for it
/// works for many requests, and linked to each.
fn is_stored(collector: &Collector) -> Option<()> {
    let trace = Trace::of(collector);
    let storing = trace.0.iter().find(|one| one.span.name == STORING)?;
    let sent = collector.sent();
    let links_here = |one: &&Sent| {
        let links = &one.span.links;
        links
            .iter()
            .any(|link| link.span_id == storing.span.span_id)
    };
    let batch = sent
        .iter()
        .filter(|one| one.span.name == "write_batch")
        .find(links_here)?;
    let store = |one: &&Sent| {
        one.span.parent_span_id == batch.span.span_id
            && attribute(&one.span.attributes, "db.system.name") == "sqlite"
    };
    sent.iter().find(store).map(drop)
}

/// The trace ids that a service's exemplars name.
async fn exemplars(company: &Company, port: u16) -> Result<BTreeSet<String>> {
    let url = format!("{}/metrics", company.url(port));
    let answer = company_tests::http::client().get(url).send().await?;
    let text = answer.text().await?;
    let ids = text.split("trace_id=\"").skip(1);
    Ok(ids
        .filter_map(|rest| rest.split_once('"'))
        .map(|(id, _)| id.to_owned())
        .collect())
}

#[tokio::test]
async fn an_order_is_one_trace_from_the_customer_to_the_door() -> Result<()> {
    let collector = Collector::start().await?;
    let company = Company::open_with(
        BINARY,
        &["--no-monitoring", "--baseline=0/h"],
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()),
            ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
        ],
    )
    .await?;
    let url = format!("{}/orders", company.url(8001));
    let request = company_tests::http::client().post(url).json(&order(0));
    let traceparent = format!("00-{TRACE}-{CUSTOMER}-01");
    let answer = request.header("traceparent", traceparent).send().await?;
    ensure!(answer.status().as_u16() == 201, "{}", answer.text().await?);

    let whole = until("the trace is whole", SOON, async || {
        Trace::of(&collector).is_whole()
    });
    let whole = whole.await;
    whole.with_context(|| Trace::of(&collector).outline())?;
    until("the store's span", SOON, async || is_stored(&collector)).await?;

    let mut named = BTreeSet::new();
    for port in TELEMETRY_PORTS {
        named.append(&mut exemplars(&company, port).await?);
    }
    ensure!(
        named.contains(TRACE),
        "no exemplar of this trace: {named:?}"
    );
    until("each exemplar's trace is exported", SOON, async || {
        let sent = collector.sent();
        let exported: BTreeSet<_> = sent.iter().map(|one| hex(&one.span.trace_id)).collect();
        named.is_subset(&exported).then_some(())
    })
    .await?;
    company.close().await
}

/// Without a collector the company keeps its traces itself.
#[tokio::test]
async fn exemplars_lead_to_traces_that_loadgen_has() -> Result<()> {
    let mut company = Company::open(BINARY, &["--no-monitoring", "--baseline=20000/h"]).await?;
    let named = until("exemplars", SOON, async || {
        let named = exemplars(&company, 9111).await.ok()?;
        (named.len() >= 3).then_some(named)
    })
    .await?;
    let http = company_tests::http::client();
    for id in &named {
        let url = format!("{}/traces/{id}", company.url(8002));
        until("an exemplar's trace is there", SOON, async || {
            let answer = http.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await?;
    }
    for port in TELEMETRY_PORTS {
        let url = format!("{}/metrics", company.url(port));
        let text = http.get(url).send().await?.text().await?;
        let failed = text.lines().find_map(|line| {
            line.strip_prefix(
                "otel_sdk_exporter_span_exported_total{error_type=\"export_failed\"} ",
            )
        });
        ensure!(failed == Some("0"), "spans were lost on {port}: {failed:?}");
    }
    let lines = company.program().lines();
    ensure!(
        !lines.contains("spans"),
        "nobody is told of lost spans:\n{lines}"
    );
    company.close().await
}
