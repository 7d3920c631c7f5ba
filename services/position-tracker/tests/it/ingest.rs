//! What becomes of positions that come in.

use anyhow::Result;
use chassis::queue::{Refusal, Settlement};
use contracts::VehiclePosition;
use time::{Duration, OffsetDateTime};

use crate::app::{TestApp, a_minute_ago, seen};
use crate::unreliable::{Mood, POISON};

const DEAD: Settlement = Settlement::Dead(Refusal("invalid_position"));

const REASONS: [&str; 5] = [
    "duplicate",
    "out_of_order",
    "from_the_future",
    "invalid",
    "too_many_vehicles",
];

/// Stored, then ignored by each of [`REASONS`].
fn counts(app: &TestApp) -> Result<[u64; 6]> {
    let mut counts = [0; 6];
    counts[0] = app
        .metric("vehicle_positions_stored_total")?
        .to_string()
        .parse()?;
    for (count, reason) in counts[1..].iter_mut().zip(REASONS) {
        let sample = format!("vehicle_positions_ignored_total{{reason=\"{reason}\"}}");
        *count = app.metric(&sample)?.to_string().parse()?;
    }
    Ok(counts)
}

#[tokio::test]
async fn every_count_is_there_from_the_start() -> Result<()> {
    let app = TestApp::start().await?;
    assert_eq!(counts(&app)?, [0; 6]);
    for sample in [
        "vehicle_position_age_seconds",
        "vehicles_known",
        "vehicle_stream_clients",
        "vehicle_stream_dropped_clients_total",
        "vehicle_history_pruned_total",
    ] {
        assert_eq!(app.metric(sample)?.to_string(), "0", "{sample}");
    }
    Ok(())
}

