//! An order's trace goes on with its trip.

use anyhow::{Context as _, Result};
use company_tests::collector::{Collector, attribute};
use company_tests::until;

use super::LIMIT;
use super::company::Company;

const ONE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TWO: &str = "00-1af7651916cd43dd8448eb211c80319d-c7ad6b7169203332-01";

#[tokio::test]
async fn a_trip_is_in_the_trace_of_its_first_order_and_names_the_others() -> Result<()> {
    let collector = Collector::start().await?;
    let mut company = Company::open(&[]).await?;
    company.export_to(collector.endpoint());
    let mut ids = vec![
        company.place_traced(ONE).await?,
        company.place_traced(TWO).await?,
    ];
    ids.extend(company.place(10).await?);
    company.start().await?;
    company.delivered(&ids, LIMIT).await?;
    let spans = until("the last announcement is exported", LIMIT, async || {
        let spans = collector.spans();
        spans
            .iter()
            .any(|span| span.name == "publish orders.delivered")
            .then_some(spans)
    })
    .await?;
    let named = |name: &str| {
        let found = spans.iter().filter(|span| span.name == name);
        found.collect::<Vec<_>>()
    };
    let trips = named("trip");
    assert_eq!(trips.len(), 1, "all orders are on one trip, and one only");
    let trip = trips[0];
    let consumed = named("process order.placed");
    assert_eq!(consumed.len(), 2, "the others are not sampled");
    let parent = consumed
        .iter()
        .find(|span| span.span_id == trip.parent_span_id);
    let parent = parent.context("the trip is a child of an order's consumer span")?;
    assert_eq!(trip.trace_id, parent.trace_id);
    let other = consumed.iter().find(|span| span.span_id != parent.span_id);
    assert_eq!(trip.links.len(), 1);
    assert_eq!(
        Some(&trip.links[0].span_id),
        other.map(|span| &span.span_id)
    );
    assert_eq!(attribute(&trip.attributes, "vehicle.name"), "City Truck");
    assert_eq!(attribute(&trip.attributes, "vehicle.trip.orders"), "12");
    assert!(
        trip.end_time_unix_nano > trip.start_time_unix_nano + 100_000_000,
        "as long as it takes"
    );

    let stored = named("store_trip");
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].parent_span_id, trip.span_id);
    for name in [
        "publish orders.dispatched",
        "publish orders.delivered",
        "publish vehicle.position",
    ] {
        let published = named(name);
        assert!(!published.is_empty(), "no {name}");
        assert!(
            published
                .iter()
                .all(|span| span.parent_span_id == trip.span_id),
            "{name}"
        );
    }
    // The service's own rounds begin no traces.
    assert!(
        spans.iter().all(|span| span.trace_id == trip.trace_id
            || other.is_some_and(|other| span.trace_id == other.trace_id)),
        "{spans:?}"
    );
    let heard = company.heard();
    assert!(
        heard.traced_positions < heard.positions(),
        "not each position is traced"
    );
    company.end().await
}
