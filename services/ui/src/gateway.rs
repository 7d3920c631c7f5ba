//! The gateway: requests of pages go on to the service that knows, and its answer comes back as it is.
//! Only what is in the table goes on, and only with the headers that are named.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{MatchedPath, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use chassis::Problem;
use chassis::http::client::{CallError, Neighbour, Passed};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};

use crate::neighbours::Neighbours;

pub mod table;
mod traced;

use table::{Passage, Service, TABLE};

/// Bytes that a request's body may have. The largest is an order.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What begins the path of all that is passed on, and goes off it.
const PREFIX: &str = "/api";

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What of a request goes along.
const GOES: [HeaderName; 5] = [
    header::ACCEPT,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_NONE_MATCH,
    IDEMPOTENCY_KEY,
];

/// What of an answer comes back. A page of another service says itself what it may load.
const COMES: [HeaderName; 6] = [
    header::CACHE_CONTROL,
    header::CONTENT_SECURITY_POLICY,
    header::CONTENT_TYPE,
    header::ETAG,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
];

/// The routes of the table.
pub fn router(neighbours: &Neighbours) -> Router {
    TABLE.iter().fold(Router::new(), |router, passage| {
        let neighbour = passage.service.of(neighbours).clone();
        let handler = on(filter(passage), pass).with_state(neighbour);
        router.route(passage.route, handler)
    })
}

fn filter(passage: &Passage) -> MethodFilter {
    // HEAD is GET's, which axum adds to it.
    MethodFilter::try_from(passage.method()).unwrap_or(MethodFilter::GET)
}

impl Service {
    const fn of(self, neighbours: &Neighbours) -> &Neighbour {
        match self {
            Self::Pizza => &neighbours.pizza,
            Self::Pokedex => &neighbours.pokedex,
            Self::Tracker => &neighbours.tracker,
            Self::Loadgen => &neighbours.loadgen,
        }
    }
}

async fn pass(
    State(neighbour): State<Neighbour>,
    matched: MatchedPath,
    request: Request,
) -> Result<Response, Problem> {
    let method = request.method().clone();
    let path = request
        .uri()
        .path_and_query()
        .map_or("", |path| path.as_str());
    let path = path.strip_prefix(PREFIX).unwrap_or(path).to_owned();
    let headers = chosen(request.headers(), &GOES);
    let body = body(request).await?;
    let passed = Passed {
        method: method.clone(),
        path,
        headers,
        body,
    };
    let route = table::route(&method, matched.as_str());
    let answer = neighbour.pass(route, passed).await;
    let answer = answer.map_err(|error| unavailable(neighbour.name(), &error))?;
    Ok(came_back(&method, answer))
}

async fn body(request: Request) -> Result<Bytes, Problem> {
    let body = Limited::new(request.into_body(), MAX_BODY_BYTES)
        .collect()
        .await;
    body.map(http_body_util::Collected::to_bytes)
        .map_err(|_| Problem::from_status(StatusCode::PAYLOAD_TOO_LARGE))
}

/// A neighbour that does not answer. What it is called is no secret: the pages say who is missing.
pub(crate) fn unavailable(name: &'static str, error: &CallError) -> Problem {
    Problem::unavailable("neighbour_unavailable", error).detail(format!("{name} does not answer"))
}

fn came_back(method: &Method, answer: http::Response<Bytes>) -> Response {
    let (head, body) = answer.into_parts();
    let mut headers = chosen(&head.headers, &COMES);
    if let Some(place) = head.headers.get(header::LOCATION)
        && let Some(here) = table::here(place)
    {
        headers.insert(header::LOCATION, here);
    }
    if *method != Method::GET
        && let Some(trace) = traced::response()
    {
        headers.insert(traced::TRACERESPONSE, trace);
    }
    (head.status, headers, body).into_response()
}

fn chosen(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let value = |name: &HeaderName| Some((name.clone(), headers.get(name)?.clone()));
    names.iter().filter_map(value).collect()
}