#[tokio::test]
async fn a_batch_that_comes_again_changes_nothing() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let batch: Vec<_> = (0..300)
        .map(|n| {
            seen(
                &format!("Van {}", n % 3),
                begin + Duration::milliseconds(n),
                n as f64,
            )
        })
        .collect();
    assert_eq!(app.handle(&batch).await?, [Settlement::Done; 300]);
    let before = app.vehicles().await?.body;
    assert_eq!(app.handle(&batch).await?, [Settlement::Done; 300]);
    assert_eq!(app.vehicles().await?.body, before);
    assert_eq!(app.history("Van%201", "limit=1000").await?.xs().len(), 100);
    assert_eq!(counts(&app)?, [300, 300, 0, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn of_two_at_one_moment_the_first_stays() -> Result<()> {
    let app = TestApp::start().await?;
    let at = a_minute_ago();
    let finer = at + Duration::nanoseconds(999);
    app.handle(&[seen("Van", at, 1.0), seen("Van", finer, 2.0)])
        .await?;
    app.handle(&[seen("Van", at, 3.0)]).await?;
    assert_eq!(app.history("Van", "").await?.xs(), [1.0]);
    assert_eq!(app.vehicle("Van").await?.body["position"]["x"], 1.0);
    assert_eq!(counts(&app)?, [1, 2, 0, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn what_is_out_of_order_is_history_and_not_news() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let at = |n| seen("Van", begin + Duration::seconds(n), n as f64);
    app.handle(&[at(5), at(3), at(6), at(4)]).await?;
    app.handle(&[at(1)]).await?;
    assert_eq!(app.vehicle("Van").await?.body["position"]["x"], 6.0);
    assert_eq!(
        app.history("Van", "").await?.xs(),
        [1.0, 3.0, 4.0, 5.0, 6.0]
    );
    assert_eq!(counts(&app)?, [5, 0, 3, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn what_is_older_than_history_is_ignored() -> Result<()> {
    let app = TestApp::with(&["--history-retention=1h"]).await?;
    let old = a_minute_ago() - Duration::hours(1);
    let settled = app.handle(&[seen("Van", old, 1.0)]).await?;
    assert_eq!(settled, [Settlement::Done]);
    app.vehicle("Van").await?.expect(404);
    assert_eq!(counts(&app)?, [0, 0, 1, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn the_future_is_ignored() -> Result<()> {
    let app = TestApp::start().await?;
    let now = OffsetDateTime::now_utc();
    let (soon, later) = (now + Duration::seconds(2), now + Duration::minutes(1));
    let settled = app
        .handle(&[seen("Van", later, 1.0), seen("Van", soon, 2.0)])
        .await?;
    assert_eq!(settled, [Settlement::Done; 2]);
    assert_eq!(app.history("Van", "").await?.xs(), [2.0]);
    assert_eq!(counts(&app)?, [1, 0, 0, 1, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn garbage_is_a_dead_letter_and_holds_up_nothing() -> Result<()> {
    let app = TestApp::start().await?;
    let at = a_minute_ago();
    let mut batch: Vec<VehiclePosition> = ["", "line\nbreak", &"x".repeat(101), "Far", "Van"]
        .map(|name| seen(name, at, 1.0))
        .into();
    batch[3].position.x = 1e9;
    let settled = app.handle(&batch).await?;
    assert_eq!(settled, [DEAD, DEAD, DEAD, DEAD, Settlement::Done]);
    assert_eq!(app.metric("vehicles_known")?.to_string(), "1");
    assert_eq!(counts(&app)?, [1, 0, 0, 0, 4, 0]);
    Ok(())
}

#[tokio::test]
async fn one_vehicle_too_many_is_ignored_and_the_known_are_not() -> Result<()> {
    let app = TestApp::with(&["--vehicle-limit=2"]).await?;
    let begin = a_minute_ago();
    let round = |second| {
        let at = begin + Duration::seconds(second);
        ["a", "b", "a", "c"].map(|name| seen(name, at, second as f64))
    };
    let settled = app.handle(&round(1)).await?;
    assert_eq!(settled, [Settlement::Done; 4]);
    assert_eq!(counts(&app)?, [2, 1, 0, 0, 0, 1]);
    app.handle(&round(2)).await?;
    assert_eq!(counts(&app)?, [4, 2, 0, 0, 0, 2]);
    app.vehicle("b").await?.expect(200);
    app.vehicle("c").await?.expect(404);
    Ok(())
}

#[tokio::test]
async fn an_outage_holds_a_batch_up_and_counts_nothing() -> Result<()> {
    let app = TestApp::start().await?;
    let batch = [
        seen("Van", a_minute_ago(), 1.0),
        seen("", a_minute_ago(), 1.0),
    ];
    app.store.be(Mood::Down);
    for _ in 0..2 {
        assert!(app.handle(&batch).await.is_err());
    }
    assert_eq!(counts(&app)?, [0; 6]);
    app.vehicle("Van").await?.expect(404);
    app.store.be(Mood::Well);
    assert_eq!(app.handle(&batch).await?, [Settlement::Done, DEAD]);
    assert_eq!(counts(&app)?, [1, 0, 0, 0, 1, 0]);
    Ok(())
}

#[tokio::test]
async fn what_an_unheard_commit_stored_is_known_after_the_next_try() -> Result<()> {
    let app = TestApp::start().await?;
    let batch = [seen("Van", a_minute_ago(), 1.0)];
    app.store.be(Mood::Forgetful);
    assert!(app.handle(&batch).await.is_err());
    app.store.be(Mood::Well);
    app.handle(&batch).await?;
    app.vehicle("Van").await?.expect(200);
    assert_eq!(app.history("Van", "").await?.xs(), [1.0]);
    assert_eq!(counts(&app)?, [1, 0, 0, 0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn what_the_database_refuses_is_a_dead_letter_alone() -> Result<()> {
    let app = TestApp::start().await?;
    let begin = a_minute_ago();
    let settled = app
        .handle(&[
            seen("a", begin, 1.0),
            seen("", begin, 1.0),
            seen(POISON, begin, 2.0),
            seen("b", begin, 3.0),
        ])
        .await?;
    let done = Settlement::Done;
    assert_eq!(settled, [done, DEAD, DEAD, done]);
    app.vehicle("a").await?.expect(200);
    app.vehicle("b").await?.expect(200);
    app.vehicle(POISON).await?.expect(404);
    assert_eq!(counts(&app)?, [2, 0, 0, 0, 2, 0]);
    Ok(())
}
