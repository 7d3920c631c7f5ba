use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use super::*;

/// A source that takes its time, and fails as often as told.
#[derive(Clone, Debug, Default)]
struct Scripted {
    takes: Duration,
    failures: usize,
    miss: Option<Miss>,
    calls: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl Source for Scripted {
    async fn sticker(&self, number: u16) -> Result<Sticker, Miss> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let _running = Running::begin(self);
        tokio::time::sleep(self.takes).await;
        if call < self.failures {
            return Err(self.miss.unwrap_or(Miss::Failed));
        }
        Ok(Sticker {
            id: number,
            name: format!("number {number}"),
        })
    }
}

/// A call that is under way.
struct Running<'a>(&'a Scripted);

impl<'a> Running<'a> {
    fn begin(source: &'a Scripted) -> Self {
        let running = source.running.fetch_add(1, Ordering::Relaxed) + 1;
        source.most.fetch_max(running, Ordering::Relaxed);
        Self(source)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Scripted {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

fn stickers(source: &Scripted) -> (Stickers, StickerMetrics) {
    let metrics = StickerMetrics::register(&mut Registry::default());
    (Stickers::new(source.clone(), metrics.clone()), metrics)
}

/// Given, and gone without: for a timeout, an error, an open circuit.
fn counts(metrics: &StickerMetrics) -> [u64; 4] {
    let all = [
        &metrics.given,
        &metrics.timeout,
        &metrics.error,
        &metrics.circuit_open,
    ];
    all.map(Counter::get)
}

#[test]
fn every_number_comes_and_an_order_s_stays_the_same() {
    let numbers: std::collections::BTreeSet<u16> =
        (0..20_000).map(|_| number(Uuid::now_v7())).collect();
    assert_eq!(numbers.first(), Some(&1));
    assert_eq!(numbers.last(), Some(&LAST_NUMBER));
    assert_eq!(numbers.len(), usize::from(LAST_NUMBER));
    let order = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    assert_eq!(number(order), 86, "in every version of this service");
}

#[tokio::test(start_paused = true)]
async fn a_fast_failure_is_tried_again_once() {
    for (failures, given) in [(1, true), (2, false)] {
        let source = Scripted {
            failures,
            ..Scripted::default()
        };
        let (stickers, metrics) = stickers(&source);
        assert_eq!(stickers.give(Uuid::now_v7()).await.is_some(), given);
        assert_eq!(source.calls(), 2);
        assert_eq!(
            counts(&metrics),
            if given { [1, 0, 0, 0] } else { [0, 0, 1, 0] }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_failure_and_an_answer_are_not_tried_again() {
    for (takes, miss) in [(FAST, Miss::Failed), (Duration::ZERO, Miss::Absent)] {
        let source = Scripted {
            takes,
            failures: 1,
            miss: Some(miss),
            ..Scripted::default()
        };
        let (stickers, metrics) = stickers(&source);
        assert_eq!(stickers.give(Uuid::now_v7()).await, None);
        assert_eq!(source.calls(), 1, "{miss:?}");
        assert_eq!(counts(&metrics), [0, 0, 1, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn no_order_waits_longer_than_the_limit() {
    let source = Scripted {
        takes: Duration::from_mins(1),
        ..Scripted::default()
    };
    let (stickers, metrics) = stickers(&source);
    // More than may call at once: those wait too, and no longer.
    let start = Instant::now();
    let orders = (0..MOST_CALLS * 2).map(|_| stickers.give(Uuid::now_v7()));
    let given = futures::future::join_all(orders).await;
    assert!(given.iter().all(Option::is_none));
    assert_eq!(start.elapsed(), LIMIT);
    assert_eq!(source.most.load(Ordering::Relaxed), MOST_CALLS);
    assert_eq!(counts(&metrics), [0, 2 * MOST_CALLS as u64, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_left_alone_and_found_again() {
    let failures = 2 * breaker::MINIMUM as usize;
    let source = Scripted {
        failures,
        ..Scripted::default()
    };
    let (stickers, metrics) = stickers(&source);
    for _ in 0..breaker::MINIMUM {
        assert_eq!(stickers.give(Uuid::now_v7()).await, None);
    }
    assert_eq!(source.calls(), failures, "each tried twice");
    let before = Instant::now();
    for _ in 0..100 {
        assert_eq!(stickers.give(Uuid::now_v7()).await, None);
    }
    assert_eq!(before.elapsed(), Duration::ZERO, "nobody waits");
    assert_eq!(source.calls(), failures, "nor asks");
    tokio::time::advance(breaker::REST).await;
    assert!(stickers.give(Uuid::now_v7()).await.is_some());
    let errors = u64::from(breaker::MINIMUM);
    assert_eq!(counts(&metrics), [1, 0, errors, 100]);
}
