//! Vans on the map.

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::get;
use company_tests::browser::SOON;
use company_tests::{Browser, Company, until};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::lone::Lone;
use crate::{BINARY, QUIET};

/// Where each van is drawn.
async fn places(browser: &Browser) -> Result<Value> {
    let script = "return Object.fromEntries([...document.querySelectorAll('.van')]\
        .map((van) => [van.dataset.van, van.getAttribute('transform')]))";
    browser.run(script, &[]).await
}

/// How many streets are named on the map, and which names lie on each other: letters are 30 metres high.
async fn names_of_streets(browser: &Browser) -> Result<Value> {
    let script = "const names = [...document.querySelectorAll('.street-name')].map((text) => {\
            const matrix = text.getScreenCTM();\
            const [from, to] = [text.getStartPositionOfChar(0), text.getEndPositionOfChar(text.getNumberOfChars() - 1)]\
                .map((point) => point.matrixTransform(matrix));\
            const along = [...Array(31).keys()].map((step) => step / 30)\
                .map((share) => [from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share]);\
            return { name: text.textContent, along, height: 30 * Math.hypot(matrix.a, matrix.b) };\
        });\
        const touch = (one, other) => one.along.some(([x, y]) =>\
            other.along.some(([u, v]) => Math.hypot(x - u, y - v) < one.height));\
        const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]));\
        const touching = pairs.filter(([one, other]) => touch(one, other)).map((pair) => pair.map(({ name }) => name));\
        return { count: names.length, touching }";
    browser.run(script, &[]).await
}

#[tokio::test]
async fn names_of_streets_keep_off_each_other() -> Result<()> {
    let ui = Lone::start(&[]).await?;
    let browser = Browser::open().await?;
    browser.go(&ui.url()).await?;
    browser.element(".street-name").await?;
    let names = names_of_streets(&browser).await?;
    ensure!(names["count"].as_u64() >= Some(5), "{names}");
    ensure!(names["touching"] == json!([]), "{names}");
    browser.close(&ui.url(), true).await
}

async fn order_ten(company: &Company) -> Result<()> {
    let http = company_tests::http::client();
    for number in 1..=10 {
        let order = json!({
            "customer": "Ada",
            "address": format!("{number} Station Road"),
            "items": [{ "pizza": "funghi", "size": "small", "quantity": 1 }],
        });
        let placed = http
            .post(format!("{}/orders", company.url(8001)))
            .json(&order);
        placed.send().await?.error_for_status()?;
    }
    Ok(())
}

#[tokio::test]
async fn vans_move_and_tell_where_they_were() -> Result<()> {
    let company = Company::open(BINARY, &QUIET).await?;
    let origin = company.url(8000);
    let browser = Browser::open().await?;
    browser.go(&format!("{origin}/fleet")).await?;
    browser.element(".van").await?;
    let before = places(&browser).await?;
    order_ten(&company).await?;
    let moved = until("a van moves", SOON, async || {
        let now = places(&browser).await.ok()?;
        let mut vans = now.as_object()?.iter();
        let (name, _) = vans.find(|(name, place)| before[name.as_str()] != **place)?;
        Some(name.clone())
    })
    .await?;
    let trails =
        "return [...document.querySelectorAll('.trail')].some((trail) => trail.points.length > 2)";
    until("it leaves a trail", SOON, async || {
        (browser.run(trails, &[]).await.ok()? == true).then_some(())
    })
    .await?;
    let click = "[...document.querySelectorAll('#vans button')]\
        .find((button) => button.textContent.includes(arguments[0]))?.click()";
    browser.run(click, &[json!(moved)]).await?;
    browser.shows("#history h3", &moved).await?;
    ensure!(browser.count("#history tbody tr").await? > 0, "no history");
    browser.close(&origin, false).await?;
    company.close().await
}

#[tokio::test]
async fn a_van_s_name_is_text_whatever_is_in_it() -> Result<()> {
    const NAME: &str = r#"<img src=x onerror="document.title='taken'"> & Sons"#;
    let position = json!({
        "x": 1200.0, "y": 700.0, "heading": 0.0, "speed": 30.0, "trip_id": null, "at": "2026-01-01T00:00:00Z",
    });
    let vehicles = json!({ "vehicles": [{ "name": NAME, "position": position }] });
    let events = format!("event: vehicles\ndata: {vehicles}\n\n");
    let stream = async move || {
        let said = futures::stream::iter([Ok::<_, std::io::Error>(events)]);
        let body = Body::from_stream(futures::StreamExt::chain(said, futures::stream::pending()));
        ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
    };
    let tracker = Router::new().route("/vehicles/stream", get(stream));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, tracker).await });

    let ui = Lone::start(&[format!("--tracker-url={url}")]).await?;
    let browser = Browser::open().await?;
    browser.go(&format!("{}/fleet", ui.url())).await?;
    browser.shows("#vans", NAME).await?;
    let script = "return document.querySelector('.van text').textContent";
    let drawn = browser.run(script, &[]).await?;
    ensure!(drawn.as_str().context("a name")? == NAME, "{drawn}");
    ensure!(
        browser.count("main img").await? == 0,
        "the name has become an element"
    );
    browser.close(&ui.url(), false).await?;
    serving.abort();
    Ok(())
}
