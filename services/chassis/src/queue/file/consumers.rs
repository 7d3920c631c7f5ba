//! Who consumes, and what becomes of those who have died.

use std::time::Duration;

use sqlx::SqliteConnection;

use super::write::now;
use crate::db::Pen;
use crate::queue::broker::State;
use crate::queue::topic::Topic;

/// A consumer that has not been heard of for so long is lost.
pub(super) const LEASE: Duration = Duration::from_secs(5);

const JOIN: &str = "INSERT INTO consumers (topic, until) VALUES ($1, $2)";

const RENEW: &str = "UPDATE consumers SET until = $2 WHERE id = $1";

const ANY_LOST: &str = "SELECT EXISTS (SELECT 1 FROM consumers WHERE until <= $1)";

/// Gives back what lost consumers have; the try counts, since one may have died of it.
const BURY: &str = "BEGIN IMMEDIATE; \
     DELETE FROM consumers WHERE until <= $1; \
     UPDATE messages SET consumer = 0 \
     WHERE changes() > 0 AND consumer <> 0 AND consumer NOT IN (SELECT id FROM consumers); \
     COMMIT";

/// Gives back what a consumer has: lost.
const LOSE: &str = "BEGIN IMMEDIATE; \
     UPDATE messages SET consumer = 0 WHERE topic = $2 AND consumer = $1; \
     DELETE FROM consumers WHERE id = $1; \
     COMMIT";

/// Gives back what a consumer has: as if it had never had it.
const LEAVE: &str = "BEGIN IMMEDIATE; \
     UPDATE messages SET consumer = 0, tries = max(tries - 1, 0) \
     WHERE topic = $2 AND consumer = $1; \
     DELETE FROM consumers WHERE id = $1; \
     COMMIT";

const STATE: &str = "SELECT \
     coalesce((SELECT depth FROM topics WHERE topic = $1), 0), \
     (SELECT count(*) FROM consumers WHERE topic = $1 AND until > $2), \
     (SELECT coalesce(sum(holds), 0) FROM consumers WHERE topic = $1 AND until > $2), \
     (SELECT count(*) FROM dead_letters WHERE topic = $1)";

/// Becomes a consumer. Returns its id.
pub(super) async fn join(pen: &Pen, topic: Topic) -> Result<i64, sqlx::Error> {
    pen.transact(async |connection| {
        let query = sqlx::query(JOIN)
            .bind(topic.as_str())
            .bind(lease_from_now());
        Ok(query.execute(connection).await?.last_insert_rowid())
    })
    .await
}

/// Lives on. Returns false for one that was lost meanwhile.
pub(super) async fn renew(pen: &Pen, id: i64) -> Result<bool, sqlx::Error> {
    pen.transact(async |connection| {
        let query = sqlx::query(RENEW).bind(id).bind(lease_from_now());
        Ok(query.execute(connection).await?.rows_affected() == 1)
    })
    .await
}

/// Whether somebody is to be buried.
pub(super) async fn any_lost(reader: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(ANY_LOST)
        .bind(now())
        .fetch_one(reader)
        .await
}

pub(super) async fn bury_the_lost(pen: &Pen) -> Result<(), sqlx::Error> {
    pen.transact(async |connection| {
        sqlx::query(BURY).bind(now()).execute(connection).await?;
        Ok(())
    })
    .await
}

/// Ends a consumer that was lost, before its time is over.
pub(super) async fn lose(pen: &Pen, id: i64, topic: Topic) -> Result<(), sqlx::Error> {
    end(pen, LOSE, id, topic).await
}

/// Ends a consumer in good order.
pub(super) async fn leave(pen: &Pen, id: i64, topic: Topic) -> Result<(), sqlx::Error> {
    end(pen, LEAVE, id, topic).await
}

async fn end(pen: &Pen, text: &'static str, id: i64, topic: Topic) -> Result<(), sqlx::Error> {
    pen.transact(async |connection| {
        let query = sqlx::query(text).bind(id).bind(topic.as_str());
        query.execute(connection).await?;
        Ok(())
    })
    .await
}

pub(super) async fn state(
    reader: &mut SqliteConnection,
    topic: Topic,
) -> Result<State, sqlx::Error> {
    let (depth, consumers, held, dead_letters): (i64, i64, i64, i64) = sqlx::query_as(STATE)
        .bind(topic.as_str())
        .bind(now())
        .fetch_one(reader)
        .await?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(State {
        waiting: count(depth - held),
        consumers: count(consumers),
        dead_letters: count(dead_letters),
    })
}

fn lease_from_now() -> i64 {
    let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    now().saturating_add(lease)
}
