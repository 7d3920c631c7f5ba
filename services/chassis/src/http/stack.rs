//! The middleware around every route, from the outside in. This order is the whole story:
//!
//! 1. **security headers**: on every answer, whoever wrote it.
//! 2. **observe**: request id, trace, metrics and the canonical log line. Outside all that can
//!    refuse, so that a refusal is seen too; inside it the trace context is current.
//! 3. **normalise**: whatever is not a success or a redirect leaves as problem+json.
//! 4. **catch-panic**: a panic is a 500 like any other.
//! 5. **rate limit**: per client, before a place is taken.
//! 6. **concurrency limit**: sheds at once rather than queueing.
//! 7. **timeout**: over all that a handler waits for, faults included.
//! 8. **body limit**: read by the extractors.
//! 9. **faults**: as if the handler itself were broken.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use opentelemetry::global;
use tower_http::catch_panic::CatchPanicLayer;

use super::limits::{Concurrency, RateLimit};
use super::metrics::HttpMetrics;
use super::observe::{self, Observer};
use crate::config::{HttpConfig, Switch};
use crate::faults::{self, Faults};
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
        let rate_limit = RateLimit::new(config, self.metrics.clone());
        let concurrency = Concurrency::new(config.max_active_requests, self.metrics.clone());
        let observe = Arc::new(observe::Observe {
            metrics: self.metrics,
            observer: self.observer,
            tracer: (self.telemetry == Switch::On).then(|| global::tracer("chassis")),
        });
        routes
            .fallback(not_found)
            .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
            .layer(middleware::from_fn_with_state(
                self.faults,
                faults::strike::http,
            ))
            .layer(DefaultBodyLimit::max(self.max_body_bytes))
            .layer(middleware::from_fn_with_state(
                config.request_timeout,
                timeout,
            ))
            .layer(middleware::from_fn_with_state(
                concurrency,
                Concurrency::limit,
            ))
            .layer(middleware::from_fn_with_state(rate_limit, RateLimit::limit))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::map_response(problem::normalise))
            .layer(middleware::from_fn_with_state(observe, observe::observe))
            .layer(middleware::map_response(security_headers))
    }
}

async fn not_found() -> Problem {
    Problem::from_status(StatusCode::NOT_FOUND).detail("there is nothing at this path")
}

async fn timeout(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| {
            Problem::unavailable("timeout", "the request's time limit was reached").into_response()
        })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is tower-http's"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panics::message(panic.as_ref());
    Problem::internal(format_args!("panic: {message}")).into_response()
}

/// What an API answers with; a page sets a policy of its own.
async fn security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
