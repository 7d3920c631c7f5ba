//! Pages of Pokémon.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::app::{Answer, TestApp, encoded};

fn ids(answer: &Answer) -> Result<Vec<u64>> {
    answer.expect(200);
    let pokemon = answer.body["pokemon"].as_array().context("pokemon")?;
    Ok(pokemon
        .iter()
        .filter_map(|one| one["id"].as_u64())
        .collect())
}

#[tokio::test]
async fn a_page_has_20_unless_asked_otherwise() -> Result<()> {
    let app = TestApp::start().await?;
    let first = app.page("").await?;
    assert_eq!(ids(&first)?, (1..=20).collect::<Vec<_>>());
    assert_eq!(first.body["next"], "20");
    assert_eq!(ids(&app.page("limit=100").await?)?.len(), 100);
    Ok(())
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended() -> Result<()> {
    let app = TestApp::start().await?;
    let second = app.page("limit=3&after=20").await?;
    assert_eq!(ids(&second)?, [21, 22, 23]);
    let last = app.page("limit=5&after=1020").await?;
    assert_eq!(ids(&last)?, [1021, 1022, 1023, 1024, 1025]);
    assert_eq!(last.body["next"], Value::Null, "no empty last page");
    let beyond = app.page("after=1025").await?;
    assert_eq!(ids(&beyond)?, [0; 0]);
    assert_eq!(beyond.body["next"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn a_name_filters_by_what_it_contains() -> Result<()> {
    let app = TestApp::start().await?;
    for (name, expected) in [
        ("saur", &[1, 2, 3][..]),
        ("PIKACHU", &[25]),
        ("nidoran", &[29, 32]),
        ("♀", &[29]),
        ("etch’d", &[83, 865]),
        ("mr. ", &[122, 866]),
        ("é", &[669]),
        ("%", &[]),
        ("_", &[]),
        ("\\", &[]),
        ("digimon", &[]),
    ] {
        let page = app.page(&format!("name={}", encoded(name))).await?;
        assert_eq!(ids(&page)?, expected, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn filtered_pages_go_on_too() -> Result<()> {
    let app = TestApp::start().await?;
    let first = app.page("name=tapu&limit=3").await?;
    assert_eq!(ids(&first)?, [785, 786, 787]);
    let next = first.body["next"].as_str().context("a cursor")?;
    let second = app.page(&format!("name=tapu&limit=3&after={next}")).await?;
    assert_eq!(ids(&second)?, [788]);
    assert_eq!(second.body["next"], Value::Null);
    Ok(())
}
