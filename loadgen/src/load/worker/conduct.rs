//! One visit from its beginning to the tally.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use serde::Deserialize;
use tokio::time::timeout;

use super::Desk;
use crate::load::client::{Answer, Body, Client, Keep};
use crate::load::shared::Job;
use crate::load::visit::{Intent, Visit};
use crate::load::{Arrival, NoAddress};

/// How a visit ended.
struct Outcome {
    completed: bool,
    /// From the intended start; absent for a visit that found nobody or lost its connection.
    response: Option<Duration>,
    /// From the moment the request went out; absent for a visit that was not answered.
    service: Option<Duration>,
}

/// Begins a visit now, and counts what becomes of it.
pub(super) async fn conduct(desk: Arc<Desk>, job: Job) {
    let lag = job.due.elapsed();
    desk.shared.live.lag(lag);
    desk.tally.lock().lag(lag);
    let outcome = desk.visit(&job).await;
    desk.count(&job.arrival, &outcome);
    desk.shared.live.leave();
}

/// The part of a page of orders that says where it goes on.
#[derive(Deserialize)]
struct Page {
    next: Option<String>,
}

impl Desk {
    async fn visit(&self, job: &Job) -> Outcome {
        let visit = self.shared.visits.of(&job.arrival, &self.shared.memory);
        let flow = job.arrival.flow;
        let intent = visit.intent;
        let asked = async {
            // A run with a flow that has no address is not begun.
            let client = self.clients.of(flow.destination()).ok_or(NoAddress(flow))?;
            let request = self.request(client, visit)?;
            anyhow::Ok(client.ask(request, keep(intent)).await?)
        };
        let ended = timeout(self.shared.limits.timeout, asked).await;
        let now = Instant::now();
        let response = Some(now.saturating_duration_since(job.due));
        match ended {
            Ok(Ok(answer)) => {
                self.learn(intent, &answer);
                let service = Some(now.saturating_duration_since(answer.sent));
                Outcome {
                    completed: intent.is_met_by(answer.status),
                    response,
                    service,
                }
            }
            Ok(Err(error)) => {
                tracing::debug!(flow = flow.name(), "no answer: {error:#}");
                Outcome {
                    completed: false,
                    response: None,
                    service: None,
                }
            }
            Err(_out_of_time) => Outcome {
                completed: false,
                response,
                service: None,
            },
        }
    }

    fn request(&self, client: &Client, visit: Visit) -> anyhow::Result<Request<Body>> {
        let origin = client.origin();
        let mut request = Request::builder()
            .method(visit.method)
            .uri(Uri::from(origin.target(&visit.path)?))
            .header(header::HOST, origin.authority.clone())
            .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if !visit.body.is_empty() {
            request = request.header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        if let Some(id) = &self.shared.drill_id {
            request = request.header("x-drill-id", id.clone());
        }
        if let Some(key) = visit.idempotency_key {
            request = request.header(
                "idempotency-key",
                self.shared.salt.applied_to(key).to_string(),
            );
        }
        Ok(request.body(Body::new(Bytes::from(visit.body)))?)
    }

    fn learn(&self, intent: Intent, answer: &Answer) {
        if !answer.status.is_success() {
            return;
        }
        match (intent, &answer.location) {
            (Intent::Place, Some(location)) => self.shared.memory.placed(location),
            (Intent::Leaf, _) => {
                let page = serde_json::from_slice::<Page>(&answer.body).ok();
                self.shared
                    .memory
                    .read_page(page.and_then(|page| page.next).as_deref());
            }
            (Intent::Vans, _) => self.shared.memory.saw_vans(&answer.body),
            _ => {}
        }
    }

    fn count(&self, arrival: &Arrival, outcome: &Outcome) {
        let ended = u64::from(outcome.completed);
        let mut tally = self.tally.lock();
        let cell = tally.cell(arrival.phase, arrival.flow);
        cell.counts.completed += ended;
        cell.counts.failed += 1 - ended;
        if let Some(response) = outcome.response {
            cell.response.record(response);
        }
        if let Some(service) = outcome.service {
            cell.service.record(service);
        }
        drop(tally);

        let live = self.shared.live.flow(arrival.flow);
        let counter = if outcome.completed {
            &live.completed
        } else {
            &live.failed
        };
        counter.fetch_add(1, Ordering::Relaxed);

        let mut seconds = self.shared.seconds.lock();
        if let Some(response) = outcome.response {
            seconds.answered(arrival.at, response);
        }
        seconds.count(arrival.at, |counts| {
            counts.completed += ended;
            counts.failed += 1 - ended;
        });
    }
}

/// What of the answer will be learnt from.
fn keep(intent: Intent) -> Keep {
    match intent {
        Intent::Leaf | Intent::Vans => Keep::Body,
        _ => Keep::Nothing,
    }
}

const USER_AGENT: &str = concat!("firedrill-loadgen/", env!("CARGO_PKG_VERSION"));
