//! What becomes of messages that cannot be handled.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use chassis::queue::{Incoming, MAX_BODY_BYTES, Refusal, Settlement};
use company_tests::until;

use super::fixture::{Dead, Fixture, Note, note};
use super::service::{DEADLINE, Recorder, Service, dead_lettered, done};

/// Dead letters of a topic that are kept.
const KEPT: u32 = 1000;

fn body(number: u32) -> Vec<u8> {
    serde_json::to_vec(&note(number)).expect("is written")
}

fn dead(reason: &str, body: Vec<u8>) -> Dead {
    Dead {
        reason: reason.to_owned(),
        detail: reason.to_owned(),
        body,
    }
}

/// So many have died, and nothing else is left. The gauges are of one look at the queue.
async fn all_settled(service: &Service, dead: f64) -> Result<()> {
    service
        .notes_become("messaging_queue_dead_letters", dead)
        .await?;
    service.notes_become("messaging_queue_depth", 0.0).await
}

/// Nothing is left, and nothing has died: by the first look of somebody new.
async fn none_is_left(fixture: &Fixture) -> Result<()> {
    let service = fixture.service().await?;
    all_settled(&service, 0.0).await?;
    service.stop().await
}

pub(super) async fn a_panic_is_survived_and_the_message_dies_alone(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::acting(|batch| {
        assert!(
            batch.iter().all(|one| one.event.number != 7),
            "seven is too much"
        );
        done(batch)
    });
    service.publish(0..20).await?;
    service.consume(&recorder);
    all_settled(&service, 1.0).await?;
    assert_eq!(service.metric(&dead_lettered("too_many_tries")), Some(1.0));
    service.publish([20]).await?;
    until("the next one is handled", DEADLINE, async || {
        recorder.numbers().contains(&20).then_some(())
    })
    .await?;
    service.stop().await?;
    assert_eq!(
        fixture.dead_letters().await?,
        [dead("too_many_tries", body(7))]
    );
    let tries = recorder.messages().into_iter();
    let tries: Vec<_> = tries
        .filter(|one| one.event.number == 7)
        .map(|one| one.tries)
        .collect();
    assert_eq!(tries, [1, 2, 3, 4, 5]);
    for number in (0..20).filter(|number| *number != 7) {
        let times = recorder
            .numbers()
            .iter()
            .filter(|one| **one == number)
            .count();
        assert!((1..=2).contains(&times), "{number} came {times} times");
    }
    Ok(())
}

pub(super) async fn a_panic_that_ends_is_no_death(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let panics = AtomicU32::new(0);
    let recorder = Recorder::acting(move |batch| {
        assert!(panics.fetch_add(1, Ordering::Relaxed) >= 4, "not yet");
        done(batch)
    });
    service.publish([1]).await?;
    service.consume(&recorder);
    recorder.has(5).await?;
    service.stop().await?;
    none_is_left(&fixture).await
}

pub(super) async fn too_few_settlements_settle_nothing(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::acting(|batch| {
        let settled = if batch.len() > 1 { 1 } else { batch.len() };
        Ok(vec![Settlement::Done; settled])
    });
    service.publish(0..10).await?;
    service.consume(&recorder);
    let alone = until("each is handled alone", DEADLINE, async || {
        let batches = recorder.batches().into_iter();
        let alone = batches.filter(|batch| batch.len() == 1);
        let mut alone: Vec<_> = alone.map(|batch| batch[0].event.number).collect();
        alone.sort_unstable();
        (alone.len() == 10).then_some(alone)
    });
    assert_eq!(alone.await?, (0..10).collect::<Vec<_>>());
    service.stop().await?;
    assert!(recorder.messages().len() > 10, "some came together first");
    none_is_left(&fixture).await
}

pub(super) async fn what_is_refused_dies_with_its_reason(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let recorder = Recorder::acting(|batch| {
        let settle = |one: &Incoming<Note>| match one.event.number % 2 {
            0 => Settlement::Done,
            _ => Settlement::Dead(Refusal("odd")),
        };
        Ok(batch.iter().map(settle).collect())
    });
    service.publish(0..4).await?;
    service.consume(&recorder);
    all_settled(&service, 2.0).await?;
    service.stop().await?;
    assert_eq!(recorder.numbers(), [0, 1, 2, 3]);
    let odd = |number| Dead {
        reason: "refused".to_owned(),
        detail: "odd".to_owned(),
        body: body(number),
    };
    assert_eq!(fixture.dead_letters().await?, [odd(1), odd(3)]);
    Ok(())
}

