//! The pages: files that are part of this program, as they are. Scripts and styles have the hash of all
//! of them in their path, so that browsers keep them for ever and still never mix two versions; pages
//! are asked for anew.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chassis::Problem;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::compression::CompressionLayer;

mod files;
mod layout;

use files::Files;

/// Scripts and styles are ours alone, and nothing is run that stands in a page.
const POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
);

/// A file of this path never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where the pages are, and the files that they are made of.
const PAGES: [(&str, &str); 5] = [
    ("/", "shop"),
    ("/fleet", "fleet"),
    ("/pokedex", "pokedex"),
    ("/control", "control"),
    ("/traces", "traces"),
];

static FILES: LazyLock<Files> = LazyLock::new(Files::load);

/// The routes. They are for people, and not part of the API's document.
pub fn router() -> Router {
    let router = PAGES.iter().fold(Router::new(), |router, (path, name)| {
        router.route(path, get(async move || page(name)))
    });
    router
        .route("/static/{version}/{*path}", get(file))
        .route("/favicon.ico", get(icon))
        .layer(CompressionLayer::new())
}

fn page(name: &'static str) -> Response {
    let Some(html) = layout::page(&FILES, name) else {
        return Problem::internal(format_args!("the page {name} is not there")).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    ([POLICY], headers, html).into_response()
}

async fn file(Path((version, path)): Path<(String, String)>) -> Result<Response, Problem> {
    // A page of an earlier version must not run scripts of this one.
    let file = (version == FILES.version()).then(|| FILES.get(&path));
    let Some((media_type, content)) = file.flatten() else {
        return Err(Problem::from_status(StatusCode::NOT_FOUND)
            .detail("there is no such file in this version"));
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, FOR_EVER),
    ];
    Ok(([POLICY], headers, content).into_response())
}

async fn icon() -> Redirect {
    Redirect::temporary(&FILES.path("icon.svg"))
}
