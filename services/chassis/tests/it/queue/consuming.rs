//! What a consumer can rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use chassis::faults::{Fault, Kind};
use chassis::queue::Busy;
use company_tests::until;
use tokio::sync::Semaphore;

use super::fixture::Fixture;
use super::service::{DEADLINE, Recorder, done};

const TTL: Duration = Duration::from_mins(1);

pub(super) async fn a_batch_is_no_larger_than_asked(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    service.publish(0..100).await?;
    let recorder = Recorder::new();
    service.consume_by(&recorder, 7);
    recorder.has(100).await?;
    service.stop().await?;
    let sizes: Vec<_> = recorder.batches().iter().map(Vec::len).collect();
    assert!(sizes.iter().all(|size| (1..=7).contains(size)), "{sizes:?}");
    assert!(
        sizes.iter().any(|size| *size > 1),
        "messages are handled together: {sizes:?}"
    );
    assert_eq!(recorder.numbers(), (0..100).collect::<Vec<_>>());
    Ok(())
}

pub(super) async fn consumers_share_the_messages(fixture: Fixture) -> Result<()> {
    let (one, two) = (fixture.service().await?, fixture.service().await?);
    // Each waits for the other in its first batch: none can have them all.
    let both = Arc::new(tokio::sync::Barrier::new(2));
    let recorder = |both: &Arc<tokio::sync::Barrier>| {
        let (both, is_first) = (Arc::clone(both), AtomicU32::new(0));
        Recorder::waiting(move |batch| {
            let is_first = is_first.fetch_add(1, Ordering::Relaxed) == 0;
            let both = Arc::clone(&both);
            Box::pin(async move {
                if is_first {
                    both.wait().await;
                }
                done(&batch)
            })
        })
    };
    let (first, second) = (recorder(&both), recorder(&both));
    one.consume_by(&first, 10);
    two.consume_by(&second, 10);
    one.publish(0..200).await?;
    until("all are handled", DEADLINE, async || {
        (first.numbers().len() + second.numbers().len() >= 200).then_some(())
    })
    .await?;
    one.stop().await?;
    two.stop().await?;
    let mut all = [first.numbers(), second.numbers()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..200).collect::<Vec<_>>(), "each once");
    assert!(!first.numbers().is_empty() && !second.numbers().is_empty());
    Ok(())
}

pub(super) async fn what_a_lost_consumer_had_comes_to_another(fixture: Fixture) -> Result<()> {
    let (lost, other) = (fixture.service().await?, fixture.service().await?);
    let hanging = Recorder::hanging();
    lost.consume(&hanging);
    lost.publish([1]).await?;
    hanging.has(1).await?;
    let recorder = Recorder::new();
    other.consume(&recorder);
    lost.publish([2]).await?;
    recorder.has(1).await?;
    assert_eq!(recorder.numbers(), [2], "the other one is taken");
    lost.faults.put(Fault::QueueDisconnect {}, TTL);
    recorder.has(2).await?;
    assert_eq!(recorder.numbers(), [2, 1]);
    let messages = recorder.messages();
    assert_eq!(messages[1].tries, 2, "the try counted");
    assert_eq!(messages[1].id, hanging.messages()[0].id, "the same message");
    other.stop().await
}

pub(super) async fn a_stop_settles_what_is_handled_and_gives_back_the_rest(
    fixture: Fixture,
) -> Result<()> {
    let stopping = fixture.service().await?;
    let gate = Arc::new(Semaphore::new(1));
    let entry = Arc::clone(&gate);
    let recorder = Recorder::waiting(move |batch| {
        let entry = Arc::clone(&entry);
        Box::pin(async move {
            entry.acquire().await.expect("is open").forget();
            done(&batch)
        })
    });
    stopping.publish([0]).await?;
    stopping.consume_by(&recorder, 4);
    recorder.has(1).await?;
    // The first one comes alone. Of the next batch, which waits at the gate, nobody knows the size: it is
    // what the broker has sent by then.
    stopping.publish(1..20).await?;
    recorder.has(2).await?;
    stopping.stop.request();
    gate.add_permits(1);
    stopping.stop().await?;
    let handled = recorder.numbers();
    assert!((2..=5).contains(&handled.len()), "{handled:?}");

    let next = fixture.service().await?;
    let rest = Recorder::new();
    let begin = std::time::Instant::now();
    next.consume(&rest);
    rest.has(20 - handled.len()).await?;
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "not only when a lease is over"
    );
    assert_eq!(
        [handled, rest.numbers()].concat(),
        (0..20).collect::<Vec<_>>()
    );
    next.stop().await
}

pub(super) async fn a_busy_handler_keeps_its_messages_for_as_long_as_it_takes(
    fixture: Fixture,
) -> Result<()> {
    const TIMES: u32 = 8;
    let service = fixture.service().await?;
    let asked = AtomicU32::new(0);
    let recorder = Recorder::acting(move |batch| {
        if asked.fetch_add(1, Ordering::Relaxed) < TIMES {
            return Err(Busy("the database is away".to_owned()));
        }
        done(batch)
    });
    service.publish(0..3).await?;
    service.consume(&recorder);
    // Longer than a lease of the queue file, and more often than a message may be tried.
    recorder.has(TIMES as usize + 3).await?;
    service.notes_become("messaging_queue_depth", 0.0).await?;
    service.stop().await?;
    let numbers = recorder.numbers();
    assert_eq!(
        numbers[..=TIMES as usize],
        [0; TIMES as usize + 1],
        "order is kept"
    );
    assert_eq!(numbers[TIMES as usize + 1..], [1, 2]);
    assert!(recorder.messages().iter().all(|message| message.tries == 1));
    assert_eq!(fixture.dead_letters().await?, []);
    Ok(())
}

pub(super) async fn restarts_in_an_outage_make_no_dead_letters(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    service.publish(0..3).await?;
    service.stop().await?;
    for _ in 0..6 {
        let service = fixture.service().await?;
        let busy = Recorder::acting(|_| Err(Busy("the database is away".to_owned())));
        service.consume(&busy);
        busy.has(1).await?;
        service.stop().await?;
        // One that comes to nothing at all is no fault of the messages either.
        let service = fixture.service().await?;
        service.faults.put(Fault::ConsumerStall {}, TTL);
        service.consume(&Recorder::new());
        until("it has messages", DEADLINE, async || {
            (service.strikes(Kind::ConsumerStall) > 0).then_some(())
        })
        .await?;
        service.stop().await?;
    }
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    recorder.has(3).await?;
    service.stop().await?;
    let mut numbers = recorder.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!(fixture.dead_letters().await?, []);
    Ok(())
}
