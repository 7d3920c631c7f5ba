//! What waits, in numbers.

use sqlx::SqlitePool;

use super::row::moment;
use crate::store::{Counts, Oldest};

const OLDEST: &str = "SELECT \
     (SELECT placed_at FROM orders WHERE status = 'placed' ORDER BY id LIMIT 1), \
     (SELECT placed_at FROM orders WHERE status = 'dispatched' ORDER BY id LIMIT 1), \
     (SELECT placed_at FROM outbox JOIN orders ON id = order_id ORDER BY sequence LIMIT 1)";

const COUNT: &str = "SELECT \
     (SELECT count(*) FROM orders WHERE status IN ('placed', 'dispatched')), \
     (SELECT count(*) FROM outbox)";

/// Looks at the oldest: three ends of indexes.
pub(super) async fn oldest(readers: &SqlitePool) -> Result<Oldest, sqlx::Error> {
    let (placed, dispatched, unpublished): (Option<i64>, Option<i64>, Option<i64>) =
        sqlx::query_as(OLDEST).fetch_one(readers).await?;
    let open = [placed, dispatched].into_iter().flatten().min();
    Ok(Oldest {
        open: open.map(moment).transpose()?,
        unpublished: unpublished.map(moment).transpose()?,
    })
}

/// Counts.
pub(super) async fn counts(readers: &SqlitePool) -> Result<Counts, sqlx::Error> {
    let (open, unpublished): (i64, i64) = sqlx::query_as(COUNT).fetch_one(readers).await?;
    Ok(Counts {
        open: open.unsigned_abs(),
        unpublished: unpublished.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::*;

    #[tokio::test]
    async fn the_oldest_are_ends_of_indexes_and_counting_reads_an_index_alone()
    -> Result<(), sqlx::Error> {
        let end = "SEARCH orders USING INDEX orders_by_status (status=?)";
        let oldest = plan(OLDEST).await?;
        assert_eq!(oldest.iter().filter(|step| **step == end).count(), 2);
        let sorts = |step: &String| step.contains("TEMP B-TREE");
        assert!(!oldest.iter().any(sorts), "{oldest:?}");
        let count = plan(COUNT).await?;
        let index = "SEARCH orders USING COVERING INDEX orders_by_status (status=?)";
        assert!(count.iter().any(|step| step == index), "{count:?}");
        Ok(())
    }
}
