//! Services that share one Postgres database, each with a schema of its own.

use std::time::Duration;

use chassis::config::DatabaseConfig;
use chassis::db;
use chassis::faults::Faults;
use company_tests::postgres::Postgres;
use prometheus_client::registry::Registry;
use sqlx::PgPool;

async fn open(url: &str, schema: Option<&str>) -> PgPool {
    let config = DatabaseConfig {
        postgres_url: Some(url.into()),
        postgres_url_file: None,
        postgres_schema: schema.map(str::to_owned),
        data_dir: std::env::temp_dir(),
        database_connections: 2,
        database_start_timeout: Duration::from_secs(30),
    };
    let url = url.into();
    let (mut registry, faults) = (Registry::default(), Faults::off());
    let opened = db::postgres(&config, &url, &[], &mut registry, &faults).await;
    opened.expect("a database").1
}

async fn rows(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM things");
    count.fetch_one(pool).await.expect("a number")
}

#[tokio::test]
async fn each_has_its_own_tables() {
    let mut server = Postgres::start().await.expect("a server");
    let url = server.database("shared").await.expect("a database");
    // At once, as the services of a company start.
    let (kitchen, garage) = tokio::join!(open(&url, Some("kitchen")), open(&url, Some("garage")));
    for pool in [&kitchen, &garage] {
        let made = sqlx::query("CREATE TABLE things (id int)").execute(pool);
        made.await.expect("is not there yet");
    }
    let insert = sqlx::query("INSERT INTO things VALUES (1)").execute(&kitchen);
    insert.await.expect("is stored");
    assert_eq!((rows(&kitchen).await, rows(&garage).await), (1, 0));
    assert_eq!(
        rows(&open(&url, Some("kitchen")).await).await,
        1,
        "it is found again"
    );
    let outside = open(&url, None).await;
    let none = sqlx::query("SELECT * FROM things").execute(&outside).await;
    assert!(none.is_err(), "the user's own schema is left alone");
    server.stop().await.expect("stops");
}
