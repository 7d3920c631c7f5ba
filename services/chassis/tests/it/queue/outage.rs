//! RabbitMQ goes and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use chassis::queue::{Outgoing, QueueError};
use company_tests::rabbitmq::RabbitMq;
use company_tests::until;
use tokio::sync::Semaphore;

use super::fixture::{Bell, Fixture};
use super::service::{DEADLINE, Recorder, Service, done};

/// Publishes notes in order, each until it is confirmed, until it is told to end. Returns how many
/// they were.
async fn publish_on(service: Service, end: Arc<AtomicBool>) -> u32 {
    let mut next = 0;
    while !end.load(Ordering::Relaxed) {
        match service.try_publish(next..next + 3).await {
            Ok(()) => next += 3,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    next
}

/// Each note that came, in order, however often it came.
fn distinct(recorder: &Recorder) -> Vec<u32> {
    let mut numbers = recorder.numbers();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

async fn more_come(recorder: &Recorder) -> Result<()> {
    let before = distinct(recorder).len();
    until("new messages come", DEADLINE, async || {
        (distinct(recorder).len() >= before + 30).then_some(())
    })
    .await
}

/// What a publisher hears, at once, while nobody is there.
async fn is_unavailable(service: &Service) -> Result<()> {
    service.metric_becomes("messaging_queue_up", 0.0).await?;
    let begin = Instant::now();
    // To another queue, in case it is stored all the same.
    let bell = Outgoing::untraced(Bell { rings: 1 });
    let outcome = service.queues.publish(&[bell]).await;
    assert!(
        matches!(outcome, Err(QueueError::Unavailable(_))),
        "{outcome:?}"
    );
    assert!(
        begin.elapsed() < Duration::from_secs(1),
        "{:?}",
        begin.elapsed()
    );
    Ok(())
}

#[tokio::test]
async fn a_broker_that_stops_and_starts_loses_nothing() -> Result<()> {
    let mut server = RabbitMq::with_virtual_hosts(1).await?;
    let fixture = Fixture::rabbitmq(&server).await?;
    let (publishing, consuming) = (fixture.service().await?, fixture.service().await?);
    let end = Arc::new(AtomicBool::new(false));
    let publisher = tokio::spawn(publish_on(publishing.clone(), Arc::clone(&end)));

    // The first batch is in hand while the broker goes, and until after it has gone.
    let gate = Arc::new(Semaphore::new(0));
    let entry = Arc::clone(&gate);
    let recorder = Recorder::waiting(move |batch| {
        let entry = Arc::clone(&entry);
        Box::pin(async move {
            // Closed is open for all.
            let _ = entry.acquire().await;
            done(&batch)
        })
    });
    consuming.consume(&recorder);
    recorder.has(1).await?;
    server.stop().await?;
    is_unavailable(&consuming).await?;
    gate.close();
    server.start_again().await?;
    consuming.metric_becomes("messaging_queue_up", 1.0).await?;
    more_come(&recorder).await?;
    let first = recorder.messages().into_iter();
    let first = first.filter(|message| message.event.number == 0);
    assert!(first.count() > 1, "what was not settled comes again");

    server.crash().await?;
    is_unavailable(&publishing).await?;
    server.start_again().await?;
    more_come(&recorder).await?;

    end.store(true, Ordering::Relaxed);
    let last = publisher.await?;
    until("all have come", DEADLINE, async || {
        let came = distinct(&recorder);
        (0..last)
            .all(|number| came.binary_search(&number).is_ok())
            .then_some(())
    })
    .await?;
    consuming.notes_become("messaging_queue_depth", 0.0).await?;
    publishing.stop().await?;
    consuming.stop().await?;
    assert_eq!(fixture.dead_letters().await?, []);
    server.stop().await
}

#[tokio::test]
async fn a_service_that_starts_before_its_broker_waits_for_it() -> Result<()> {
    let mut server = RabbitMq::with_virtual_hosts(1).await?;
    let fixture = Fixture::rabbitmq(&server).await?;
    server.stop().await?;
    let begin = Instant::now();
    let service = fixture.service().await?;
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "{:?}",
        begin.elapsed()
    );
    let recorder = Recorder::new();
    service.consume(&recorder);
    is_unavailable(&service).await?;
    server.start_again().await?;
    service.metric_becomes("messaging_queue_up", 1.0).await?;
    service
        .notes_become("messaging_queue_consumers", 1.0)
        .await?;
    service.publish(0..3).await?;
    recorder.has(3).await?;
    service.stop().await?;
    server.stop().await
}

#[tokio::test]
async fn a_broker_that_never_answers_costs_seconds_at_most() -> Result<()> {
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let mut fixture = Fixture::file()?;
    fixture.config.amqp_url = Some(format!("amqp://{}/", silent.local_addr()?).into());
    let begin = Instant::now();
    let service = fixture.service().await?;
    assert!(
        begin.elapsed() < Duration::from_secs(7),
        "{:?}",
        begin.elapsed()
    );
    service.consume(&Recorder::new());
    is_unavailable(&service).await?;
    let begin = Instant::now();
    service.stop().await?;
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
    Ok(())
}
