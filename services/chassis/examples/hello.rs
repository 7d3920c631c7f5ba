//! A whole service on the chassis in one file: one route that answers, one that takes an order.
//! It is also what the cost of telemetry is measured with, and what the process tests start.

use std::net::SocketAddr;
use std::process::ExitCode;

use axum::Router;
use axum::routing::get;
use chassis::config::{FaultsConfig, HttpConfig, TelemetryConfig};
use chassis::faults::Faults;
use chassis::http::observe::Observer;
use chassis::http::{Declared, HttpMetrics, Server, Stack};
use chassis::problem::extract::Json;
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort};
use chassis::{BootError, Problem, Stop};
use clap::Parser;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Debug, Parser)]
struct Config {
    #[arg(long, env = "ADDRESS", default_value = "127.0.0.1:8001")]
    address: SocketAddr,
    #[arg(long, env = "TELEMETRY_ADDRESS", default_value = "127.0.0.1:9111")]
    telemetry_address: SocketAddr,
    #[command(flatten)]
    telemetry: TelemetryConfig,
    #[command(flatten)]
    http: HttpConfig,
    #[command(flatten)]
    faults: FaultsConfig,
}

#[derive(Serialize, ToSchema)]
struct Greeting {
    hello: &'static str,
}

#[derive(Deserialize, ToSchema)]
struct Order {
    customer: String,
    quantity: u32,
}

#[derive(Serialize, ToSchema)]
struct Receipt {
    letters: usize,
    quantity: u32,
}

#[derive(OpenApi)]
#[openapi(paths(hello, order))]
struct Api;

/// Says hello.
#[utoipa::path(get, path = "/hello", responses((status = 200, body = Greeting)))]
async fn hello() -> axum::Json<Greeting> {
    axum::Json(Greeting { hello: "world" })
}

/// Takes an order.
#[utoipa::path(post, path = "/orders", request_body = Order,
    responses((status = 200, body = Receipt), (status = 422, body = Problem)))]
async fn order(Json(order): Json<Order>) -> Result<axum::Json<Receipt>, Problem> {
    if order.quantity == 0 {
        return Err(Problem::invalid("quantity", "must be above 0"));
    }
    Ok(axum::Json(Receipt {
        letters: order.customer.len(),
        quantity: order.quantity,
    }))
}

fn main() -> ExitCode {
    let config = Config::parse();
    let telemetry = config.telemetry.clone();
    chassis::run("hello", &telemetry, |telemetry, stop| {
        serve(config, telemetry, stop)
    })
}

async fn serve(config: Config, mut telemetry: Telemetry, stop: Stop) -> Result<(), BootError> {
    let faults = Faults::new(config.faults.token()?);
    let stack = Stack {
        metrics: HttpMetrics::register(
            &mut telemetry.registry,
            &Api::openapi(),
            Declared::AtOnce,
            telemetry.exporting,
        ),
        faults: faults.clone(),
        observer: Observer::default(),
        telemetry: telemetry.requests,
        max_body_bytes: 64 * 1024,
    };
    let api = Router::new()
        .route("/hello", get(hello))
        .route("/orders", axum::routing::post(order));
    let router = stack.around(api, &config.http);
    let readiness = Readiness::default();
    let port = TelemetryPort {
        readiness: readiness.clone(),
        log_level: telemetry.log_level.clone(),
        faults,
        registry: telemetry.into_registry(),
    };
    let telemetry_address = port.listen(config.telemetry_address).await?;
    let server = Server::bind(config.address, "ADDRESS").await?;
    readiness.set(true);
    tracing::info!(address = %server.address(), %telemetry_address, "listening");
    server.serve(router, (&config.http).into(), &stop).await;
    Ok(())
}
