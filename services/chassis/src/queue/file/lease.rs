//! Taking messages.

use bytes::Bytes;
use sqlx::{FromRow, SqliteConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Pen;
use crate::queue::broker::{Delivery, Letter, Receipt};
use crate::queue::topic::Topic;

/// Whether there is something to take. Asked often, it does not ask for the right to write.
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE topic = $1 AND consumer = 0)";

/// Takes the oldest messages that nobody has, for a consumer that is not lost.
const TAKE: &str = "BEGIN IMMEDIATE; \
     UPDATE messages SET consumer = $1, tries = tries + 1 \
     WHERE sequence IN (SELECT sequence FROM messages WHERE topic = $2 AND consumer = 0 \
       ORDER BY sequence LIMIT $3) \
     AND EXISTS (SELECT 1 FROM consumers WHERE id = $1) \
     RETURNING sequence, tries, id, published_at, traceparent, body; \
     UPDATE consumers SET holds = holds + changes() WHERE id = $1; \
     COMMIT";

/// No try of these counts.
const FORGIVE: &str = "BEGIN IMMEDIATE; \
     UPDATE messages SET tries = max(tries - 1, 0) \
     WHERE sequence IN (SELECT value FROM json_each($2)) AND consumer = $1; \
     COMMIT";

#[derive(FromRow)]
struct Row {
    sequence: i64,
    tries: u32,
    id: Uuid,
    published_at: i64,
    traceparent: Option<String>,
    body: Vec<u8>,
}

pub(super) async fn any(reader: &mut SqliteConnection, topic: Topic) -> Result<bool, sqlx::Error> {
    let query = sqlx::query_scalar(ANY).bind(topic.as_str());
    query.fetch_one(reader).await
}

/// Takes up to `most` messages, the oldest first.
pub(super) async fn take(
    pen: &Pen,
    consumer: i64,
    topic: Topic,
    most: u16,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let rows = pen.transact(async |connection| {
        sqlx::query_as::<_, Row>(TAKE)
            .bind(consumer)
            .bind(topic.as_str())
            .bind(most)
            .fetch_all(connection)
            .await
    });
    let mut rows = rows.await?;
    // RETURNING promises no order.
    rows.sort_unstable_by_key(|row| row.sequence);
    Ok(rows.into_iter().map(Delivery::from).collect())
}

pub(super) async fn forgive(
    pen: &Pen,
    consumer: i64,
    receipts: &[Receipt],
) -> Result<(), sqlx::Error> {
    let receipts = list(receipts.iter().copied());
    pen.transact(async |connection| {
        let query = sqlx::query(FORGIVE).bind(consumer).bind(receipts);
        query.execute(connection).await?;
        Ok(())
    })
    .await
}

/// Receipts as `json_each` reads them.
pub(super) fn list(receipts: impl Iterator<Item = Receipt>) -> String {
    let receipts: serde_json::Value = receipts.map(|receipt| receipt.0).collect();
    receipts.to_string()
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        let at = i128::from(row.published_at) * 1_000_000;
        Self {
            receipt: Receipt(row.sequence),
            tries: row.tries,
            letter: Letter {
                id: row.id,
                published_at: OffsetDateTime::from_unix_timestamp_nanos(at)
                    .unwrap_or(OffsetDateTime::UNIX_EPOCH),
                traceparent: row.traceparent,
                body: Bytes::from(row.body),
            },
        }
    }
}