pub(super) async fn garbage_dies_at_once(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    service.publish([1]).await?;
    let huge = vec![b'['; MAX_BODY_BYTES + 1];
    let garbage: [&[u8]; 6] = [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"{\"number\": -1, \"text\": \"\"}",
        br#"{"version":2,"payload":{"#,
        &huge,
    ];
    for body in garbage {
        fixture.publish_raw(body).await?;
    }
    service.publish([2]).await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    all_settled(&service, 6.0).await?;
    assert_eq!(service_counts(&service), (5.0, 1.0));
    service.stop().await?;
    assert_eq!(recorder.numbers(), [1, 2], "no handler hears of it");
    let dead_letters = fixture.dead_letters().await?;
    for (letter, body) in dead_letters.iter().zip(&garbage[..5]) {
        assert_eq!(*letter, dead("undecodable", body.to_vec()));
    }
    assert_eq!(dead_letters[5].reason, "too_large");
    assert!(
        dead_letters[5].body.len() >= MAX_BODY_BYTES,
        "most of it is kept"
    );
    Ok(())
}

fn service_counts(service: &Service) -> (f64, f64) {
    let of = |reason| service.metric(&dead_lettered(reason)).unwrap_or(-1.0);
    (of("undecodable"), of("too_large"))
}

/// The handler never comes back, and its process is gone: as when a message kills it.
pub(super) async fn a_message_that_consumers_die_of_dies_and_its_neighbours_live(
    mut fixture: Fixture,
) -> Result<()> {
    fixture.config.queue_tries = 3;
    let service = fixture.service().await?;
    service.publish(0..6).await?;
    let fixture = Arc::new(fixture);
    let mut handled = Vec::new();
    for _ in 0..3 {
        handled.extend(die_of_2(Arc::clone(&fixture)).await?);
    }
    let recorder = Recorder::new();
    service.consume(&recorder);
    service
        .notes_become("messaging_queue_dead_letters", 1.0)
        .await?;
    service.notes_become("messaging_queue_depth", 0.0).await?;
    service.stop().await?;
    assert_eq!(
        fixture.dead_letters().await?,
        [dead("too_many_tries", body(2))]
    );
    handled.extend(recorder.numbers());
    handled.sort_unstable();
    handled.dedup();
    assert_eq!(handled, [0, 1, 3, 4, 5]);
    Ok(())
}

/// A service that handles messages until it comes upon the second one, and dies. Returns what it
/// has handled.
async fn die_of_2(fixture: Arc<Fixture>) -> Result<Vec<u32>> {
    let (sender, dying) = tokio::sync::oneshot::channel();
    let life = std::thread::spawn(move || -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let recorder = Recorder::waiting(|batch| {
            Box::pin(async move {
                if batch.iter().any(|one| one.event.number == 2) {
                    std::future::pending::<()>().await;
                }
                done(&batch)
            })
        });
        runtime.block_on(async {
            let service = fixture.service().await?;
            service.consume(&recorder);
            until("it dies", DEADLINE, async || {
                recorder.numbers().contains(&2).then_some(())
            })
            .await
        })?;
        let before = recorder.batches().into_iter();
        let before = before.filter(|batch| batch.iter().all(|one| one.event.number != 2));
        let handled: Vec<_> = before.flatten().map(|one| one.event.number).collect();
        // Nothing of it is left to say goodbye.
        runtime.shutdown_background();
        let _ = sender.send(handled);
        Ok(())
    });
    let handled = dying.await;
    life.join().expect("does not panic")?;
    Ok(handled?)
}

pub(super) async fn the_oldest_dead_letters_make_room(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let refusing = Recorder::acting(|batch| Ok(vec![Settlement::Dead(Refusal("no")); batch.len()]));
    for begin in (0..KEPT + 100).step_by(100) {
        service.publish(begin..begin + 100).await?;
    }
    service.consume(&refusing);
    service
        .metric_becomes(&dead_lettered("refused"), f64::from(KEPT + 100))
        .await?;
    service
        .notes_become("messaging_queue_dead_letters", f64::from(KEPT))
        .await?;
    tokio::time::timeout(Duration::from_secs(10), service.stop()).await??;
    let bodies: Vec<_> = fixture
        .dead_letters()
        .await?
        .into_iter()
        .map(|one| one.body)
        .collect();
    assert_eq!(bodies.first(), Some(&body(100)));
    assert_eq!(bodies.last(), Some(&body(KEPT + 99)));
    Ok(())
}
