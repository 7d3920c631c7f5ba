//! Storing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::{Fixture, given, history};

pub(super) async fn batches_of_any_size_are_stored_whole(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    assert_eq!(store.store(&[]).await?, [true; 0]);
    let mut begin = 0;
    for size in [1, 2, 3, 7, 64, 127, 128, 129, 255, 512, 1000] {
        let batch = given::drive("Van", begin..begin + size);
        let stored = store.store(&batch).await?;
        assert_eq!(stored, vec![true; batch.len()], "{size}");
        begin += size;
    }
    let all: Vec<_> = (0..begin).collect();
    assert_eq!(given::seconds(&history(&**store, "Van").await?), all);
    Ok(())
}

pub(super) async fn a_position_is_stored_once(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let first = [
        given::seen("a", 1),
        given::seen("b", 1),
        given::seen("a", 2),
    ];
    assert_eq!(store.store(&first).await?, [true; 3]);
    let second = [
        given::seen("b", 2),
        given::seen("a", 2),
        given::seen("a", 3),
        given::seen("b", 1),
        given::seen("a", 3),
    ];
    let stored = store.store(&second).await?;
    assert_eq!(stored, [true, false, true, false, false]);
    assert_eq!(store.store(&second).await?, [false; 5]);
    assert_eq!(given::seconds(&history(&**store, "a").await?), [1, 2, 3]);
    assert_eq!(given::seconds(&history(&**store, "b").await?), [1, 2]);
    Ok(())
}

pub(super) async fn of_two_at_one_moment_the_first_is_stored(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let (first, mut second) = (given::seen("a", 1), given::seen("a", 1));
    second.position.x += 1.0;
    assert_eq!(store.store(&[first, second]).await?, [true, false]);
    assert_eq!(store.store(&[second]).await?, [false]);
    assert_eq!(history(&**store, "a").await?, [first.position]);
    assert_eq!(store.newest().await?[0].position, first.position);
    Ok(())
}

pub(super) async fn the_newest_is_the_newest_whatever_comes_last(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    store
        .store(&[
            given::seen("b", 3),
            given::seen("a", 9),
            given::seen("b", 5),
            given::seen("b", 4),
        ])
        .await?;
    store
        .store(&[given::seen("a", 8), given::seen("b", 2)])
        .await?;
    let mut newest = store.newest().await?;
    newest.sort_by(|a, b| a.name.cmp(&b.name));
    let newest: Vec<_> = newest
        .into_iter()
        .map(|vehicle| (vehicle.name, vehicle.position))
        .collect();
    let expected = [("a", 9), ("b", 5)]
        .map(|(name, second)| (name.to_owned(), given::seen(name, second).position));
    assert_eq!(newest, expected);
    Ok(())
}

pub(super) async fn a_batch_that_is_given_up_is_stored_whole_or_not_at_all(
    fixture: Fixture,
) -> Result<()> {
    for (round, patience) in [0, 100, 300, 1_000, 3_000, 10_000].into_iter().enumerate() {
        let name = format!("Van {round}");
        let (store, vehicle) = (Arc::clone(&fixture.store), name.clone());
        let writing = async move { store.store(&given::drive(&vehicle, 0..500)).await };
        let _ = tokio::time::timeout(Duration::from_micros(patience), writing).await;
        // What was begun is at its end, one way or the other, before another is stored.
        fixture.store.store(&[given::seen("Other", 0)]).await?;
        let stored = history(&*fixture.store, &name).await?.len();
        assert!(stored == 0 || stored == 500, "{stored} of a batch");
        let known = fixture.store.newest().await?;
        let is_known = known.iter().any(|vehicle| vehicle.name == name);
        assert_eq!(is_known, stored == 500);
    }
    Ok(())
}

pub(super) async fn what_was_stored_is_there_after_a_restart(fixture: Fixture) -> Result<()> {
    fixture.store.store(&given::drive("Van", 0..10)).await?;
    let before = history(&*fixture.store, "Van").await?;
    let second = fixture.another().await?;
    assert_eq!(history(&*second, "Van").await?, before);
    assert_eq!(second.newest().await?, fixture.store.newest().await?);
    Ok(())
}
