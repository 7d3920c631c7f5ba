//! The everyday customers. They never stop coming, but for a drill, which brings all customers
//! itself so that its loads are totals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::lease::Lease;
use super::metrics::VisitMetrics;
use crate::load::{Flow, Limits, LoadRun, Plan, StartError, Targets};
use crate::scenario::{Arrivals, Per, Phase, Rate, Spacing, Span};

/// Visits for each [`ORDERS`] orders: who orders also looks at the menu and asks after the order,
/// and some want to see the vans, or a Pokémon.
const MIX: [(Flow, u32); 5] = [
    (Flow::PlaceOrder, ORDERS),
    (Flow::Browse, 3),
    (Flow::FollowOrder, 2),
    (Flow::LookAtVans, 2),
    (Flow::LookUpPokemon, 1),
];
const ORDERS: u32 = 5;
/// How often the metrics are brought up to date.
const COUNTING: Duration = Duration::from_millis(250);
/// Time until the next try where the customers could not be sent.
const RETRY: Duration = Duration::from_secs(5);

/// A phase of everyday customers who place orders at this rate. Those whose service has no address
/// stay away.
pub fn everyday(orders: Rate, lasts: Span, targets: &Targets) -> Phase {
    let mix: BTreeMap<Flow, u32> = MIX
        .into_iter()
        .filter(|(flow, _)| targets.serve([*flow].into_iter()).is_ok())
        .collect();
    let visits_an_order = f64::from(mix.values().sum::<u32>()) / f64::from(ORDERS);
    let visits = orders.per_second() * visits_an_order;
    // What is over the highest rate is cut to it.
    let rate = Rate::new(visits.min(Rate::HIGHEST_PER_SECOND), Per::Second).unwrap_or(orders);
    Phase {
        name: "baseline".to_owned(),
        lasts,
        load: Arrivals::Constant {
            rate,
            spacing: Spacing::Even,
        },
        mix,
    }
}

/// The everyday customers.
pub struct Baseline {
    /// Orders.
    pub rate: Rate,
    /// Where they go.
    pub targets: Targets,
    /// While a drill holds it, they pause.
    pub lease: Arc<Lease>,
    /// Where they are counted.
    pub visits: VisitMetrics,
}

impl Baseline {
    /// Sends customers until `stop`, with a pause for each drill.
    pub async fn run(self, stop: CancellationToken) {
        if self.rate.per_second() <= 0.0 {
            return;
        }
        loop {
            tokio::select! {
                () = self.lease.free() => {}
                () = stop.cancelled() => return,
            }
            let run = match self.start() {
                Ok(run) => run,
                Err(error) => {
                    tracing::error!(%error, "the everyday customers can't be sent");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => continue,
                        () = stop.cancelled() => return,
                    }
                }
            };
            tokio::select! {
                () = self.count(&run) => {}
                () = self.lease.taken() => {}
                () = stop.cancelled() => {}
            }
            self.end(run).await;
        }
    }

    fn start(&self) -> Result<LoadRun, StartError> {
        let seed = rand::random();
        let minute = Span::try_from(Duration::from_mins(1)).unwrap_or_default();
        let phase = everyday(self.rate, minute, &self.targets);
        let plan = Plan::new(&[phase], seed).with_tail();
        LoadRun::start(plan, &self.targets, Limits::endless(), None)
    }

    /// Keeps the metrics up to date; never ends.
    async fn count(&self, run: &LoadRun) {
        let mut ticks = interval(COUNTING);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.visits.count(&run.live());
        }
    }

    async fn end(&self, run: LoadRun) {
        run.stop();
        let view = run.live_view();
        run.finish().await;
        self.visits.count(&view.figures());
        self.visits.run_ended();
    }
}
