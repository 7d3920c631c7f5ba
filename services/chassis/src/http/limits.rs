//! Refusing work: too much at once, or too much from one client. Both count what they refuse.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota};
use http::StatusCode;

use super::metrics::{HttpMetrics, Rejection};
use super::server::Peer;
use crate::config::HttpConfig;
use crate::problem::Problem;

/// At most so many requests at once; one more is shed.
#[derive(Clone, Debug)]
pub struct Concurrency {
    active: Arc<AtomicU32>,
    limit: u32,
    metrics: HttpMetrics,
}

/// A place that is given back when the request ends, however it ends.
struct Place(Arc<AtomicU32>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Concurrency {
    /// A limit over one API.
    pub fn new(limit: u32, metrics: HttpMetrics) -> Self {
        metrics.limit.set(i64::from(limit));
        Self {
            active: Arc::default(),
            limit,
            metrics,
        }
    }

    fn enter(&self) -> Option<Place> {
        let place = Place(Arc::clone(&self.active));
        // The place is dropped, and so given back, when it was one too many.
        (self.active.fetch_add(1, Ordering::AcqRel) < self.limit).then_some(place)
    }

    pub(super) async fn limit(State(limit): State<Self>, request: Request, next: Next) -> Response {
        let Some(_place) = limit.enter() else {
            limit.metrics.reject(Rejection::Overloaded);
            return Problem::unavailable("overloaded", "as many requests as allowed are running")
                .into_response();
        };
        next.run(request).await
    }
}

/// So many requests a second for each client address.
#[derive(Clone, Debug)]
pub struct RateLimit {
    limiter: Option<Arc<DefaultKeyedRateLimiter<IpAddr>>>,
    requests: Arc<AtomicU32>,
    trusted_proxies: u8,
    metrics: HttpMetrics,
}

/// Forget idle clients after so many requests.
const SWEEP_EVERY: u32 = 65_536;

impl RateLimit {
    /// The configured limit; 0 is none.
    pub fn new(config: &HttpConfig, metrics: HttpMetrics) -> Self {
        let limiter = NonZeroU32::new(config.rate_limit)
            .map(|rate| Arc::new(DefaultKeyedRateLimiter::keyed(Quota::per_second(rate))));
        Self {
            limiter,
            requests: Arc::default(),
            trusted_proxies: config.trusted_proxies,
            metrics,
        }
    }

    pub(super) async fn limit(State(limit): State<Self>, request: Request, next: Next) -> Response {
        match limit.check(&request) {
            Ok(()) => next.run(request).await,
            Err(wait) => {
                limit.metrics.reject(Rejection::RateLimited);
                too_many(wait).into_response()
            }
        }
    }

    /// Whether the request may go on, or how long its client should wait.
    fn check(&self, request: &Request) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(&client(request, self.trusted_proxies))
            .map_err(|refused| refused.wait_time_from(limiter.clock().now()))
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX - 1) + 1;
    Problem::from_status(StatusCode::TOO_MANY_REQUESTS)
        .detail("too many requests from this address")
        .retry_after(seconds)
}

/// The client's address: the connection's, or what the outermost trusted proxy saw. Entries left
/// of that one are the client's own word.
fn client(request: &Request, trusted_proxies: u8) -> IpAddr {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if trusted_proxies == 0 {
        return peer;
    }
    request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .rev()
        .nth(usize::from(trusted_proxies) - 1)
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(forwarded: &str) -> Request {
        let mut request = Request::builder()
            .header("x-forwarded-for", forwarded)
            .body(Body::empty())
            .expect("a request");
        request
            .extensions_mut()
            .insert(Peer(([10, 0, 0, 9], 1).into()));
        request
    }

    #[test]
    fn a_forged_forwarded_entry_is_not_believed() {
        let request = request("6.6.6.6, 203.0.113.7");
        assert_eq!(client(&request, 0), IpAddr::from([10, 0, 0, 9]));
        assert_eq!(client(&request, 1), IpAddr::from([203, 0, 113, 7]));
    }

    #[test]
    fn a_missing_or_broken_entry_falls_back_to_the_connection() {
        assert_eq!(client(&request("nonsense"), 1), IpAddr::from([10, 0, 0, 9]));
        assert_eq!(
            client(&request("203.0.113.7"), 3),
            IpAddr::from([10, 0, 0, 9])
        );
    }
}
