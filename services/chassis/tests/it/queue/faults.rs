//! Faults of the queue, as services feel them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use chassis::faults::{Fault, Kind};
use chassis::queue::{Busy, QueueError};
use company_tests::until;

use super::fixture::Fixture;
use super::service::{DEADLINE, Recorder, dead_lettered, done, operations};

const TTL: Duration = Duration::from_mins(1);

pub(super) async fn a_broken_connection_is_down_until_it_is_over(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    service.publish([1]).await?;
    service
        .metric_becomes(&operations("settle", ""), 1.0)
        .await?;
    service.faults.put(Fault::QueueDisconnect {}, TTL);
    let begin = Instant::now();
    let refused = service.try_publish([2]).await;
    assert!(
        matches!(refused, Err(QueueError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(begin.elapsed() < Duration::from_secs(1), "it fails at once");
    service.metric_becomes("messaging_queue_up", 0.0).await?;
    // Somebody else's messages do not come through either.
    let other = fixture.service().await?;
    other.notes_become("messaging_queue_consumers", 0.0).await?;
    other.publish([3]).await?;
    other.notes_become("messaging_queue_depth", 1.0).await?;
    assert_eq!(recorder.numbers(), [1]);
    assert!(service.strikes(Kind::QueueDisconnect) > 0);

    service.faults.take_back(None);
    recorder.has(2).await?;
    assert_eq!(recorder.numbers(), [1, 3]);
    service.metric_becomes("messaging_queue_up", 1.0).await?;
    until("publishing works again", DEADLINE, async || {
        service.try_publish([4]).await.ok()
    })
    .await?;
    recorder.has(3).await?;
    service.stop().await?;
    other.stop().await
}

pub(super) async fn a_stalled_consumer_takes_messages_and_handles_none(
    fixture: Fixture,
) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    service.faults.put(Fault::ConsumerStall {}, TTL);
    service.publish(0..10).await?;
    until("the fault strikes", DEADLINE, async || {
        (service.strikes(Kind::ConsumerStall) > 0).then_some(())
    })
    .await?;
    // One that begins one at a time has one.
    service.notes_become("messaging_queue_depth", 9.0).await?;
    assert_eq!(service.metric("messaging_queue_up"), Some(1.0));
    assert_eq!(service.notes("messaging_queue_consumers"), Some(1.0));
    assert_eq!(recorder.numbers(), [0; 0]);
    service.faults.take_back(None);
    recorder.has(10).await?;
    assert_eq!(recorder.numbers(), (0..10).collect::<Vec<_>>());

    service.faults.put(Fault::ConsumerStall {}, TTL);
    service.publish([10]).await?;
    until("the fault strikes again", DEADLINE, async || {
        (service.strikes(Kind::ConsumerStall) > 0).then_some(())
    })
    .await?;
    let begin = Instant::now();
    service.stop().await?;
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "a stop does not wait for it"
    );
    assert_eq!(recorder.numbers().len(), 10);
    Ok(())
}

pub(super) async fn a_lost_consumer_is_gone_from_the_queue_and_comes_back(
    fixture: Fixture,
) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    service.publish([1]).await?;
    recorder.has(1).await?;
    service
        .notes_become("messaging_queue_consumers", 1.0)
        .await?;
    service.faults.put(Fault::ConsumerLost {}, TTL);
    // It hung in an empty queue, and goes all the same.
    service
        .notes_become("messaging_queue_consumers", 0.0)
        .await?;
    service.publish(2..=4).await?;
    service.notes_become("messaging_queue_depth", 3.0).await?;
    assert_eq!(service.metric("messaging_queue_up"), Some(1.0));
    assert_eq!(service.notes("messaging_queue_consumers"), Some(0.0));
    assert_eq!(recorder.numbers(), [1]);
    assert!(service.strikes(Kind::ConsumerLost) > 0);

    service.faults.take_back(None);
    recorder.has(4).await?;
    assert_eq!(recorder.numbers(), [1, 2, 3, 4]);
    assert!(
        recorder.messages().iter().all(|message| message.tries == 1),
        "no try counts"
    );
    service
        .notes_become("messaging_queue_consumers", 1.0)
        .await?;

    service.faults.put(Fault::ConsumerLost {}, TTL);
    service
        .notes_become("messaging_queue_consumers", 0.0)
        .await?;
    let begin = Instant::now();
    service.stop().await?;
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "a stop does not wait for it"
    );
    assert_eq!(fixture.dead_letters().await?, []);
    Ok(())
}

pub(super) async fn a_busy_consumer_can_be_lost_too(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let is_busy = Arc::new(AtomicBool::new(true));
    let busy = Arc::clone(&is_busy);
    let recorder = Recorder::acting(move |batch| {
        if busy.load(Ordering::Relaxed) {
            return Err(Busy("its database is away".to_owned()));
        }
        done(batch)
    });
    service.consume(&recorder);
    service.publish([1, 2]).await?;
    recorder.has(1).await?;
    service.faults.put(Fault::ConsumerLost {}, TTL);
    service
        .notes_become("messaging_queue_consumers", 0.0)
        .await?;
    // What it had is back.
    service.notes_become("messaging_queue_depth", 2.0).await?;
    is_busy.store(false, Ordering::Relaxed);
    service.faults.take_back(None);
    service.notes_become("messaging_queue_depth", 0.0).await?;
    until("both are handled", DEADLINE, async || {
        let numbers = recorder.numbers();
        (numbers.ends_with(&[1, 2]) || numbers.ends_with(&[2])).then_some(())
    })
    .await?;
    service.stop().await?;
    assert_eq!(fixture.dead_letters().await?, []);
    Ok(())
}

pub(super) async fn poison_reaches_the_dead_letters(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    let poison = Fault::Poison {
        messages_per_second: 100,
    };
    service.faults.put(poison, TTL);
    service.publish([1]).await?;
    until("messages die", DEADLINE, async || {
        (service.metric(&dead_lettered("undecodable"))? >= 20.0).then_some(())
    })
    .await?;
    let strikes = service.strikes(Kind::Poison);
    // About as many go to the other topic, which nobody consumes.
    assert!(strikes >= 30, "{strikes}");
    service.publish([2]).await?;
    recorder.has(2).await?;
    service.faults.take_back(None);
    // Ten would die in this time.
    until("it is over", DEADLINE, async || {
        let died = service.metric(&dead_lettered("undecodable"));
        tokio::time::sleep(Duration::from_millis(200)).await;
        (service.metric(&dead_lettered("undecodable")) == died).then_some(())
    })
    .await?;
    assert_eq!(recorder.numbers(), [1, 2], "no handler hears of it");
    service.stop().await?;
    let dead = fixture.dead_letters().await?;
    assert!(
        dead.iter().all(|one| one.reason == "undecodable"),
        "{dead:?}"
    );
    Ok(())
}
