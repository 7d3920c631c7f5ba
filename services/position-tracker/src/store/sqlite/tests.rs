use sqlx::AssertSqlSafe;

use super::*;

async fn plan(pool: &SqlitePool, query: &str) -> Result<Vec<String>, sqlx::Error> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(pool).await?;
    Ok(steps.into_iter().map(|step| step.3).collect())
}

/// All must cost the same however long the history is: ranges of keys, nothing sorted, and no table
/// read from end to end.
#[tokio::test]
async fn no_query_reads_more_than_it_needs() -> Result<(), sqlx::Error> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    sqlx::migrate!("migrations/sqlite").run(&pool).await?;
    for (query, range) in [
        (
            HISTORY,
            "SEARCH positions USING PRIMARY KEY (vehicle_id=? AND at>?)",
        ),
        (CUT, "SEARCH positions USING PRIMARY KEY (vehicle_id=?)"),
        (
            PRUNE,
            "SEARCH positions USING PRIMARY KEY (vehicle_id=? AND at<?)",
        ),
        (FORGET, "SEARCH positions USING PRIMARY KEY (vehicle_id=?)"),
    ] {
        let steps = plan(&pool, query).await?;
        assert!(steps.iter().any(|step| step == range), "{query}: {steps:?}");
        for step in &steps {
            assert!(!step.contains("TEMP B-TREE"), "{query}: {steps:?}");
            assert!(!step.contains("SCAN positions"), "{query}: {steps:?}");
        }
    }
    Ok(())
}
