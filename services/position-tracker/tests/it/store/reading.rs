//! Reading positions back.

use anyhow::Result;
use contracts::Position;
use position_tracker::sighting::Sighting;
use position_tracker::store::Page;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Fixture, given, history};

/// To the last bit: what a client is told must not change with a restart.
pub(super) async fn a_position_is_read_as_it_was_written(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let numbers = [
        0.1,
        f64::MIN_POSITIVE,
        std::f64::consts::PI,
        0.1 + 0.2,
        99_999.999_999_999_99,
        1e-300,
        123_456.789_012_345_67,
        5e-324,
    ];
    let name = "Zoë \u{1f355} O'Hara \"; DROP TABLE vehicles; -- %s ${x} \\";
    let sightings: Vec<_> = numbers
        .into_iter()
        .zip(0_u32..)
        .map(|(number, n)| Sighting {
            vehicle: name,
            position: Position {
                x: number,
                y: -number,
                heading: number % 360.0,
                speed: number % 500.0,
                trip_id: (n % 2 == 0).then(|| Uuid::from_u128(u128::MAX - u128::from(n))),
                at: given::BEGIN + Duration::microseconds(n.into()),
            },
        })
        .collect();
    store.store(&sightings).await?;
    let written: Vec<_> = sightings.iter().map(|one| one.position).collect();
    assert_eq!(history(&**store, name).await?, written);
    let newest = store.newest().await?;
    assert_eq!(newest.len(), 1);
    assert_eq!(newest[0].name, name);
    assert_eq!(Some(&newest[0].position), written.last());
    Ok(())
}

pub(super) async fn pages_go_on_where_the_last_one_ended(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store.store(&given::drive("a", 0..10)).await?;
    store.store(&given::drive("b", 100..110)).await?;
    let page = async |vehicle, second, limit| {
        let page = Page {
            vehicle,
            since: given::BEGIN + Duration::seconds(second),
            limit,
        };
        let positions = store.history(page).await?;
        anyhow::Ok(given::seconds(&positions))
    };
    assert_eq!(page("a", 0, 3).await?, [0, 1, 2]);
    assert_eq!(page("a", 7, 3).await?, [7, 8, 9]);
    assert_eq!(page("a", 8, 3).await?, [8, 9]);
    assert_eq!(page("a", 10, 3).await?, [0; 0]);
    assert_eq!(page("b", -1000, 2).await?, [100, 101]);
    Ok(())
}

pub(super) async fn a_vehicle_that_is_not_known_has_no_history(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    assert_eq!(store.newest().await?, []);
    assert_eq!(history(&**store, "Nobody").await?, []);
    let far = [
        OffsetDateTime::UNIX_EPOCH,
        given::BEGIN + Duration::days(2_900_000),
    ];
    for since in far {
        let page = Page {
            vehicle: "Nobody",
            since,
            limit: 1,
        };
        assert_eq!(store.history(page).await?, []);
    }
    Ok(())
}
