//! What happens around every handler. `Chain` tells it from the outside in, in this order:
//!
//! 1. **observe**: request id, trace, metrics and the canonical log line. Outermost, so that a
//!    refusal is seen too; the trace's context is current for all that follows.
//! 2. **finish**: whatever is not a success or a redirect leaves as problem+json, and every answer
//!    carries the security headers, whoever wrote it.
//! 3. **catch-panic**: a panic is a 500 like any other.
//! 4. **rate limit**: per client, before a place is taken.
//! 5. **concurrency limit**: sheds at once rather than queueing.
//! 6. **timeout**: over all that a handler waits for, faults included.
//! 7. **faults**: as if the handler itself were broken.
//! 8. **body limit**: read by the extractors.
//!
//! It is one middleware and not eight, because each costs a request several allocations.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use http::{HeaderName, HeaderValue, StatusCode, header};
use opentelemetry::global;
use opentelemetry::trace::FutureExt as _;
use tower::ServiceBuilder;

use super::limits::{Concurrency, RateLimit, Refused};
use super::metrics::{HttpMetrics, Rejection};
use super::observe::{Observe, Observer, Watching};
use crate::config::{HttpConfig, Switch};
use crate::faults::Faults;
use crate::problem::{self, Problem};
use crate::telemetry::logs::panics;

/// What the middleware of one API needs.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Records every request.
    pub metrics: HttpMetrics,
    /// What is broken on purpose.
    pub faults: Faults,
    /// The service's own count of outcomes.
    pub observer: Observer,
    /// Whether requests leave metrics, spans and log lines.
    pub telemetry: Switch,
    /// Bytes that a request's body may have.
    pub max_body_bytes: usize,
}

impl Stack {
    /// Puts the middleware around the routes.
    pub fn around(self, routes: Router, config: &HttpConfig) -> Router {
        self.metrics.limit(config.max_active_requests);
        self.metrics.break_with(&self.faults);
        let on = self.telemetry == Switch::On;
        let chain = Chain {
            observe: Arc::new(Observe {
                metrics: self.metrics,
                observer: self.observer,
                tracer: on.then(|| global::tracer("chassis")),
            }),
            rate_limit: RateLimit::new(config),
            concurrency: Concurrency::new(config.max_active_requests),
            timeout: config.request_timeout,
            faults: self.faults,
        };
        routes
            .fallback(not_found)
            .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
            .layer(
                ServiceBuilder::new()
                    .layer(middleware::from_fn_with_state(Arc::new(chain), around))
                    .layer(DefaultBodyLimit::max(self.max_body_bytes)),
            )
    }
}

async fn not_found() -> Problem {
    Problem::from_status(StatusCode::NOT_FOUND).detail("there is nothing at this path")
}

/// The middleware's state.
#[derive(Debug)]
struct Chain {
    observe: Arc<Observe>,
    rate_limit: RateLimit,
    concurrency: Concurrency,
    timeout: Duration,
    faults: Faults,
}

async fn around(State(chain): State<Arc<Chain>>, request: Request, next: Next) -> Response {
    let watching = Watching::begin(Arc::clone(&chain.observe), &request);
    let context = watching.context().clone();
    async move {
        let response = AssertUnwindSafe(chain.admit(request, next))
            .catch_unwind()
            .await;
        let mut response = finish(response.unwrap_or_else(|panic| panicked(panic.as_ref())));
        watching.end(&mut response);
        response
    }
    .with_context(context)
    .await
}

impl Chain {
    async fn admit(&self, request: Request, next: Next) -> Response {
        if let Err(refused) = self.rate_limit.check(&request) {
            self.observe.metrics.reject(Rejection::RateLimited);
            return too_many(&refused).into_response();
        }
        let Some(_place) = self.concurrency.enter() else {
            self.observe.metrics.reject(Rejection::Overloaded);
            return Problem::unavailable("overloaded", "as many requests as allowed are running")
                .into_response();
        };
        tokio::time::timeout(self.timeout, self.handle(request, next))
            .await
            .unwrap_or_else(|_| {
                Problem::unavailable("timeout", "the request's time limit was reached")
                    .into_response()
            })
    }

    async fn handle(&self, request: Request, next: Next) -> Response {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map(MatchedPath::as_str);
        if let Some(broken) = self.faults.strikes_request(route).await {
            return Problem::from_status(broken).into_response();
        }
        next.run(request).await
    }
}

fn too_many(refused: &Refused) -> Problem {
    let seconds = u32::try_from(refused.wait.as_secs()).unwrap_or(u32::MAX - 1) + 1;
    Problem::from_status(StatusCode::TOO_MANY_REQUESTS)
        .detail("too many requests from this address")
        .retry_after(seconds)
        // Who it was is the first question of whoever looks into it.
        .cause(format_args!("from {}", refused.client))
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let message = panics::message(panic);
    Problem::internal(format_args!("panic: {message}")).into_response()
}

/// Nothing of ours is to be framed, sniffed or kept.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// What an API's answer says where a handler, such as a page's, does not say otherwise.
const BY_DEFAULT: [(HeaderName, HeaderValue); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

fn finish(response: Response) -> Response {
    let mut response = problem::normalise(response);
    let headers = response.headers_mut();
    // Room for these and the request id at once.
    headers.reserve(ALWAYS.len() + BY_DEFAULT.len() + 1);
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    for (name, value) in BY_DEFAULT {
        headers.entry(name).or_insert(value);
    }
    response
}
