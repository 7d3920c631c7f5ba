//! What only RabbitMQ has: a password, a connection's name, messages of strangers.

use std::time::Duration;

use anyhow::Result;
use company_tests::rabbitmq::{PASSWORD, RabbitMq};
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use time::OffsetDateTime;

use super::clerk::Clerk;
use super::fixture::{Fixture, note};
use super::service::Recorder;

/// One server for all cases, as in the suite.
#[tokio::test]
async fn what_is_its_own() -> Result<()> {
    let mut server = RabbitMq::with_virtual_hosts(4).await?;
    strangers_may_write_too(Fixture::rabbitmq(&server).await?).await?;
    a_connection_has_the_service_s_name(Fixture::rabbitmq(&server).await?, &server).await?;
    a_password_is_told_to_nobody(Fixture::rabbitmq(&server).await?, &server).await?;
    a_queue_that_others_declare_otherwise_is_not_used(Fixture::rabbitmq(&server).await?).await?;
    server.stop().await
}

async fn strangers_may_write_too(fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    let before = OffsetDateTime::now_utc() - Duration::from_secs(1);
    let mut nonsense = FieldTable::default();
    nonsense.insert("traceparent".into(), AMQPValue::LongInt(7));
    nonsense.insert("published-at-ms".into(), AMQPValue::Boolean(true));
    nonsense.insert("x-delivery-count".into(), AMQPValue::LongInt(-3));
    let strange = BasicProperties::default()
        .with_message_id("order no. 1".into())
        .with_headers(nonsense);
    for (number, properties) in [(0, BasicProperties::default()), (1, strange)] {
        let body = serde_json::to_vec(&note(number))?;
        fixture.publish_to_rabbitmq(&body, properties).await?;
    }
    let recorder = Recorder::new();
    service.consume(&recorder);
    recorder.has(2).await?;
    service.stop().await?;
    let messages = recorder.messages();
    for (message, number) in messages.iter().zip(0..) {
        assert_eq!(message.event, note(number));
        assert_eq!(message.tries, 1);
        assert_eq!(message.traceparent, None);
        assert!((before..=OffsetDateTime::now_utc()).contains(&message.published_at));
    }
    assert_ne!(messages[0].id, messages[1].id);
    Ok(())
}

async fn a_connection_has_the_service_s_name(fixture: Fixture, server: &RabbitMq) -> Result<()> {
    let clerk = Clerk::start(&fixture, &["--publish=1"], &[])?;
    clerk.logs("published").await?;
    clerk.stop().await?;
    let log = server.log();
    assert!(log.contains("client-provided name: clerk"), "{log}");
    Ok(())
}

async fn a_password_is_told_to_nobody(mut fixture: Fixture, server: &RabbitMq) -> Result<()> {
    // All that the client library has to say, too, in good days and when it is turned away.
    let everything = [("RUST_LOG", "trace")];
    let clerk = Clerk::start(&fixture, &["--consume", "--publish=1"], &everything)?;
    clerk.logs("published").await?;
    let (clerk, said) = clerk.stop().await?;
    let good = clerk.log();
    assert!(good.contains("configuration"), "the log is there");

    let wrong = format!("{PASSWORD}-wrong");
    fixture.config.amqp_url = Some(server.url().replace(PASSWORD, &wrong).into());
    let clerk = Clerk::start(&fixture, &["--publish=1"], &everything)?;
    clerk.logs("not published").await?;
    let (clerk, also_said) = clerk.stop().await?;
    let turned_away = clerk.log();
    assert!(turned_away.contains("ACCESS_REFUSED"), "that is the reason");

    let service = fixture.service().await?;
    let shown = format!("{:?} {:?}", service.queues, fixture.config);
    let error = service.try_publish([1]).await.expect_err("is turned away");
    let error = format!("{error} {error:?}");
    service.stop().await?;
    for text in [good, said, turned_away, also_said, shown, error] {
        let found = text.lines().find(|line| line.contains(PASSWORD));
        assert_eq!(found, None);
    }
    Ok(())
}

async fn a_queue_that_others_declare_otherwise_is_not_used(mut fixture: Fixture) -> Result<()> {
    let service = fixture.service().await?;
    fixture.config.queue_limit += 1;
    let other = fixture.service().await?;
    assert_eq!(other.metric("messaging_queue_up"), Some(0.0));
    let error = other.try_publish([1]).await.expect_err("it has no queue");
    assert!(error.to_string().contains("PRECONDITION_FAILED"), "{error}");
    service.publish([2]).await?;
    other.stop().await?;
    service.stop().await
}
