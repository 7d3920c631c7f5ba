//! Pokémon in Postgres.

use async_trait::async_trait;
use chassis::BootError;
use chassis::config::DatabaseConfig;
use chassis::db::{self, Database};
use chassis::faults::Faults;
use contracts::Pokemon;
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use sqlx::PgPool;

use super::row::{PokemonRow, select};
use super::{Page, Store, StoreError, operation, outdated};
use crate::edition::Edition;
use crate::name::NameKey;

/// The store.
#[derive(Clone, Debug)]
pub struct Postgres {
    database: Database,
    pool: PgPool,
}

impl Postgres {
    /// Connects, and waits for the server as long as configured.
    ///
    /// # Errors
    /// When the URL is wrong or the server does not answer in time.
    pub async fn open(
        config: &DatabaseConfig,
        url: &SecretString,
        edition: &Edition,
        registry: &mut Registry,
        faults: &Faults,
    ) -> Result<Self, BootError> {
        let (database, pool) =
            db::postgres(config, url, &super::OPERATIONS, registry, faults).await?;
        sqlx::migrate!("migrations/postgres")
            .run(&pool)
            .await
            .map_err(outdated)?;
        load(&pool, edition).await.map_err(outdated)?;
        Ok(Self { database, pool })
    }
}

/// Fills the table, unless it holds this edition. Of several copies that start at once one does it,
/// and the others find it done; who reads meanwhile sees the old rows.
async fn load(pool: &PgPool, edition: &Edition) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("LOCK TABLE edition IN EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await?;
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
         SELECT * FROM jsonb_to_recordset($1::text::jsonb) \
         AS one (id integer, name text, key text, type_1 text, type_2 text)",
    )
    .bind(&edition.rows)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("INSERT INTO edition (digest) VALUES ($1)")
        .bind(&edition.digest)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

#[async_trait]
impl Store for Postgres {
    async fn get(&self, id: u16) -> Result<Option<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!("id = $1"))
                .bind(i32::from(id))
                .fetch_optional(&self.pool)
                .await?
                .map(Pokemon::try_from)
                .transpose()
        };
        Ok(self.database.run(operation::GET, work).await?)
    }

    async fn find(&self, name: &NameKey) -> Result<Option<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!("key = $1"))
                .bind(name.as_str())
                .fetch_optional(&self.pool)
                .await?
                .map(Pokemon::try_from)
                .transpose()
        };
        Ok(self.database.run(operation::FIND, work).await?)
    }

    async fn list(&self, page: &Page) -> Result<Vec<Pokemon>, StoreError> {
        let work = async {
            sqlx::query_as::<_, PokemonRow>(select!(
                "id > $1 AND strpos(key, $2) > 0 ORDER BY id LIMIT $3"
            ))
            .bind(i32::from(page.after))
            .bind(page.part_of_name())
            .bind(i64::from(page.limit))
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(Pokemon::try_from)
            .collect()
        };
        Ok(self.database.run(operation::LIST, work).await?)
    }
}
