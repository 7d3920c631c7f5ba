//! What waits, in numbers.

use sqlx::PgPool;
use time::OffsetDateTime;

use crate::store::{Counts, Oldest};

/// Rows compared with rows, as for pages of a status: the planner might walk through all older
/// orders otherwise.
macro_rules! oldest_of {
    ($status:literal) => {
        concat!(
            "(SELECT placed_at FROM orders WHERE (status, id) >= ('",
            $status,
            "', '00000000-0000-0000-0000-000000000000') AND (status, id) <= ('",
            $status,
            "', 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY status, id LIMIT 1)"
        )
    };
}

const OLDEST: &str = concat!(
    "SELECT ",
    oldest_of!("placed"),
    ", ",
    oldest_of!("dispatched"),
    ", (SELECT placed_at FROM outbox JOIN orders ON id = order_id ORDER BY sequence LIMIT 1)"
);

const COUNT: &str = "SELECT \
     (SELECT count(*) FROM orders WHERE status IN ('placed', 'dispatched')), \
     (SELECT count(*) FROM outbox)";

type Moment = Option<OffsetDateTime>;

/// Looks at the oldest: three ends of indexes.
pub(super) async fn oldest(pool: &PgPool) -> Result<Oldest, sqlx::Error> {
    let (placed, dispatched, unpublished): (Moment, Moment, Moment) =
        sqlx::query_as(OLDEST).fetch_one(pool).await?;
    Ok(Oldest {
        open: [placed, dispatched].into_iter().flatten().min(),
        unpublished,
    })
}

/// Counts.
pub(super) async fn counts(pool: &PgPool) -> Result<Counts, sqlx::Error> {
    let (open, unpublished): (i64, i64) = sqlx::query_as(COUNT).fetch_one(pool).await?;
    Ok(Counts {
        open: open.unsigned_abs(),
        unpublished: unpublished.unsigned_abs(),
    })
}
