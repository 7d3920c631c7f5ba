//! Opening the file, which several processes may do at once.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Executor as _};
use tokio::sync::Mutex;

use crate::db::{Pen, make_folder};
use crate::error::BootError;

const FILE: &str = "queue.sqlite";

/// Held while the file is opened: `SQLite` does not wait for those who make the same file.
const LOCK: &str = "queue.lock";

const LAYOUT: &str = include_str!("schema.sql");

/// The layout that this version knows.
const VERSION: i64 = 1;

/// How long another process may write, or open the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(20);

/// What a connection keeps in memory of the file, KiB: messages are read once.
const CACHE: &str = "-512";

/// The connections of one process.
#[derive(Debug)]
pub(super) struct Connections {
    /// Each commit waits for the disk.
    pub(super) durable: Pen,
    /// Commits are on the disk with the next durable one, or soon.
    pub(super) quick: Pen,
    pub(super) reader: Mutex<SqliteConnection>,
}

pub(super) async fn open(data_dir: &Path) -> Result<Connections, BootError> {
    make_folder(data_dir)?;
    let lock = lock(&data_dir.join(LOCK)).await?;
    let file = data_dir.join(FILE);
    let opened = open_locked(&file).await;
    drop(lock);
    opened.map_err(|error| unusable(&file, std::io::Error::other(error)))
}

async fn open_locked(file: &Path) -> Result<Connections, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", CACHE)
        .busy_timeout(BUSY_TIMEOUT);
    let mut durable = options.connect().await?;
    lay_out(&mut durable).await?;
    let quick = options.clone().synchronous(SqliteSynchronous::Normal);
    let reader = options.read_only(true).pragma("query_only", "on");
    Ok(Connections {
        durable: Pen::new(durable),
        quick: Pen::new(quick.connect().await?),
        reader: Mutex::new(reader.connect().await?),
    })
}

async fn lay_out(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    if version > VERSION {
        return Err(sqlx::Error::Configuration(
            format!("was made by a later version (layout {version}, not {VERSION})").into(),
        ));
    }
    if version < VERSION {
        connection.execute(LAYOUT).await?;
    }
    Ok(())
}

async fn lock(path: &Path) -> Result<File, BootError> {
    let file = File::create(path).map_err(|error| unusable(path, error))?;
    let begin = tokio::time::Instant::now();
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(error) if begin.elapsed() >= BUSY_TIMEOUT => {
                return Err(unusable(path, error.into()));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn unusable(path: &Path, error: std::io::Error) -> BootError {
    BootError::system(format!("cannot use {}", path.display()), error)
}
