//! Bringing the rows up to date.

use anyhow::{Context as _, Result};

use super::Fixture;

pub(super) async fn a_start_leaves_what_is_current_alone(fixture: Fixture) -> Result<()> {
    // Only a start that wrote would undo this.
    fixture
        .execute("UPDATE pokemon SET name = 'Sparky' WHERE id = 25")
        .await?;
    let again = fixture.another().await?;
    let pokemon = again.get(25).await?.context("is there")?;
    assert_eq!(pokemon.name, "Sparky");
    Ok(())
}

pub(super) async fn another_edition_replaces_all_rows(fixture: Fixture) -> Result<()> {
    for change in [
        "UPDATE edition SET digest = 'an older one'",
        "DELETE FROM pokemon WHERE id = 1",
        "INSERT INTO pokemon (id, name, key, type_1) VALUES (2000, 'Agumon', 'agumon', 'Fire')",
        // Whoever replaces row by row meets a name that is taken.
        "UPDATE pokemon SET name = 'Bulbasaur', key = 'bulbasaur' WHERE id = 2",
    ] {
        fixture.execute(change).await?;
    }
    let again = fixture.another().await?;
    for store in [&again, &fixture.store] {
        let name = async |id| store.get(id).await.map(|one| one.map(|one| one.name));
        assert_eq!(name(1).await?.as_deref(), Some("Bulbasaur"));
        assert_eq!(name(2).await?.as_deref(), Some("Ivysaur"));
        assert_eq!(name(2000).await?, None);
    }
    Ok(())
}
