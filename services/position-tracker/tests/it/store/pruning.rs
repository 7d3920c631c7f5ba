//! Deleting.

use anyhow::Result;
use position_tracker::store::Pruning;
use time::{Duration, OffsetDateTime};

use super::{Fixture, given, history};

/// What nothing is beyond.
const NOTHING: Pruning = Pruning {
    before: OffsetDateTime::UNIX_EPOCH,
    keep: 1_000_000,
    most: 1_000_000,
};

fn before(second: i64) -> OffsetDateTime {
    given::BEGIN + Duration::seconds(second)
}

pub(super) async fn only_the_newest_so_many_are_kept(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store.store(&given::drive("a", 0..10)).await?;
    store.store(&given::drive("b", 0..10)).await?;
    for (keep, pruned, left) in [
        (11, 0, 0..10),
        (10, 0, 0..10),
        (3, 7, 7..10),
        (3, 0, 7..10),
        (1, 2, 9..10),
    ] {
        let pruning = Pruning { keep, ..NOTHING };
        assert_eq!(store.prune("a", pruning).await?, pruned, "{keep}");
        let left: Vec<_> = left.collect();
        assert_eq!(given::seconds(&history(&**store, "a").await?), left);
    }
    assert_eq!(history(&**store, "b").await?.len(), 10, "not the other's");
    Ok(())
}

pub(super) async fn what_is_older_goes_a_few_at_a_time(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store.store(&given::drive("a", 0..10)).await?;
    let pruning = Pruning {
        before: before(7),
        most: 3,
        ..NOTHING
    };
    for (pruned, first) in [(3, 3), (3, 6), (1, 7), (0, 7)] {
        assert_eq!(store.prune("a", pruning).await?, pruned);
        let left: Vec<_> = (first..10).collect();
        assert_eq!(given::seconds(&history(&**store, "a").await?), left);
    }
    let newest = store.newest().await?;
    assert_eq!(newest[0].position, given::seen("a", 9).position);
    Ok(())
}

pub(super) async fn nothing_goes_where_nothing_is_too_old(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store.store(&given::drive("a", 0..10)).await?;
    assert_eq!(store.prune("a", NOTHING).await?, 0);
    assert_eq!(store.prune("Nobody", NOTHING).await?, 0);
    let all = Pruning {
        before: before(1000),
        ..NOTHING
    };
    assert_eq!(store.prune("a", all).await?, 10);
    assert_eq!(store.prune("a", all).await?, 0);
    assert_eq!(store.newest().await?.len(), 1, "where it was last is known");
    Ok(())
}

pub(super) async fn a_vehicle_without_history_is_forgotten(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    for vehicle in ["a", "b", "c"] {
        store.store(&given::drive(vehicle, 0..3)).await?;
    }
    store.store(&[given::seen("c", 5)]).await?;
    let all = Pruning {
        before: before(3),
        ..NOTHING
    };
    for vehicle in ["a", "c"] {
        assert_eq!(store.prune(vehicle, all).await?, 3);
    }
    assert_eq!(store.forget(before(2)).await?, [""; 0]);
    assert_eq!(store.forget(before(3)).await?, ["a"]);
    let mut left: Vec<_> = store
        .newest()
        .await?
        .into_iter()
        .map(|one| one.name)
        .collect();
    left.sort();
    assert_eq!(left, ["b", "c"]);
    assert_eq!(store.store(&[given::seen("a", 7)]).await?, [true], "again");
    Ok(())
}

/// What is deleted makes room for what comes: ten years of a van take no more than its limit does.
pub(super) async fn a_database_does_not_grow_for_ever(fixture: Fixture) -> Result<()> {
    const ROUND: i64 = 4_000;
    let store = &fixture.store;
    let pruning = Pruning {
        keep: 1_000,
        ..NOTHING
    };
    let mut sizes = Vec::new();
    for round in 0..8 {
        for batch in given::drive("Van", round * ROUND..(round + 1) * ROUND).chunks(500) {
            store.store(batch).await?;
        }
        store.prune("Van", pruning).await?;
        sizes.extend(fixture.pages().await?);
    }
    assert_eq!(history(&**store, "Van").await?.len(), 1_000);
    if let (Some(early), Some(late)) = (sizes.get(2), sizes.last()) {
        assert!(*early > 20, "it holds something: {sizes:?}");
        assert!(*late <= early + early / 4, "it grows: {sizes:?}");
    }
    Ok(())
}
