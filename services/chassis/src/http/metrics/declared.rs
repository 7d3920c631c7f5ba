//! Which answers an API can give, read from its own OpenAPI document.

use http::{Method, StatusCode};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};

use super::known_method;
use crate::http::observe::CLIENT_CLOSED_REQUEST;

/// Answers that the middleware gives on any route, 499 for those that nobody waited for.
const EVERYWHERE: [u16; 4] = [429, CLIENT_CLOSED_REQUEST, 500, 503];

/// One series: method, route and status.
pub(super) type Answer = (&'static str, String, StatusCode);

/// Every method, route and status that an ordinary client's request can end with. A histogram has
/// some 16 series, so what only a scanner does (a method that a route does not have, a path that
/// no route has) is declared for the methods that scanners use.
pub(super) fn answers(api: &OpenApi) -> Vec<Answer> {
    let mut answers = Vec::new();
    for method in [Method::GET, Method::POST] {
        add(&mut answers, &method, "", [404, 429, 500, 503]);
    }
    for (route, item) in &api.paths.paths {
        let declared: Vec<_> = operations(item).collect();
        for (method, operation) in &declared {
            let codes = operation.responses.responses.keys();
            let own = codes.filter_map(|code| code.parse().ok());
            add(&mut answers, method, route, own.chain(EVERYWHERE));
        }
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            if declared.iter().all(|(known, _)| *known != method) {
                add(&mut answers, &method, route, [405]);
            }
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
