//! The connection that writes to a `SQLite` file.
//!
//! `SQLite` runs on a thread of its own, and on a busy machine the way there and back takes longer
//! than the work. So a transaction goes there as one text, `BEGIN` to `COMMIT`, and the library does
//! not know that one is open: after an error, or when whoever waited has given up, this does. It ends
//! the transaction then and there, and not with the next one: other processes may wait for the file.
//!
//! Parameters are written `$1`, not `?1`: a statement of a text uses some of them, and of those
//! written `?3`, `SQLite` has three, which the library fills one after the other, all texts long.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Executor as _, SqliteConnection, SqlitePool};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A writing connection.
#[derive(Debug)]
pub struct Pen(Arc<Mutex<Held>>);

/// A writing connection in somebody's hand. Dropped in the middle of a transaction, it ends that.
#[derive(Debug)]
pub struct Hand {
    held: OwnedMutexGuard<Held>,
    pen: Arc<Mutex<Held>>,
}

/// A writing connection with no transaction open.
#[derive(Debug)]
pub struct Held {
    connection: SqliteConnection,
    /// A transaction was begun, and its end was not seen.
    in_doubt: bool,
}

impl Pen {
    /// Writes by this connection.
    pub fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(Held {
            connection,
            in_doubt: false,
        })))
    }

    /// Takes a connection out of its pool for good: to borrow it and to give it back would be a way
    /// there and back each.
    ///
    /// # Errors
    /// When the pool has none to give.
    pub async fn take(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        Ok(Self::new(pool.acquire().await?.leak()))
    }

    /// The connection, with no transaction open.
    pub async fn hold(&self) -> Hand {
        let mut held = Arc::clone(&self.0).lock_owned().await;
        if held.in_doubt {
            held.roll_back().await;
        }
        Hand {
            held,
            pen: Arc::clone(&self.0),
        }
    }

    /// Runs texts that begin a transaction first and commit it last; rolls back after an error.
    ///
    /// # Errors
    /// The texts' own.
    pub async fn transact<T>(
        &self,
        texts: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        self.hold().await.transact(texts).await
    }
}

impl Deref for Hand {
    type Target = Held;

    fn deref(&self) -> &Held {
        &self.held
    }
}

impl DerefMut for Hand {
    fn deref_mut(&mut self) -> &mut Held {
        &mut self.held
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if !self.held.in_doubt {
            return;
        }
        // Without a runtime the process ends, and the file is free with it.
        if let Ok(runtime) = Handle::try_current() {
            let pen = Pen(Arc::clone(&self.pen));
            runtime.spawn(async move { drop(pen.hold().await) });
        }
    }
}

impl Held {
    /// For single statements.
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// The same as [`Pen::transact`], for several in a row.
    ///
    /// # Errors
    /// The texts' own.
    pub async fn transact<T>(
        &mut self,
        texts: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        self.in_doubt = true;
        let result = texts(&mut self.connection).await;
        if result.is_err() {
            self.roll_back().await;
        }
        self.in_doubt = false;
        result
    }

    async fn roll_back(&mut self) {
        // Fails where nothing is open, as after an error that has rolled back by itself.
        let _ = self.connection.execute("ROLLBACK").await;
        self.in_doubt = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::ConnectOptions as _;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;

    #[tokio::test]
    async fn a_transaction_that_was_given_up_does_not_keep_others_from_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("t.db"))
            .create_if_missing(true)
            .busy_timeout(Duration::from_secs(5));
        let mut other = options.connect().await.expect("a connection");
        other
            .execute("CREATE TABLE t (n INTEGER NOT NULL)")
            .await
            .expect("a table");
        let pen = Pen::new(options.connect().await.expect("a connection"));
        let given_up = pen.transact(async |connection| {
            connection
                .execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
                .await?;
            std::future::pending::<Result<(), sqlx::Error>>().await
        });
        tokio::time::timeout(Duration::from_millis(100), given_up)
            .await
            .expect_err("it hangs");
        // Nobody takes the pen again.
        other
            .execute("INSERT INTO t VALUES (2)")
            .await
            .expect("the file is free");
        let rows: Vec<i64> = sqlx::query_scalar("SELECT n FROM t")
            .fetch_all(&mut other)
            .await
            .expect("rows");
        assert_eq!(rows, [2]);
    }
}
