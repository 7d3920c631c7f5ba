//! A company of one simulator, and of a test that places orders and hears what becomes of them.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chassis::Stop;
use chassis::faults::Faults;
use chassis::queue::{self, ConsumerSettings, Outgoing, Queues, Topic, Topics};
use clap::Parser as _;
use company_tests::ports::free_port;
use company_tests::{Program, http, until};
use contracts::{Event, OrderPlaced, OrdersDelivered, OrdersDispatched, VehiclePosition};
use position_simulator::Config;
use prometheus_client::registry::Registry;
use rustix::process::Signal;
use tempfile::TempDir;
use time::OffsetDateTime;
use uuid::Uuid;

use super::heard::{Heard, Hearer};
use super::program::{self, TOKEN};

/// Without other wishes trips take a second or two.
const TIME_FACTOR: &str = "--time-factor=1200";

const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// The company.
pub(super) struct Company {
    hearer: Hearer,
    queues: Queues,
    stop: Stop,
    flags: Vec<String>,
    environment: Vec<(String, String)>,
    vehicles: usize,
    port: u16,
    program: Option<Program>,
    folder: TempDir,
}

impl Company {
    /// A queue and ears, and no simulator yet.
    pub(super) async fn open(flags: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut all = vec![TIME_FACTOR.to_owned()];
        if flags.iter().any(|flag| flag.starts_with("--time-factor")) {
            all.clear();
        }
        all.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let program = std::iter::once("position-simulator");
        let mut config = Config::try_parse_from(program.chain(all.iter().map(String::as_str)))?;
        config.queue.amqp_url = None;
        let stop = Stop::new();
        let topics = Topics {
            publishes: &[Topic::of::<OrderPlaced>()],
            consumes: &[
                Topic::of::<OrdersDispatched>(),
                Topic::of::<OrdersDelivered>(),
                Topic::of::<VehiclePosition>(),
            ],
        };
        let registry = &mut Registry::default();
        let queues = queue::open(
            &config.queue,
            folder.path(),
            topics,
            registry,
            &Faults::off(),
            &stop,
        )
        .await?;
        let hearer = Hearer::default();
        hear::<OrdersDispatched>(&queues, &hearer, &stop);
        hear::<OrdersDelivered>(&queues, &hearer, &stop);
        hear::<VehiclePosition>(&queues, &hearer, &stop);
        Ok(Self {
            hearer,
            queues,
            stop,
            flags: all,
            environment: Vec::new(),
            vehicles: config.driving.vehicles.into(),
            port: 0,
            program: None,
            folder,
        })
    }

    /// From its next start on, the simulator exports its spans at once.
    pub(super) fn export_to(&mut self, endpoint: String) {
        let of = |name: &str, value: String| (name.to_owned(), value);
        self.environment = vec![
            of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            of("OTEL_BSP_SCHEDULE_DELAY", "50".to_owned()),
        ];
    }

    /// Starts the simulator.
    pub(super) async fn start(&mut self) -> Result<()> {
        self.port = free_port()?;
        let started = program::start(
            self.folder.path(),
            self.port,
            &self.flags,
            &self.environment,
        );
        self.program = Some(started.await?);
        Ok(())
    }

    /// Ends the simulator without a warning.
    pub(super) async fn kill(&mut self) -> Result<()> {
        let mut program = self.program.take().context("it does not run")?;
        program.signal(Signal::KILL)?;
        program.ended(ENDS_WITHIN).await?;
        Ok(())
    }

    /// Asks the simulator to end, and waits for it.
    pub(super) async fn end(&mut self) -> Result<()> {
        let mut program = self.program.take().context("it does not run")?;
        program.signal(Signal::TERM)?;
        let status = program.ended(ENDS_WITHIN).await?;
        ensure!(status.success(), "{status}:\n{}", program.lines());
        Ok(())
    }

    /// Places so many orders all over the town. Returns their ids.
    pub(super) async fn place(&self, count: usize) -> Result<Vec<Uuid>> {
        let ids: Vec<_> = (0..count).map(|_| Uuid::now_v7()).collect();
        self.place_again(&ids).await?;
        Ok(ids)
    }

    /// Places the orders of these ids.
    pub(super) async fn place_again(&self, ids: &[Uuid]) -> Result<()> {
        let orders: Vec<_> = ids
            .iter()
            .map(|id| Outgoing::untraced(order(*id)))
            .collect();
        for some in orders.chunks(50) {
            self.queues.publish(some).await?;
        }
        Ok(())
    }

    /// Places one order within a trace.
    pub(super) async fn place_traced(&self, traceparent: &str) -> Result<Uuid> {
        let id = Uuid::now_v7();
        let traced = Outgoing {
            event: order(id),
            traceparent: Some(traceparent.to_owned()),
        };
        self.queues.publish(&[traced]).await?;
        Ok(id)
    }

    /// What was heard so far.
    pub(super) fn heard(&self) -> Heard {
        self.hearer.heard()
    }

    /// Waits until all of these orders are delivered. Returns what was heard by then. That an order is
    /// on its way is told first and may be heard last: those are two queues.
    pub(super) async fn delivered(&self, ids: &[Uuid], limit: Duration) -> Result<Heard> {
        let outcome = until("all orders are delivered", limit, async || {
            let heard = self.heard();
            let both = &heard.delivered() & &heard.dispatched();
            ids.iter().all(|id| both.contains(id)).then_some(heard)
        });
        let lines = || {
            self.program
                .as_ref()
                .map(Program::lines)
                .unwrap_or_default()
        };
        outcome.await.with_context(lines)
    }

    /// How many vans there are.
    pub(super) const fn vehicles(&self) -> usize {
        self.vehicles
    }

    /// A sample of the simulator's metrics; none where it is not there.
    pub(super) async fn metric(&self, sample: &str) -> Option<f64> {
        let answer = http::client().get(self.url("/metrics")).send().await.ok()?;
        let text = answer.text().await.ok()?;
        let value = |line: &str| Some(line.strip_prefix(sample)?.strip_prefix(' ')?.to_owned());
        text.lines().find_map(value)?.parse().ok()
    }

    /// Takes the queue from the simulator for a while.
    pub(super) async fn break_queue(&self, seconds: u32) -> Result<()> {
        let url = self.url("/faults/queue-disconnect");
        let body = serde_json::json!({ "ttl_seconds": seconds });
        let asking = http::client()
            .put(url)
            .bearer_auth(TOKEN)
            .json(&body)
            .send();
        asking.await?.error_for_status()?;
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.stop.request();
    }
}

fn hear<E: Event + Clone>(queues: &Queues, hearer: &Hearer, stop: &Stop)
where
    Hearer: super::heard::Hears<E>,
{
    let ear = super::heard::Ear::<E>::of(hearer);
    queues.consume(ear, ConsumerSettings { batch: 256 }, stop);
}

/// An order for some house; the same one for the same id.
fn order(id: Uuid) -> OrderPlaced {
    let house = id.as_u128() % 400;
    OrderPlaced {
        order_id: id,
        customer: "Ada".to_owned(),
        address: format!("{house} Anywhere"),
        items: Vec::new(),
        placed_at: OffsetDateTime::UNIX_EPOCH,
    }
}
