use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio::time::Instant;

use super::*;

const SOON: Duration = Duration::from_secs(5);

struct Company {
    streams: Streams,
    metrics: StreamMetrics,
    stop: Stop,
}

fn streams(limit: u32) -> Company {
    let (metrics, stop) = (StreamMetrics::default(), Stop::new());
    Company {
        streams: Streams::start(limit, metrics.clone(), &stop),
        metrics,
        stop,
    }
}

fn event(n: usize) -> Bytes {
    Bytes::from(n.to_string())
}

async fn next(
    stream: &mut (impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Unpin),
) -> Option<Bytes> {
    let next = tokio::time::timeout(SOON, stream.next()).await;
    next.expect("in time").map(|Ok(bytes)| bytes)
}

macro_rules! listen {
    ($company:expr) => {
        Box::pin(
            $company
                .streams
                .join(None)
                .expect("a place")
                .bytes(Bytes::from_static(b"hello")),
        )
    };
}

#[tokio::test]
async fn every_client_hears_all_that_comes_after_it() {
    let company = streams(8);
    let mut first = listen!(company);
    company.streams.publish(|| event(1));
    let mut second = listen!(company);
    company.streams.publish(|| event(2));
    for expected in ["hello", "1", "2"] {
        assert_eq!(next(&mut first).await.expect("an event"), expected);
    }
    for expected in ["hello", "2"] {
        assert_eq!(next(&mut second).await.expect("an event"), expected);
    }
    assert_eq!(company.metrics.clients.get(), 2);
    drop(first);
    assert_eq!(company.metrics.clients.get(), 1);
}

#[tokio::test]
async fn an_event_that_nobody_hears_is_not_made() {
    let company = streams(8);
    company.streams.publish(|| unreachable!("nobody listens"));
    drop(listen!(company));
    company.streams.publish(|| event(1));
    company
        .streams
        .publish(|| unreachable!("the one who listened is gone"));
}

#[tokio::test]
async fn a_slow_reader_is_dropped_and_nobody_else_is() {
    let company = streams(8);
    let (mut slow, mut quick) = (listen!(company), listen!(company));
    assert_eq!(next(&mut quick).await.expect("hello"), "hello");
    for n in 0..=MOST_WAITING {
        assert_eq!(company.metrics.dropped.get(), 0, "before event {n}");
        company.streams.publish(|| event(n));
        assert_eq!(next(&mut quick).await.expect("an event"), event(n));
    }
    assert_eq!(company.metrics.dropped.get(), 1);
    company.streams.publish(|| event(1000));
    assert_eq!(next(&mut quick).await.expect("an event"), "1000");

    assert_eq!(next(&mut slow).await.expect("hello"), "hello");
    for n in 0..MOST_WAITING {
        assert_eq!(next(&mut slow).await.expect("what waited"), event(n));
    }
    assert_eq!(next(&mut slow).await, None, "there is no gap, but an end");
    assert_eq!(company.metrics.dropped.get(), 1, "dropped once");
}

#[tokio::test]
async fn a_place_is_free_again_when_its_client_has_gone() {
    let company = streams(2);
    let (first, _second) = (listen!(company), listen!(company));
    let third = company.streams.join(None);
    assert_eq!(third.err(), Some(NoStream::TooMany));
    drop(first);
    assert!(company.streams.join(None).is_ok());
}

#[tokio::test]
async fn the_stop_ends_all_streams_at_once() {
    let company = streams(8);
    let mut reading = listen!(company);
    assert_eq!(next(&mut reading).await.expect("hello"), "hello");
    company.stop.request();
    assert_eq!(next(&mut reading).await, None);
    assert_eq!(company.streams.join(None).err(), Some(NoStream::Stopping));
    drop(reading);
    assert!(company.stop.finished(SOON).await);
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_shows_that_it_lives() {
    let company = streams(8);
    let mut reading = listen!(company);
    let begin = Instant::now();
    let mut first = reading.next().await;
    for _ in 0..3 {
        assert_eq!(first.expect("lives").map(|_| ()), Ok(()));
        first = reading.next().await;
    }
    assert_eq!(first, Some(Ok(HEARTBEAT)));
    assert_eq!(begin.elapsed().as_secs(), 3 * listener::SILENCE.as_secs());
}
