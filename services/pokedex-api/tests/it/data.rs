//! The data file, seen through the API: nobody is missing, and difficult names are spelt right.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use contracts::pokemon::LAST_NUMBER;
use contracts::{Pokemon, PokemonPage};

use crate::app::TestApp;

const TYPES: [&str; 18] = [
    "Bug", "Dark", "Dragon", "Electric", "Fairy", "Fighting", "Fire", "Flying", "Ghost", "Grass",
    "Ground", "Ice", "Normal", "Poison", "Psychic", "Rock", "Steel", "Water",
];

/// Every page to the end.
async fn all() -> Result<Vec<Pokemon>> {
    let app = TestApp::start().await?;
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let answer = app.page(&format!("limit=100{after}")).await?;
        let page: PokemonPage = serde_json::from_value(answer.body)?;
        all.extend(page.pokemon);
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(all),
        }
    }
}

#[tokio::test]
async fn all_1025_are_there_without_a_gap() -> Result<()> {
    let ids: Vec<u16> = all().await?.iter().map(|one| one.id).collect();
    assert_eq!(ids, (1..=LAST_NUMBER).collect::<Vec<_>>());
    assert_eq!(ids.len(), 1025);
    Ok(())
}

#[tokio::test]
async fn each_has_a_name_of_its_own_and_one_or_two_types() -> Result<()> {
    let all = all().await?;
    let names: BTreeSet<_> = all.iter().map(|one| &one.name).collect();
    assert_eq!(names.len(), all.len());
    let mut used = BTreeSet::new();
    for one in &all {
        assert!((1..=2).contains(&one.types.len()), "{one:?}");
        assert_ne!(one.types.first(), one.types.get(1), "{one:?}");
        used.extend(one.types.iter().map(String::as_str));
    }
    assert_eq!(used, TYPES.into());
    Ok(())
}

#[tokio::test]
async fn difficult_names_are_spelt_right() -> Result<()> {
    let names: BTreeMap<u16, String> = all()
        .await?
        .into_iter()
        .map(|one| (one.id, one.name))
        .collect();
    for (id, name) in [
        (29, "Nidoran♀"),
        (32, "Nidoran♂"),
        (83, "Farfetch'd"),
        (122, "Mr. Mime"),
        (233, "Porygon2"),
        (250, "Ho-Oh"),
        (439, "Mime Jr."),
        (474, "Porygon-Z"),
        (669, "Flab\u{e9}b\u{e9}"),
        (772, "Type: Null"),
        (782, "Jangmo-o"),
        (785, "Tapu Koko"),
        (865, "Sirfetch'd"),
        (866, "Mr. Rime"),
        (1001, "Wo-Chien"),
        (1021, "Raging Bolt"),
    ] {
        assert_eq!(names[&id], name);
    }
    Ok(())
}

/// A sample of each generation, of types that a later generation has changed among them.
#[tokio::test]
async fn types_are_those_of_the_ninth_generation() -> Result<()> {
    let all = all().await?;
    for (id, types) in [
        (6, &["Fire", "Flying"][..]),
        (35, &["Fairy"]),
        (81, &["Electric", "Steel"]),
        (122, &["Psychic", "Fairy"]),
        (248, &["Rock", "Dark"]),
        (282, &["Psychic", "Fairy"]),
        (493, &["Normal"]),
        (637, &["Bug", "Fire"]),
        (669, &["Fairy"]),
        (785, &["Electric", "Fairy"]),
        (888, &["Fairy"]),
        (1000, &["Steel", "Ghost"]),
    ] {
        let one = &all[usize::from(id - 1_u16)];
        assert_eq!(
            (one.id, &one.types[..]),
            (
                id,
                &types.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            )
        );
    }
    Ok(())
}
