//! Publishing: any number of messages as one transaction and one parameter.

use serde::Serialize;
use uuid::Uuid;

use crate::db::Pen;
use crate::queue::broker::Letter;
use crate::queue::error::QueueError;
use crate::queue::topic::Topic;

/// Stores all messages, or none where they are too many. Returns how many were stored.
const PUBLISH: &str = "BEGIN IMMEDIATE; \
     INSERT INTO topics (topic) VALUES ($1) ON CONFLICT DO NOTHING; \
     UPDATE topics SET depth = depth + $2 WHERE topic = $1 AND depth + $2 <= $3; \
     INSERT INTO messages (topic, id, published_at, traceparent, body) \
     SELECT $1, unhex(value ->> 'id'), value ->> 'at', value ->> 'traceparent', \
       unhex(value ->> 'body') \
     FROM json_each($4) WHERE changes() = 1; \
     SELECT changes(); \
     COMMIT";

/// A message as `PUBLISH` reads it.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(with = "uuid::serde::simple")]
    id: Uuid,
    at: i64,
    traceparent: Option<&'a str>,
    body: String,
}

pub(super) async fn publish(
    pen: &Pen,
    topic: Topic,
    letters: &[Letter],
    limit: u32,
) -> Result<(), QueueError> {
    let rows: Vec<_> = letters.iter().map(Row::from).collect();
    let rows =
        serde_json::to_string(&rows).map_err(|error| QueueError::Unwritable(error.to_string()))?;
    let count = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    let stored: Vec<i64> = pen
        .transact(async |connection| {
            sqlx::query_scalar(PUBLISH)
                .bind(topic.as_str())
                .bind(count)
                .bind(limit)
                .bind(rows)
                // All rows, though there is one: with the first alone, the commit is not waited for.
                .fetch_all(connection)
                .await
        })
        .await?;
    if stored == [count] {
        Ok(())
    } else {
        Err(QueueError::Full)
    }
}

impl<'a> From<&'a Letter> for Row<'a> {
    fn from(letter: &'a Letter) -> Self {
        Self {
            id: letter.id,
            at: millis(letter.published_at),
            traceparent: letter.traceparent.as_deref(),
            body: hexadecimal(&letter.body),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]));
    digits.collect()
}

/// Milliseconds of the Unix epoch.
pub(super) fn millis(at: time::OffsetDateTime) -> i64 {
    // Fits for 292 million years.
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// Now, in milliseconds of the Unix epoch.
pub(super) fn now() -> i64 {
    millis(time::OffsetDateTime::now_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_sqlite_reads_them() {
        assert_eq!(hexadecimal(b"\x00\x0f\xf0\xffz"), "000ff0ff7a");
    }
}
