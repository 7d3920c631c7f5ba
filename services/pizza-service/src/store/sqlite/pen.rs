//! The one connection that writes.
//!
//! `SQLite` runs on a thread of its own, and on a busy machine the way there and back takes longer
//! than the work. So a transaction goes there as one text, `BEGIN` to `COMMIT`, and the library does
//! not know that one is open: after an error, or when whoever waited has given up, this does.

use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, Sqlite, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, MutexGuard};

/// The writing connection, held for the life of the store: taking it from its pool and giving it
/// back would be a way there and back each.
#[derive(Debug)]
pub(super) struct Pen(Mutex<Held>);

#[derive(Debug)]
pub(super) struct Held {
    connection: PoolConnection<Sqlite>,
    /// A transaction was begun, and its end was not seen.
    in_doubt: bool,
}

impl Pen {
    pub(super) async fn take(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        Ok(Self(Mutex::new(Held {
            connection: pool.acquire().await?,
            in_doubt: false,
        })))
    }

    /// The connection, with no transaction open.
    pub(super) async fn hold(&self) -> MutexGuard<'_, Held> {
        let mut held = self.0.lock().await;
        if held.in_doubt {
            held.roll_back().await;
        }
        held
    }
}

impl Held {
    /// For single statements.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Runs texts that begin a transaction first and commit it last; rolls back after an error.
    pub(super) async fn transact<T>(
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
