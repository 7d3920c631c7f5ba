//! The connection that writes to a `SQLite` file.
//!
//! `SQLite` runs on a thread of its own, and on a busy machine the way there and back takes longer
//! than the work. So a transaction goes there as one text, `BEGIN` to `COMMIT`, and the library does
//! not know that one is open: after an error, or when whoever waited has given up, this does.
//!
//! Parameters are written `$1`, not `?1`: a statement of a text uses some of them, and of those
//! written `?3`, `SQLite` has three, which the library fills one after the other, all texts long.

use sqlx::{Executor as _, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, MutexGuard};

/// A writing connection.
#[derive(Debug)]
pub struct Pen(Mutex<Held>);

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
        Self(Mutex::new(Held {
            connection,
            in_doubt: false,
        }))
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
    pub async fn hold(&self) -> MutexGuard<'_, Held> {
        let mut held = self.0.lock().await;
        if held.in_doubt {
            held.roll_back().await;
        }
        held
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
