//! Every flow against a small shop: what is asked, with which headers, and what counts as right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use loadgen::load::report::LoadReport;
use loadgen::load::{Flow, Limits, LoadRun, Plan, Targets};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;

/// What the shop has seen.
#[derive(Default)]
struct Seen {
    orders: BTreeSet<String>,
    bodies: Vec<String>,
    keys: Vec<String>,
    drill_ids: BTreeSet<String>,
    followed: usize,
    cancelled: BTreeSet<String>,
    pages_turned: usize,
    vans: BTreeMap<String, usize>,
    pokemon: BTreeSet<u16>,
    strangers: usize,
}

type Shop = Arc<Mutex<Seen>>;

#[derive(Deserialize)]
struct Page {
    after: Option<String>,
}

async fn place(State(shop): State<Shop>, headers: HeaderMap, body: String) -> Response {
    let order: Option<Value> = serde_json::from_str(&body).ok();
    let items = order.as_ref().and_then(|order| order["items"].as_array());
    let is_order = items.is_some_and(|items| {
        let good =
            |item: &Value| item["quantity"].as_u64().is_some() && item["pizza"] != "cardboard";
        !items.is_empty() && items.iter().all(good)
    });
    if !is_order {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let mut seen = shop.lock();
    let id = Uuid::new_v4().to_string();
    seen.orders.insert(id.clone());
    seen.bodies.push(body);
    seen.keys.extend(
        headers
            .get("idempotency-key")
            .and_then(|key| key.to_str().ok())
            .map(str::to_owned),
    );
    assert_eq!(headers["content-type"], "application/json");
    let location = [(header::LOCATION, format!("/orders/{id}"))];
    (StatusCode::CREATED, location, Json(json!({"id": id}))).into_response()
}

async fn follow(State(shop): State<Shop>, Path(id): Path<String>) -> StatusCode {
    let mut seen = shop.lock();
    if !seen.orders.contains(&id) {
        seen.strangers += 1;
        return StatusCode::NOT_FOUND;
    }
    seen.followed += 1;
    StatusCode::OK
}

async fn cancel(State(shop): State<Shop>, Path(id): Path<String>) -> StatusCode {
    let mut seen = shop.lock();
    if !seen.orders.contains(&id) {
        seen.strangers += 1;
        return StatusCode::NOT_FOUND;
    }
    // Half the orders are on their way already.
    let is_first = seen.cancelled.insert(id.clone());
    assert!(is_first, "{id} was cancelled twice");
    if seen.cancelled.len().is_multiple_of(2) {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    }
}

async fn list(State(shop): State<Shop>, Query(page): Query<Page>) -> Json<Value> {
    if let Some(after) = page.after {
        assert_eq!(
            after, "a cursor&more",
            "the cursor comes back as it was given"
        );
        shop.lock().pages_turned += 1;
    }
    Json(json!({"orders": [], "next": "a cursor&more"}))
}

/// Vans with names that a path must not take as they are.
const VANS: [&str; 2] = ["City Truck", "Up/Down?"];

async fn vans() -> Json<Value> {
    let vans = VANS.map(|name| json!({"name": name, "position": {"x": 1.0, "y": 2.0}}));
    Json(json!({ "vehicles": vans }))
}

async fn van(State(shop): State<Shop>, Path(name): Path<String>) -> StatusCode {
    if !VANS.contains(&name.as_str()) {
        return StatusCode::NOT_FOUND;
    }
    *shop.lock().vans.entry(name).or_default() += 1;
    StatusCode::OK
}

async fn pokemon(State(shop): State<Shop>, Path(number): Path<u16>) -> StatusCode {
    shop.lock().pokemon.insert(number);
    StatusCode::OK
}

async fn note_drill(
    State(shop): State<Shop>,
    headers: HeaderMap,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let id = headers.get("x-drill-id").and_then(|id| id.to_str().ok());
    shop.lock()
        .drill_ids
        .insert(id.unwrap_or("none").to_owned());
    next.run(request).await
}

/// A server of these routes, with its address.
async fn open(router: Router) -> (Url, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    let open = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    (url.parse().expect("an address"), open)
}

/// Opens a shop with its neighbours, each at an address of its own, and sends the plan there.
async fn visit(plan: Plan, drill_id: Option<&str>) -> (LoadReport, Shop) {
    let shop = Shop::default();
    let pizza = Router::new()
        .route("/menu", get(|| async { "pizza" }))
        .route("/orders", post(place).get(list))
        .route("/orders/{id}", get(follow))
        .route("/orders/{id}/cancel", post(cancel));
    let tracker = Router::new()
        .route("/vehicles", get(vans))
        .route("/vehicles/{name}", get(van));
    let pokedex = Router::new().route("/pokemon/{number}", get(pokemon));
    let [pizza, tracker, pokedex] = [pizza, tracker, pokedex].map(|routes| {
        routes
            .layer(axum::middleware::from_fn_with_state(
                Arc::clone(&shop),
                note_drill,
            ))
            .with_state(Arc::clone(&shop))
    });
    let ((pizza, one), (tracker, other), (pokedex, third)) =
        tokio::join!(open(pizza), open(tracker), open(pokedex));
    let targets = Targets::new(&pizza)
        .and_then(|targets| targets.with_tracker(Some(&tracker)))
        .and_then(|targets| targets.with_pokedex(Some(&pokedex)))
        .expect("http addresses");
    let run = LoadRun::start(plan, &targets, Limits::default(), drill_id).expect("a run");
    let report = run.finish().await;
    for server in [one, other, third] {
        server.abort();
    }
    (report, shop)
}

fn plan(mix: &Value, seed: u64) -> Plan {
    let load = json!({"shape": "constant", "rate": "200/s", "spacing": "even"});
    let phase = json!({"name": "phase", "for": "1s", "load": load, "mix": mix});
    Plan::new(&[serde_json::from_value(phase).expect("a phase")], seed)
}

#[tokio::test]
async fn every_flow_is_answered_as_it_expects() {
    let mix = json!({
        "browse": 1, "place_order": 4, "follow_order": 2, "list_orders": 1,
        "cancel_order": 1, "scan": 1, "garbage": 1, "look_at_vans": 4, "look_up_pokemon": 3,
    });
    let drill = Uuid::now_v7().to_string();
    let (report, shop) = visit(plan(&mix, 3), Some(&drill)).await;
    assert_eq!(
        report.total.counts.completed, 200,
        "{:#?}",
        report.phases[0].flows
    );
    assert_eq!(report.phases[0].flows.len(), Flow::ALL.len());
    let seen = shop.lock();
    assert!(
        seen.followed > 10 && seen.cancelled.len() > 5,
        "learned orders are used"
    );
    assert_eq!(seen.strangers, 0);
    assert!(seen.pages_turned > 0);
    assert!(
        seen.vans.keys().eq(VANS.iter()),
        "vans of a list are asked after by name: {:?}",
        seen.vans
    );
    assert!(seen.pokemon.len() > 20, "{:?}", seen.pokemon);
    assert_eq!(
        seen.drill_ids,
        BTreeSet::from([drill]),
        "every request carries the drill's id"
    );
    assert_eq!(
        seen.keys.len(),
        seen.orders.len(),
        "every order carries a key"
    );
}

#[tokio::test]
async fn a_flow_that_is_answered_otherwise_has_failed() {
    let closed = Router::new().fallback(|| async { StatusCode::SERVICE_UNAVAILABLE });
    let (url, server) = open(closed).await;
    let targets = Targets::new(&url).expect("an http address");
    let mix = json!({"browse": 1, "place_order": 1, "scan": 1, "garbage": 1, "cancel_order": 1});
    let run = LoadRun::start(plan(&mix, 3), &targets, Limits::default(), None).expect("a run");
    let report = run.finish().await;
    server.abort();
    assert_eq!(
        (report.total.counts.completed, report.total.counts.failed),
        (0, 200)
    );
    assert_eq!(
        report.total.response_time.count, 200,
        "answered wrongly is answered"
    );
}

#[tokio::test]
async fn the_same_seed_orders_the_same_again_under_new_keys() {
    let mix = json!({"place_order": 1});
    let (_, one) = visit(plan(&mix, 9), None).await;
    let (_, again) = visit(plan(&mix, 9), None).await;
    let sorted = |shop: &Shop| {
        let mut bodies = shop.lock().bodies.clone();
        bodies.sort_unstable();
        bodies
    };
    assert_eq!(sorted(&one), sorted(&again));
    let keys: BTreeSet<_> = one
        .lock()
        .keys
        .iter()
        .chain(&again.lock().keys)
        .cloned()
        .collect();
    assert_eq!(
        keys.len(),
        400,
        "else the service takes the second run for a repeat of the first"
    );
    assert!(one.lock().drill_ids.iter().eq(["none"]));
}
