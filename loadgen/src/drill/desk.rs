//! Where a drill takes its turn and learns of deliveries: at `loadgen serve`, or at a webhook
//! receiver of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::http::{self, Api, HttpError};
use crate::serve::deadman::{self, Deadman};
use crate::serve::inbox::{Inbox, Notifications};
use crate::serve::routes;

/// A lease that nobody renews ends after this long.
const LEASE: Duration = Duration::from_secs(15);

/// Where a drill takes its turn.
pub enum Desk {
    /// At `loadgen serve`, whose baseline pauses meanwhile.
    Leased(Lease),
    /// Nowhere: the drill receives webhooks itself, and no baseline pauses.
    Own(Receiver),
}

/// A turn at `loadgen serve`.
pub struct Lease {
    api: Api,
    drill_id: String,
}

/// A webhook receiver of the drill's own. Stops when dropped.
pub struct Receiver {
    inbox: Arc<Inbox>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Lease {
    /// A turn to be taken at that address.
    pub fn new(client: reqwest::Client, loadgen: Url, drill_id: &str) -> Self {
        Self {
            api: Api::new(client, loadgen),
            drill_id: drill_id.to_owned(),
        }
    }

    async fn put(&self) -> Result<(), HttpError> {
        let body = json!({ "drill_id": self.drill_id, "ttl_seconds": LEASE.as_secs() });
        let request = self.api.request(Method::PUT, "/lease").json(&body);
        self.api.send(request).await.map(drop)
    }

    async fn delete(&self) -> Result<(), HttpError> {
        let request = self
            .api
            .request(Method::DELETE, &format!("/lease/{}", self.drill_id));
        self.api.send(request).await.map(drop)
    }

    async fn since(&self, seq: u64) -> Result<Notifications, HttpError> {
        let request = self
            .api
            .request(Method::GET, "/alerts/notifications")
            .query(&[("since", seq)]);
        http::json(self.api.send(request).await?).await
    }
}

impl Receiver {
    /// Listens for webhooks at `listen`.
    pub async fn listen(listen: SocketAddr) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let (inbox, stop, tasks) = (
            Arc::<Inbox>::default(),
            CancellationToken::new(),
            TaskTracker::new(),
        );
        let (router, _) = routes::webhooks(Arc::clone(&inbox))
            // Alertmanager sends the Watchdog as well; to refuse it would be an alert of its own.
            .merge(deadman::routes(Deadman::unwatched()))
            .split_for_parts();
        let stopped = stop.clone().cancelled_owned();
        tasks.spawn(async move {
            // Ends only when it is told to; what Alertmanager does with it is its own matter.
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await;
        });
        Ok(Self { inbox, stop, tasks })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.cancel();
        self.tasks.close();
    }
}

impl Desk {
    /// How long to wait from one renewal to the next.
    pub const RENEWAL: Duration = Duration::from_secs(LEASE.as_secs() / 3);

    /// Takes the turn, or renews it. Fails where another drill has it.
    pub async fn take(&self) -> Result<(), HttpError> {
        match self {
            Self::Leased(lease) => lease.put().await,
            Self::Own(_) => Ok(()),
        }
    }

    /// Gives the turn back. One that is lost already is given back too.
    pub async fn release(&self) -> Result<(), HttpError> {
        match self {
            Self::Leased(lease) => match lease.delete().await {
                Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(()),
                done => done,
            },
            Self::Own(_) => Ok(()),
        }
    }

    /// What arrived after number `seq`.
    pub async fn since(&self, seq: u64) -> Result<Notifications, HttpError> {
        match self {
            Self::Leased(lease) => lease.since(seq).await,
            Self::Own(receiver) => Ok(receiver.inbox.since(seq)),
        }
    }
}
