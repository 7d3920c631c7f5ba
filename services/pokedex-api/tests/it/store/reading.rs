//! Reading Pokémon.

use anyhow::Result;
use contracts::Pokemon;
use pokedex_api::name::NameKey;
use pokedex_api::store::{Page, Store, StoreError};

use super::Fixture;

fn page(name: Option<&str>, after: u16, limit: u32) -> Page {
    Page {
        name: name.map(NameKey::of),
        after,
        limit,
    }
}

async fn ids(store: &dyn Store, page: Page) -> Result<Vec<u16>> {
    let pokemon = store.list(&page).await?;
    Ok(pokemon.into_iter().map(|one| one.id).collect())
}

pub(super) async fn one_is_read_by_its_number(fixture: Fixture) -> Result<()> {
    let store = &fixture.store;
    let flabebe = Pokemon {
        id: 669,
        name: "Flabébé".to_owned(),
        types: vec!["Fairy".to_owned()],
    };
    assert_eq!(store.get(669).await?, Some(flabebe));
    let types = store.get(6).await?.map(|one| one.types);
    assert_eq!(types, Some(vec!["Fire".to_owned(), "Flying".to_owned()]));
    for none in [0, 1026, u16::MAX] {
        assert_eq!(store.get(none).await?, None);
    }
    Ok(())
}

pub(super) async fn one_is_found_by_its_name_in_any_spelling(fixture: Fixture) -> Result<()> {
    for (name, id) in [
        ("nidoran♀", Some(29)),
        ("FARFETCH’D", Some(83)),
        ("FLABÉBÉ", Some(669)),
        ("type: null", Some(772)),
        ("pika", None),
        ("", None),
    ] {
        let found = fixture.store.find(&NameKey::of(name)).await?;
        assert_eq!(found.map(|one| one.id), id, "{name}");
    }
    Ok(())
}

pub(super) async fn pages_go_on_by_number(fixture: Fixture) -> Result<()> {
    let store = fixture.store.as_ref();
    assert_eq!(ids(store, page(None, 0, 3)).await?, [1, 2, 3]);
    assert_eq!(ids(store, page(None, 1023, 9)).await?, [1024, 1025]);
    assert_eq!(ids(store, page(None, 1025, 9)).await?, [0; 0]);
    assert_eq!(ids(store, page(None, 0, 2000)).await?.len(), 1025);
    assert_eq!(ids(store, page(Some("Saur"), 1, 9)).await?, [2, 3]);
    Ok(())
}

pub(super) async fn a_filter_takes_every_character_as_it_is(fixture: Fixture) -> Result<()> {
    let store = fixture.store.as_ref();
    for nothing in ["%", "_", "*", "\\", "'; DROP TABLE pokemon; --"] {
        assert_eq!(ids(store, page(Some(nothing), 0, 9)).await?, [0; 0]);
    }
    assert_eq!(ids(store, page(Some("♂"), 0, 9)).await?, [32]);
    Ok(())
}

pub(super) async fn what_cannot_be_read_is_an_error(fixture: Fixture) -> Result<()> {
    fixture
        .execute("UPDATE pokemon SET id = 70000 WHERE id = 1025")
        .await?;
    let read = fixture.store.list(&page(None, 1024, 9)).await;
    assert!(matches!(read, Err(StoreError::Unreadable(_))), "{read:?}");
    Ok(())
}
