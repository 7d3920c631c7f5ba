//! Forgetting messages that are done, and keeping those that are dead.

use serde::Serialize;
use sqlx::{Executor as _, SqliteConnection};

use super::lease::list;
use super::write::now;
use crate::db::Pen;
use crate::queue::MAX_DEAD_LETTERS;
use crate::queue::broker::{Settled, Verdict};
use crate::queue::topic::Topic;

/// Deletes messages, whoever has them by now: what is done is done.
macro_rules! forget {
    () => {
        "DELETE FROM messages WHERE sequence IN (SELECT value FROM json_each($3)); \
         UPDATE topics SET depth = depth - changes() WHERE topic = $2; \
         UPDATE consumers SET holds = max(holds - $4, 0) WHERE id = $1; "
    };
}

const FORGET: &str = concat!("BEGIN IMMEDIATE; ", forget!(), "COMMIT");

const FORGET_IN_TRANSACTION: &str = forget!();

/// Copies messages to the dead letters, and drops the oldest of these beyond their bound.
const KEEP_DEAD: &str = "INSERT INTO dead_letters \
     (topic, reason, detail, tries, died_at, id, published_at, traceparent, body) \
     SELECT topic, value ->> 'reason', value ->> 'detail', tries, $2, messages.id, published_at, \
       traceparent, body \
     FROM json_each($1) JOIN messages ON sequence = value ->> 'sequence'; \
     DELETE FROM dead_letters WHERE topic = $3 AND sequence <= (SELECT sequence \
       FROM dead_letters WHERE topic = $3 ORDER BY sequence DESC LIMIT 1 OFFSET $4)";

/// A dead letter as `KEEP_DEAD` reads it.
#[derive(Serialize)]
struct Dead {
    sequence: i64,
    reason: &'static str,
    detail: &'static str,
}

pub(super) async fn settle(
    pen: &Pen,
    consumer: i64,
    topic: Topic,
    settled: &[Settled],
) -> Result<(), sqlx::Error> {
    let dead: Vec<_> = settled.iter().filter_map(Dead::of).collect();
    pen.transact(async |connection| {
        if dead.is_empty() {
            return forget(connection, FORGET, consumer, topic, settled).await;
        }
        connection.execute("BEGIN IMMEDIATE").await?;
        keep(connection, topic, &dead).await?;
        forget(connection, FORGET_IN_TRANSACTION, consumer, topic, settled).await?;
        connection.execute("COMMIT").await?;
        Ok(())
    })
    .await
}

async fn forget(
    connection: &mut SqliteConnection,
    text: &'static str,
    consumer: i64,
    topic: Topic,
    settled: &[Settled],
) -> Result<(), sqlx::Error> {
    let count = i64::try_from(settled.len()).unwrap_or(i64::MAX);
    sqlx::query(text)
        .bind(consumer)
        .bind(topic.as_str())
        .bind(list(settled.iter().map(|one| one.delivery.receipt)))
        .bind(count)
        .execute(connection)
        .await?;
    Ok(())
}

async fn keep(
    connection: &mut SqliteConnection,
    topic: Topic,
    dead: &[Dead],
) -> Result<(), sqlx::Error> {
    let dead = serde_json::to_string(dead).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(KEEP_DEAD)
        .bind(dead)
        .bind(now())
        .bind(topic.as_str())
        .bind(MAX_DEAD_LETTERS)
        .execute(connection)
        .await?;
    Ok(())
}

impl Dead {
    fn of(settled: &Settled) -> Option<Self> {
        match settled.verdict {
            Verdict::Done => None,
            Verdict::Dead(reason) => Some(Self {
                sequence: settled.delivery.receipt.0,
                reason: reason.name(),
                detail: reason.detail(),
            }),
        }
    }
}
