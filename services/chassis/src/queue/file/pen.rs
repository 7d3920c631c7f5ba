//! A connection that writes.
//!
//! `SQLite` runs on a thread of its own, and on a busy machine the way there and back takes longer
//! than the work. So a transaction goes there as one text, `BEGIN` to `COMMIT`, and the library does
//! not know that one is open: after an error, or when whoever waited has given up, this does.
//!
//! Parameters are written `$1`, not `?1`: a statement of a text uses some of them, and of those
//! written `?3`, `SQLite` has three, which the library fills one after the other, all texts long.

use sqlx::{Executor as _, SqliteConnection};
use tokio::sync::Mutex;

/// A writing connection.
#[derive(Debug)]
pub(super) struct Pen(Mutex<Held>);

#[derive(Debug)]
struct Held {
    connection: SqliteConnection,
    /// A transaction was begun, and its end was not seen.
    in_doubt: bool,
}

impl Pen {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self(Mutex::new(Held {
            connection,
            in_doubt: false,
        }))
    }

    /// Runs texts that begin a transaction first and commit it last; rolls back after an error.
    pub(super) async fn transact<T>(
        &self,
        texts: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let mut held = self.0.lock().await;
        if held.in_doubt {
            held.roll_back().await;
        }
        held.in_doubt = true;
        let result = texts(&mut held.connection).await;
        if result.is_err() {
            held.roll_back().await;
        }
        held.in_doubt = false;
        result
    }
}

impl Held {
    async fn roll_back(&mut self) {
        // Fails where nothing is open, as after an error that has rolled back by itself.
        let _ = self.connection.execute("ROLLBACK").await;
    }
}
