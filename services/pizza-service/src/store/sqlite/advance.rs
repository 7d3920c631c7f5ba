//! Steps of orders as one transaction of two texts, however many there are: the orders are read,
//! and what changes is written.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{Executor as _, SqliteConnection};
use uuid::Uuid;

use super::row::{KnownRow, millis};
use crate::store::error::unwritable;
use crate::store::progress::{self, Change};
use crate::store::{Advanced, Step};
use chassis::db::Held;

macro_rules! find {
    () => {
        "SELECT orders.id, status, placed_at \
         FROM json_each(?) JOIN orders ON orders.id = unhex(value)"
    };
}

macro_rules! change {
    () => {
        "UPDATE orders SET status = new_status, vehicle = new_vehicle, updated_at = at \
         FROM (SELECT unhex(value ->> 'id') AS asked, value ->> 'status' AS new_status, \
           value ->> 'vehicle' AS new_vehicle, value ->> 'at' AS at FROM json_each(?)) \
         WHERE id = asked"
    };
}

const READ: &str = concat!("BEGIN IMMEDIATE; ", find!());

const WRITE: &str = concat!(change!(), "; COMMIT");

/// A change as `WRITE` reads it.
#[derive(Serialize)]
struct ChangeRow<'a> {
    #[serde(with = "uuid::serde::simple")]
    id: Uuid,
    status: &'static str,
    vehicle: &'a str,
    at: i64,
}

/// Lets orders take steps.
pub(super) async fn advance(pen: &mut Held, steps: &[Step]) -> Result<Vec<Advanced>, sqlx::Error> {
    let ids: Vec<_> = progress::asked(steps)
        .into_iter()
        .map(|id| id.simple().to_string())
        .collect();
    let asked = serde_json::to_string(&ids).map_err(unwritable)?;
    pen.transact(async |connection| {
        let known = sqlx::query_as::<_, KnownRow>(READ)
            .bind(asked)
            .fetch_all(&mut *connection)
            .await?
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Result<_, _>>()?;
        let outcome = progress::advance(steps, known);
        write(connection, &outcome.changes).await?;
        Ok(outcome.advanced)
    })
    .await
}

async fn write(
    connection: &mut SqliteConnection,
    changes: &BTreeMap<Uuid, Change>,
) -> Result<(), sqlx::Error> {
    if changes.is_empty() {
        connection.execute("COMMIT").await?;
        return Ok(());
    }
    let rows: Vec<_> = changes
        .iter()
        .map(|(id, change)| ChangeRow {
            id: *id,
            status: change.status.as_str(),
            vehicle: &change.vehicle,
            at: millis(change.at),
        })
        .collect();
    let rows = serde_json::to_string(&rows).map_err(unwritable)?;
    sqlx::query(WRITE).bind(rows).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::plan;

    /// Many steps must cost what they are, however many orders there are.
    #[tokio::test]
    async fn orders_are_found_by_their_ids() -> Result<(), sqlx::Error> {
        for query in [find!(), change!()] {
            let plan = plan(query).await?;
            assert_eq!(plan[1..], ["SEARCH orders USING PRIMARY KEY (id=?)"]);
            assert!(plan[0].starts_with("SCAN json_each"), "{plan:?}");
        }
        Ok(())
    }
}
