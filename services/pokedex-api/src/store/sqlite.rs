//! Pokémon in one `SQLite` file.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use contracts::Pokemon;
use prometheus_client::registry::Registry;
use sqlx::SqlitePool;

use super::row::{PokemonRow, select};
use super::{Page, Store, StoreError, operation, outdated};
use crate::edition::Edition;
use crate::name::NameKey;

/// The file in the data folder.
const FILE: &str = "pokedex.sqlite";

/// The store.
#[derive(Clone, Debug)]
pub struct Sqlite {
    database: Database,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, which is made where there is none.
    ///
    /// # Errors
    /// When the folder or the file cannot be used.
    pub async fn open(
        config: &DatabaseConfig,
        edition: &Edition,
        registry: &mut Registry,
        faults: &Faults,
    ) -> Result<Self, BootError> {
        let (database, pools) =
            db::sqlite(config, FILE, &super::OPERATIONS, registry, faults).await?;
        sqlx::migrate!("migrations/sqlite")
            .run(&pools.writer)
            .await
            .map_err(outdated)?;
        load(&pools.writer, edition).await.map_err(outdated)?;
        // Nothing more is written.
        pools.writer.close().await;
        Ok(Self {
            database,
            readers: pools.readers,
        })
    }
}

/// Fills the table, unless it holds this edition.
async fn load(pool: &SqlitePool, edition: &Edition) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let stored: Option<String> = sqlx::query_scalar("SELECT digest FROM edition")
        .fetch_optional(&mut *transaction)
        .await?;
    if stored.as_ref() == Some(&edition.digest) {
        return Ok(());
    }
    for clear in ["DELETE FROM pokemon", "DELETE FROM edition"] {
        sqlx::query(clear).execute(&mut *transaction).await?;
    }
    sqlx::query(
        "INSERT INTO pokemon (id, name, key, type_1, type_2) \
         SELECT value ->> 'id', value ->> 'name', value ->> 'key', \
         value ->> 'type_1', value ->> 'type_2' FROM json_each(?)",
    )
    .bind(&edition.rows)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("INSERT INTO edition (digest) VALUES (?)")
        .bind(&edition.digest)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

#[async_trait]
impl Store for Sqlite {
    async fn get(&self, id: u16) -> Result<Option<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!("id = ?"))
                .bind(id)
                .fetch_optional(&self.readers)
                .await?
                .map(Pokemon::try_from)
                .transpose()
        };
        Ok(self.database.run(operation::GET, work).await?)
    }

    async fn find(&self, name: &NameKey) -> Result<Option<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!("key = ?"))
                .bind(name.as_str())
                .fetch_optional(&self.readers)
                .await?
                .map(Pokemon::try_from)
                .transpose()
        };
        Ok(self.database.run(operation::FIND, work).await?)
    }

    async fn list(&self, page: &Page) -> Result<Vec<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!(
                "id > ? AND instr(key, ?) > 0 ORDER BY id LIMIT ?"
            ))
            .bind(page.after)
            .bind(page.part_of_name())
            .bind(page.limit)
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(Pokemon::try_from)
            .collect()
        };
        Ok(self.database.run(operation::LIST, work).await?)
    }
}
