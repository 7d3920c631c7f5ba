//! Messages as AMQP has them.

use bytes::Bytes;
use lapin::BasicProperties;
use lapin::message::Delivery as Delivered;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::queue::broker::{Delivery, Letter, Reason, Receipt};
use crate::queue::topic::Topic;

const PERSISTENT: u8 = 2;

/// How often a message was handed out before, by the broker's count.
const DELIVERIES: &str = "x-delivery-count";

const TRACEPARENT: &str = "traceparent";

/// AMQP's own timestamp has seconds.
const PUBLISHED_AT: &str = "published-at-ms";

/// A letter's properties.
pub(super) fn properties(topic: Topic, letter: &Letter) -> BasicProperties {
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/json".into())
        .with_type(topic.as_str().into())
        .with_message_id(letter.id.to_string().into())
        .with_timestamp(letter.published_at.unix_timestamp().try_into().unwrap_or(0))
        .with_headers(headers(letter))
}

/// A dead letter's: what it was, and why it died.
pub(super) fn dead_properties(
    topic: Topic,
    delivery: &Delivery,
    reason: Reason,
) -> BasicProperties {
    let mut headers = headers(&delivery.letter);
    let died_at = millis(OffsetDateTime::now_utc());
    headers
        .insert("reason".into(), text(reason.name()))
        .insert("detail".into(), text(reason.detail()))
        .insert(
            "tries".into(),
            AMQPValue::LongLongInt(delivery.tries.into()),
        )
        .insert("died-at-ms".into(), AMQPValue::LongLongInt(died_at));
    properties(topic, &delivery.letter).with_headers(headers)
}

fn headers(letter: &Letter) -> FieldTable {
    let mut headers = FieldTable::default();
    let published_at = millis(letter.published_at);
    headers.insert(PUBLISHED_AT.into(), AMQPValue::LongLongInt(published_at));
    if let Some(traceparent) = &letter.traceparent {
        headers.insert(TRACEPARENT.into(), text(traceparent));
    }
    headers
}

/// What was delivered. Whatever is missing, as in a message of somebody else's, is made up.
pub(super) fn read(delivered: Delivered) -> Delivery {
    let properties = &delivered.properties;
    let header = |name: &str| {
        let headers = properties.headers().as_ref()?;
        headers.inner().get(name)
    };
    let id = properties.message_id().as_ref();
    let before = header(DELIVERIES).and_then(number).unwrap_or(0);
    let published_at = header(PUBLISHED_AT)
        .and_then(number)
        .and_then(|millis| {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok()
        })
        .unwrap_or_else(OffsetDateTime::now_utc);
    let letter = Letter {
        id: id
            .and_then(|id: &ShortString| id.as_str().parse().ok())
            .unwrap_or_else(Uuid::now_v7),
        published_at,
        traceparent: header(TRACEPARENT).and_then(words),
        body: Bytes::from(delivered.data),
    };
    Delivery {
        receipt: Receipt(delivered.delivery_tag.cast_signed()),
        letter,
        tries: u32::try_from(before).unwrap_or(0).saturating_add(1),
    }
}

/// A whole number, whichever of AMQP's many kinds a version of the broker chooses.
fn number(value: &AMQPValue) -> Option<i64> {
    match *value {
        AMQPValue::ShortShortInt(number) => Some(number.into()),
        AMQPValue::ShortShortUInt(number) => Some(number.into()),
        AMQPValue::ShortInt(number) => Some(number.into()),
        AMQPValue::ShortUInt(number) => Some(number.into()),
        AMQPValue::LongInt(number) => Some(number.into()),
        AMQPValue::LongUInt(number) => Some(number.into()),
        AMQPValue::LongLongInt(number) => Some(number),
        _ => None,
    }
}

fn words(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(words) => Some(words.to_string()),
        AMQPValue::ShortString(words) => Some(words.to_string()),
        _ => None,
    }
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

/// Milliseconds of the Unix epoch.
fn millis(at: OffsetDateTime) -> i64 {
    // Fits for 292 million years.
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
