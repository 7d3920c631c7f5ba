//! The whole service, as a process, on a queue file that the test shares with it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use company_tests::until;
use uuid::Uuid;

mod company;
mod heard;
mod program;
mod traces;

use company::Company;

/// A debug build on a busy machine drives a trip within this.
const LIMIT: Duration = Duration::from_secs(90);

#[tokio::test]
async fn orders_are_dispatched_and_delivered_once_each() -> Result<()> {
    let mut company = Company::open(&[]).await?;
    company.start().await?;
    let ids = company.place(300).await?;
    let heard = company.delivered(&ids, LIMIT).await?;
    heard.assert_each_once(&ids);
    heard.assert_positions_without_gaps(company.vehicles());
    let trips = heard.trips();
    until("all vans are back, and said so", LIMIT, async || {
        let back = company.metric("vehicle_trips_completed_total").await?;
        let gone = company.metric("vehicle_trips_started_total").await?;
        (back >= trips.len() as f64 && (back - gone).abs() < 0.5).then_some(())
    })
    .await?;
    assert_eq!(company.metric("simulator_orders_waiting").await, Some(0.0));
    assert_eq!(
        company.metric("vehicles{state=\"driving\"}").await,
        Some(0.0)
    );
    assert_eq!(
        company.metric("vehicle_positions_dropped_total").await,
        Some(0.0)
    );
    company.end().await
}

#[tokio::test]
async fn a_repeated_order_is_counted_and_not_driven_again() -> Result<()> {
    let mut company = Company::open(&[]).await?;
    company.start().await?;
    let ids = company.place(20).await?;
    company.place_again(&ids).await?;
    company.delivered(&ids, LIMIT).await?;
    company.place_again(&ids).await?;
    until("the repetitions are ignored", LIMIT, async || {
        let ignored = company
            .metric("simulator_orders_ignored_total{reason=\"duplicate\"}")
            .await;
        (ignored == Some(40.0)).then_some(())
    })
    .await?;
    // Whatever is driven now comes after the repetitions.
    let more = company.place(1).await?;
    let heard = company.delivered(&more, LIMIT).await?;
    heard.assert_each_once(&[ids, more].concat());
    company.end().await
}

/// Killed twice: while orders come in and vans leave, and while they are on the road.
#[tokio::test]
async fn a_process_that_is_killed_loses_and_doubles_nothing() -> Result<()> {
    // Trips of some seconds, so that the second process finds them on the road.
    let mut company = Company::open(&["--time-factor=300"]).await?;
    company.start().await?;
    let mut ids = company.place(150).await?;
    until("a van has left", LIMIT, async || {
        (!company.heard().trips().is_empty()).then_some(())
    })
    .await?;
    ids.extend(company.place(150).await?);
    company.kill().await?;
    let before = company.heard().trips();
    company.start().await?;
    until("one more van has left", LIMIT, async || {
        (company.heard().trips().len() > before.len()).then_some(())
    })
    .await?;
    company.kill().await?;
    ids.extend(company.place(50).await?);
    company.start().await?;
    let heard = company.delivered(&ids, LIMIT).await?;
    heard.assert_each_once(&ids);
    heard.assert_positions_agree();
    assert!(
        before.is_subset(&heard.trips()),
        "{before:?} {:?}",
        heard.trips()
    );
    company.end().await
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_trip_does_not_end_it() -> Result<()> {
    let mut company = Company::open(&["--time-factor=300", "--vehicles=1"]).await?;
    company.start().await?;
    let ids = company.place(100).await?;
    let on_the_way = |ids: BTreeSet<Uuid>| !ids.is_empty() && ids.len() < 100;
    until("some orders are delivered", LIMIT, async || {
        on_the_way(company.heard().delivered()).then_some(())
    })
    .await?;
    company.end().await?;
    company.start().await?;
    let heard = company.delivered(&ids, LIMIT).await?;
    heard.assert_each_once(&ids);
    heard.assert_positions_agree();
    company.end().await
}

#[tokio::test]
async fn while_the_queue_is_gone_vans_drive_on_and_all_is_told_later() -> Result<()> {
    let mut company = Company::open(&[]).await?;
    company.start().await?;
    let mut ids = company.place(100).await?;
    until("positions come", LIMIT, async || {
        (company.heard().positions() > 0).then_some(())
    })
    .await?;
    company.break_queue(8).await?;
    ids.extend(company.place(100).await?);
    let during = company.heard().positions();
    until("the queue is seen to be gone", LIMIT, async || {
        (company.metric("messaging_queue_up").await == Some(0.0)).then_some(())
    })
    .await?;
    let heard = company.delivered(&ids, LIMIT).await?;
    heard.assert_each_once(&ids);
    until("the positions are made up for", LIMIT, async || {
        (company.heard().positions() > during + 8 * 10).then_some(())
    })
    .await?;
    company
        .heard()
        .assert_positions_without_gaps(company.vehicles());
    assert_eq!(
        company.metric("vehicle_positions_dropped_total").await,
        Some(0.0)
    );
    company.end().await
}

#[tokio::test]
async fn every_metric_of_the_rules_is_there_from_the_start() -> Result<()> {
    let mut company = Company::open(&[]).await?;
    company.start().await?;
    for sample in [
        "vehicle_trips_started_total",
        "vehicle_trips_completed_total",
        "vehicle_positions_dropped_total",
        "simulator_orders_waiting",
        "simulator_orders_ignored_total{reason=\"duplicate\"}",
        "vehicles{state=\"driving\"}",
    ] {
        assert_eq!(company.metric(sample).await, Some(0.0), "{sample}");
    }
    let vans = company.vehicles() as f64;
    until("the vans are counted", LIMIT, async || {
        let waiting = company.metric("vehicles{state=\"waiting\"}").await?;
        ((waiting - vans).abs() < 0.5).then_some(())
    })
    .await?;
    company.end().await
}
