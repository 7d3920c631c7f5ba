//! What is passed on, and to whom.

use std::collections::BTreeMap;

use chassis::problem::Everywhere;
use chassis::problem::declared::declare;
use http::{HeaderValue, Method};
use utoipa::IntoResponses as _;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::{OpenApi, RefOr, ResponseBuilder};

use super::PREFIX;

/// A service that requests are passed on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// pizza-service.
    Pizza,
    /// pokedex-api.
    Pokedex,
    /// position-tracker.
    Tracker,
    /// loadgen.
    Loadgen,
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::Pizza => "pizza-service",
            Self::Pokedex => "pokedex-api",
            Self::Tracker => "position-tracker",
            Self::Loadgen => "loadgen",
        }
    }
}

/// One method of one route. What the service has there is the same path without `/api`.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    /// The method, as OpenAPI writes it.
    method: Verb,
    /// The route here.
    pub route: &'static str,
    /// Who answers it.
    pub service: Service,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Delete,
}

const fn passage(method: Verb, route: &'static str, service: Service) -> Passage {
    Passage {
        method,
        route,
        service,
    }
}

/// All that is passed on. Streams are not: each is one for all pages, see [`crate::live`].
pub const TABLE: [Passage; 19] = {
    use Service::{Loadgen, Pizza, Pokedex, Tracker};
    use Verb::{Delete, Get, Post};
    [
        passage(Get, "/api/menu", Pizza),
        passage(Get, "/api/orders", Pizza),
        passage(Post, "/api/orders", Pizza),
        passage(Get, "/api/orders/{id}", Pizza),
        passage(Post, "/api/orders/{id}/cancel", Pizza),
        passage(Get, "/api/pokemon", Pokedex),
        passage(Get, "/api/pokemon/by-name/{name}", Pokedex),
        passage(Get, "/api/pokemon/{id}", Pokedex),
        passage(Get, "/api/vehicles", Tracker),
        passage(Get, "/api/vehicles/{name}/history", Tracker),
        passage(Get, "/api/scenarios", Loadgen),
        passage(Get, "/api/scenarios/{name}", Loadgen),
        passage(Get, "/api/drills", Loadgen),
        passage(Post, "/api/drills", Loadgen),
        passage(Get, "/api/drills/{id}", Loadgen),
        passage(Delete, "/api/drills/{id}", Loadgen),
        passage(Get, "/api/drills/{id}/report.html", Loadgen),
        passage(Get, "/api/traces/summaries", Loadgen),
        passage(Get, "/api/traces/{trace_id}", Loadgen),
    ]
};

impl Passage {
    /// Its method.
    pub const fn method(&self) -> Method {
        match self.method {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
        }
    }

    /// The route at the service.
    fn there(&self) -> &'static str {
        self.route.strip_prefix(PREFIX).unwrap_or(self.route)
    }
}

/// The route at the service, which names the span.
pub(super) fn route(method: &Method, here: &str) -> &'static str {
    TABLE
        .iter()
        .find(|passage| passage.route == here && passage.method() == *method)
        .or_else(|| TABLE.iter().find(|passage| passage.route == here))
        .map_or("", Passage::there)
}

/// The place here of a place at a service.
pub(super) fn here(place: &HeaderValue) -> Option<HeaderValue> {
    let place = place.to_str().ok().filter(|place| place.starts_with('/'))?;
    HeaderValue::try_from(format!("{PREFIX}{place}")).ok()
}

/// Adds all of it to the API's document.
pub fn describe(api: &mut OpenApi) {
    for passage in &TABLE {
        let service = passage.service.name();
        let mut operation = OperationBuilder::new()
            .tag("gateway")
            .summary(Some(format!("Passed on to {service}")))
            .description(Some(format!(
                "`{}` of {service}, whose own document says what it takes and answers.",
                passage.there()
            )));
        for (status, answer) in answers(passage) {
            operation = operation.response(status, answer);
        }
        let method = match passage.method {
            Verb::Get => HttpMethod::Get,
            Verb::Post => HttpMethod::Post,
            Verb::Delete => HttpMethod::Delete,
        };
        let item = PathItem::new(method, operation);
        match api.paths.paths.get_mut(passage.route) {
            Some(known) => known.merge_operations(item),
            None => {
                api.paths.paths.insert(passage.route.to_owned(), item);
            }
        }
    }
}

/// What a service may say, and what is said where it says nothing.
fn answers(passage: &Passage) -> BTreeMap<String, RefOr<Response>> {
    const SAYS: &str = "As the service answers";
    let good = |status: &str| {
        let answer = ResponseBuilder::new().description(SAYS).build();
        (status.to_owned(), RefOr::T(answer))
    };
    let mut answers = Everywhere::responses();
    match passage.method {
        Verb::Get => answers.extend([good("200")]),
        Verb::Post => {
            answers.extend(["200", "201", "202"].map(good));
            answers.extend(declare([
                ("400", SAYS, false),
                ("401", SAYS, false),
                ("409", SAYS, false),
                ("422", SAYS, false),
            ]));
        }
        Verb::Delete => {
            answers.extend(["202", "204"].map(good));
            answers.extend(declare([("401", SAYS, false), ("409", SAYS, false)]));
        }
    }
    if passage.route.contains('{') {
        answers.extend(declare([("404", SAYS, false)]));
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_passed_on_once_and_below_the_prefix() {
        for (index, one) in TABLE.iter().enumerate() {
            assert!(one.route.starts_with(PREFIX), "{}", one.route);
            let again = TABLE[index + 1..]
                .iter()
                .any(|other| other.route == one.route && other.method == one.method);
            assert!(!again, "{} twice", one.route);
        }
    }

    #[test]
    fn a_place_at_a_service_is_one_here() {
        let here = |place: &'static str| here(&HeaderValue::from_static(place));
        assert_eq!(here("/orders/1").expect("a place"), "/api/orders/1");
        assert_eq!(here("http://elsewhere/"), None);
    }
}
