//! Which answers an API can give, read from its own OpenAPI document.

use http::{Method, StatusCode};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};

use super::known_method;

/// Answers that the middleware gives on any route.
const EVERYWHERE: [u16; 2] = [500, 503];

/// So is this, but it is there when the first one comes. That one is missing in `increase()`, and no
/// rule counts them: requests that were turned away have a counter of their own.
const UNDECLARED: u16 = 429;

/// One series: method, route and status.
pub(super) type Answer = (&'static str, String, StatusCode);

/// Every method, route and status that an ordinary client's request can end with. A histogram has
/// some 16 series, so what only a scanner does (a path that no route has, a method that a route does
/// not have) is counted without a route, and declared for the methods that scanners use.
pub(super) fn answers(api: &OpenApi) -> Vec<Answer> {
    let mut answers = Vec::new();
    for method in [Method::GET, Method::POST] {
        add(&mut answers, &method, "", [404, 405, 500, 503]);
    }
    for method in [Method::PUT, Method::DELETE] {
        add(&mut answers, &method, "", [404, 405]);
    }
    for (route, item) in &api.paths.paths {
        for (method, operation) in operations(item) {
            let codes = operation.responses.responses.keys();
            let own = codes.filter_map(|code| code.parse().ok());
            let own = own.filter(|code| *code != UNDECLARED);
            add(&mut answers, &method, route, own.chain(EVERYWHERE));
        }
    }
    answers
}

fn add(
    answers: &mut Vec<Answer>,
    method: &Method,
    route: &str,
    codes: impl IntoIterator<Item = u16>,
) {
    let mut statuses: Vec<_> = codes
        .into_iter()
        .filter_map(|code| StatusCode::from_u16(code).ok())
        .collect();
    statuses.sort();
    statuses.dedup();
    let series = |status| (known_method(method), route.to_owned(), status);
    answers.extend(statuses.into_iter().map(series));
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
