//! Customers that remember every order that was acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// What the customers heard.
#[derive(Debug, Default)]
pub struct Heard {
    /// Ids of orders that were answered 201.
    pub acknowledged: Mutex<BTreeSet<String>>,
    /// Answers 503.
    pub unavailable: AtomicU64,
    /// Requests without an answer.
    pub unanswered: AtomicU64,
    /// What the first of those two was like.
    pub first_failure: OnceLock<String>,
    /// Any other status, with the body.
    pub surprises: Mutex<Vec<String>>,
}

/// Customers that order one after the other until they are stopped.
#[derive(Debug)]
pub struct Customers {
    heard: Arc<Heard>,
    tasks: JoinSet<()>,
    closing: watch::Sender<bool>,
}

impl Customers {
    /// So many at once, at the service of this base URL.
    pub fn start(base: &str, count: usize) -> Self {
        let heard = Arc::<Heard>::default();
        let http = crate::http::client();
        let (closing, closed) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let order = Customer {
                http: http.clone(),
                url: format!("{base}/orders"),
                body: order(number),
                heard: Arc::clone(&heard),
            };
            tasks.spawn(order.keep_ordering(closed.clone()));
        }
        Self {
            heard,
            tasks,
            closing,
        }
    }

    /// So many a second, whether or not those before were answered.
    pub fn at_rate(base: &str, per_second: u32) -> Self {
        let heard = Arc::<Heard>::default();
        let mut clock = tokio::time::interval(Duration::from_secs(1) / per_second);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (http, url) = (crate::http::client(), format!("{base}/orders"));
        let (closing, mut closed) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let listening = Arc::clone(&heard);
        tasks.spawn(async move {
            let mut under_way = JoinSet::new();
            for number in 0.. {
                tokio::select! {
                    _ = clock.tick() => {}
                    _ = closed.changed() => break,
                }
                while under_way.try_join_next().is_some() {}
                let customer = Customer {
                    http: http.clone(),
                    url: url.clone(),
                    body: order(number),
                    heard: Arc::clone(&listening),
                };
                under_way.spawn(async move { customer.order().await });
            }
            while under_way.join_next().await.is_some() {}
        });
        Self {
            heard,
            tasks,
            closing,
        }
    }

    /// What they have heard so far.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Stops them. Requests under way are waited for: an order whose answer nobody hears may be placed.
    pub async fn stop(mut self) -> Arc<Heard> {
        self.closing.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        self.heard
    }
}

/// The body of a small order.
pub fn order(number: usize) -> Value {
    json!({
        "customer": format!("Customer {number}"),
        "address": format!("{} Main Street", number + 1),
        "items": [{"pizza": "margherita", "size": "large", "quantity": 1 + number % 3}],
    })
}

struct Customer {
    http: reqwest::Client,
    url: String,
    body: Value,
    heard: Arc<Heard>,
}

impl Customer {
    async fn keep_ordering(self, closed: watch::Receiver<bool>) {
        while !*closed.borrow() {
            self.order().await;
            tokio::task::yield_now().await;
        }
    }

    async fn order(&self) {
        let answer = match self.http.post(&self.url).json(&self.body).send().await {
            Ok(answer) => answer,
            Err(error) => {
                self.heard.nothing(&error);
                // A refused connection answers at once: do not spin while the service is away.
                tokio::time::sleep(Duration::from_millis(5)).await;
                return;
            }
        };
        let status = answer.status();
        let body = match answer.json::<Value>().await {
            Ok(body) => body,
            Err(error) => return self.heard.nothing(&error),
        };
        match (status.as_u16(), body["id"].as_str()) {
            (201, Some(id)) => {
                self.heard.acknowledged.lock().insert(id.to_owned());
            }
            (503, _) => {
                self.heard.unavailable.fetch_add(1, Ordering::Relaxed);
                self.heard.failure(format!("{status} {body}"));
            }
            _ => self.heard.surprises.lock().push(format!("{status} {body}")),
        }
    }
}

impl Heard {
    fn nothing(&self, error: &reqwest::Error) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        self.failure(format!("{error:?}"));
    }

    fn failure(&self, what: String) {
        self.first_failure.get_or_init(|| what);
    }
}
