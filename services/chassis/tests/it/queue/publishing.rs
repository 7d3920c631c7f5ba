//! What a publisher can rely on.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use chassis::queue::{MAX_BODY_BYTES, Outgoing, QueueError};
use time::OffsetDateTime;

use super::fixture::{Bell, Fixture, Note, note};
use super::service::Recorder;

pub(super) async fn messages_are_delivered_in_order_and_as_they_were(
    fixture: Fixture,
) -> Result<()> {
    let service = fixture.service().await?;
    let before = OffsetDateTime::now_utc() - Duration::from_millis(1);
    service.publish(0..40).await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    for begin in (40..400).step_by(60) {
        service.publish(begin..begin + 60).await?;
    }
    recorder.has(400).await?;
    service.stop().await?;
    let messages = recorder.messages();
    assert_eq!(recorder.numbers(), (0..400).collect::<Vec<_>>());
    let ids: HashSet<_> = messages.iter().map(|message| message.id).collect();
    assert_eq!(ids.len(), 400, "an id each");
    for message in messages {
        assert_eq!(message.event, note(message.event.number));
        assert_eq!(message.tries, 1);
        assert_eq!(message.traceparent, None);
        assert!((before..=OffsetDateTime::now_utc()).contains(&message.published_at));
    }
    Ok(())
}

pub(super) async fn an_empty_batch_is_nothing(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    service.publish([]).await?;
    let sent = service.notes("messaging_client_sent_messages_total");
    assert_eq!(sent, Some(0.0));
    service.stop().await
}

pub(super) async fn what_was_published_is_there_after_a_restart(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    service.publish(0..10).await?;
    service.stop().await?;
    let service = fixture.service().await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    recorder.has(10).await?;
    assert_eq!(recorder.numbers(), (0..10).collect::<Vec<_>>());
    service.stop().await?;
    let service = fixture.service().await?;
    let nothing = Recorder::new();
    service.consume(&nothing);
    service.publish([99]).await?;
    nothing.has(1).await?;
    assert_eq!(
        nothing.numbers(),
        [99],
        "what is settled does not come again"
    );
    service.stop().await
}

pub(super) async fn a_full_queue_refuses_and_takes_again(mut fixture: Fixture) -> Result<()> {
    fixture.config.queue_limit = 50;
    let service = fixture.service().await?;
    let mut stored = 0_u32;
    // RabbitMQ notices a little late that a queue is full.
    let refusal = loop {
        ensure!(stored < 200, "there is no bound");
        match service.try_publish([stored]).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refusal, QueueError::Full), "{refusal}");
    assert!(stored >= 50, "only {stored} fitted");
    let refused = "messaging_client_operation_duration_seconds_count{\
        messaging_operation_name=\"publish\",messaging_destination_name=\"test.note\",\
        error_type=\"full\"}";
    assert_eq!(service.metric(refused), Some(1.0));
    let recorder = Recorder::new();
    service.consume(&recorder);
    recorder.has(stored.try_into()?).await?;
    company_tests::until("there is room", Duration::from_secs(20), async || {
        service.try_publish([1000]).await.ok()
    })
    .await?;
    service.stop().await
}

pub(super) async fn what_never_fits_is_refused(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let long = |length: usize| {
        let (number, text) = (0, "x".repeat(length));
        Outgoing::untraced(Note { number, text })
    };
    let outcome = service
        .queues
        .publish(&[long(1), long(MAX_BODY_BYTES)])
        .await;
    assert!(
        matches!(outcome, Err(QueueError::TooLarge(_))),
        "{outcome:?}"
    );
    // The quotes and names take less than a hundred bytes.
    service
        .queues
        .publish(&[long(MAX_BODY_BYTES - 100)])
        .await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    recorder.has(1).await?;
    let text = &recorder.messages()[0].event.text;
    assert_eq!(
        text.len(),
        MAX_BODY_BYTES - 100,
        "the first of the two was not stored"
    );
    service.stop().await
}

pub(super) async fn a_topic_knows_nothing_of_another(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let bell = Outgoing::untraced(Bell { rings: 3 });
    service.queues.publish(&[bell]).await?;
    let recorder = Recorder::new();
    service.consume(&recorder);
    service.publish([1]).await?;
    recorder.has(1).await?;
    assert_eq!(recorder.numbers(), [1]);
    let rings = "messaging_queue_depth{messaging_destination_name=\"test.bell\"}";
    service.metric_becomes(rings, 1.0).await?;
    service.stop().await
}
