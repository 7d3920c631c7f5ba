//! A company seen from outside: what its customers and its map show, whatever happens inside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::company::{self, Company};
use crate::wait::until;

/// How long deliveries may take after the last order.
const DELIVERY_LIMIT: Duration = Duration::from_mins(2);

/// Between two looks at all orders.
const LISTING_PAUSE: Duration = Duration::from_millis(500);

/// How often counters are read: often enough to see most of what a process counts before it is killed.
const LOOK_EVERY: Duration = Duration::from_millis(100);

const DELIVERED: &str = "pizza_orders_delivered_total";

/// An observer, from its start.
#[derive(Debug)]
pub struct Outside {
    pizza: String,
    tracker: String,
    counted: Arc<Mutex<Count>>,
    counting: JoinHandle<()>,
}

/// A counter over several lives of its process.
#[derive(Debug, Default)]
struct Count {
    earlier_lives: f64,
    this_life: f64,
}

/// Seconds of which a vehicle has told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last second before, of the Unix epoch.
    pub after: i64,
    /// The first second behind.
    pub before: i64,
}

impl Gap {
    /// How many seconds are missing.
    pub const fn seconds(&self) -> i64 {
        self.before - self.after - 1
    }
}

impl Outside {
    /// Begins to look.
    pub fn watch(company: &Company) -> Self {
        let counted = Arc::<Mutex<Count>>::default();
        let url = format!("{}/metrics", company.url(9111));
        Self {
            pizza: company.url(8001),
            tracker: company.url(8080),
            counting: tokio::spawn(count(url, Arc::clone(&counted))),
            counted,
        }
    }

    /// Waits until every order there is was delivered, and makes sure that these are among them, and
    /// that none was delivered twice.
    ///
    /// # Errors
    /// When one is lost, late or doubled.
    pub async fn all_delivered_once(&self, acknowledged: &BTreeSet<String>) -> Result<()> {
        let mut open = None;
        let settled = until("all orders are delivered", DELIVERY_LIMIT, async || {
            let orders = self.orders().await.ok()?;
            let delivered = |order: &&Value| order["status"] == "delivered";
            let still_open = orders.len() - orders.values().filter(delivered).count();
            if still_open == 0 {
                return Some(orders);
            }
            open = Some((still_open, orders.len()));
            // All orders are many to ask for, and those who deliver them want to work.
            tokio::time::sleep(LISTING_PAUSE).await;
            None
        });
        let settled = settled.await;
        let orders = settled.with_context(|| match open {
            Some((open, all)) => format!("{open} of {all} orders are lost or late"),
            None => "the orders are not told".to_owned(),
        })?;
        for id in acknowledged {
            ensure!(
                orders.contains_key(id),
                "order {id} was answered 201 and is gone"
            );
        }
        let count = self.counted.lock();
        let (delivered, placed) = (count.earlier_lives + count.this_life, orders.len());
        ensure!(
            delivered <= placed as f64,
            "{delivered} deliveries of {placed} orders"
        );
        Ok(())
    }

    /// All orders, by id.
    async fn orders(&self) -> Result<BTreeMap<String, Value>> {
        let url = format!("{}/orders?limit=100", self.pizza);
        let mut orders = BTreeMap::new();
        let mut next = None::<String>;
        loop {
            let page = next.map_or_else(|| url.clone(), |next| format!("{url}&after={next}"));
            let page = get(&page).await?;
            for order in page["orders"].as_array().context("orders")? {
                let id = order["id"].as_str().context("an id")?;
                orders.insert(id.to_owned(), order.clone());
            }
            match page["next"].as_str() {
                Some(after) => next = Some(after.to_owned()),
                None => return Ok(orders),
            }
        }
    }

    /// The seconds that are missing in each vehicle's history, from its first to its last position.
    ///
    /// # Errors
    /// When the tracker does not answer, or a position is not of a whole second.
    pub async fn gaps(&self) -> Result<BTreeMap<String, Vec<Gap>>> {
        let fleet = get(&format!("{}/vehicles", self.tracker)).await?;
        let mut gaps = BTreeMap::new();
        for vehicle in fleet["vehicles"].as_array().context("vehicles")? {
            let name = vehicle["name"].as_str().context("a name")?;
            let seconds = self.seconds(name).await?;
            let pairs = seconds.iter().zip(seconds.iter().skip(1));
            let missing = pairs
                .map(|(after, before)| Gap {
                    after: *after,
                    before: *before,
                })
                .filter(|gap| gap.seconds() > 0);
            gaps.insert(name.to_owned(), missing.collect());
        }
        Ok(gaps)
    }

    /// The seconds of which a vehicle has told.
    async fn seconds(&self, vehicle: &str) -> Result<BTreeSet<i64>> {
        let name = vehicle.replace(' ', "%20");
        let url = format!("{}/vehicles/{name}/history?limit=1000", self.tracker);
        let mut seconds = BTreeSet::new();
        let mut next = None::<String>;
        loop {
            let page = next.map_or_else(|| url.clone(), |next| format!("{url}&since={next}"));
            let page = get(&page).await?;
            for position in page["positions"].as_array().context("positions")? {
                let at = position["at"].as_str().context("a time")?;
                let second = second_of(at).with_context(|| format!("{at} is no whole second"))?;
                ensure!(
                    seconds.insert(second),
                    "{vehicle} was in two places at {at}"
                );
            }
            match page["next"].as_str() {
                Some(since) => next = Some(since.to_owned()),
                None => return Ok(seconds),
            }
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.counting.abort();
    }
}

async fn get(url: &str) -> Result<Value> {
    let answer = crate::http::client().get(url).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// Adds a counter up, over all lives of the process that has it.
async fn count(url: String, counted: Arc<Mutex<Count>>) {
    let http = crate::http::client();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Ok(answer) = http.get(&url).send().await else {
            continue;
        };
        let text = answer.text().await.unwrap_or_default();
        let Some(now) = company::sum(&text, DELIVERED) else {
            continue;
        };
        let mut count = counted.lock();
        if now < count.this_life {
            count.earlier_lives += count.this_life;
        }
        count.this_life = now;
    }
}

/// The second of an RFC 3339 time in UTC, if it is a whole one.
fn second_of(at: &str) -> Option<i64> {
    let at =
        time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339).ok()?;
    (at.nanosecond() == 0).then_some(at.unix_timestamp())
}
