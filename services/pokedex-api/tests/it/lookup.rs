//! One Pokémon, by its number or its name.

use anyhow::Result;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_number_leads_to_a_name_and_types() -> Result<()> {
    let app = TestApp::start().await?;
    for (id, name, types) in [
        (1, "Bulbasaur", &["Grass", "Poison"][..]),
        (25, "Pikachu", &["Electric"]),
        (1025, "Pecharunt", &["Poison", "Ghost"]),
    ] {
        let answer = app.pokemon(&id.to_string()).await?;
        answer.expect(200);
        assert_eq!(answer.header("content-type"), "application/json");
        let expected = json!({"id": id, "name": name, "types": types});
        assert_eq!(answer.body, expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_number_without_a_pokemon_is_404() -> Result<()> {
    let app = TestApp::start().await?;
    for id in ["1026", "65535", "65536", "99999999999999999999999"] {
        app.pokemon(id)
            .await?
            .expect_problem(404, "pokemon_not_found");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_leads_to_a_number_in_any_case_and_spelling() -> Result<()> {
    let app = TestApp::start().await?;
    for (name, id) in [
        ("Pikachu", 25),
        ("pikachu", 25),
        ("PIKACHU", 25),
        ("Nidoran♀", 29),
        ("nidoran♂", 32),
        ("Farfetch'd", 83),
        ("farfetch’d", 83),
        ("Mr. Mime", 122),
        ("MR. MIME", 122),
        ("Porygon2", 233),
        ("Ho-Oh", 250),
        ("Mime Jr.", 439),
        ("porygon-z", 474),
        ("Flabébé", 669),
        ("FLABÉBÉ", 669),
        ("Flabe\u{301}be\u{301}", 669),
        ("Type: Null", 772),
        ("Jangmo-o", 782),
        ("Tapu Koko", 785),
        ("Sirfetch'd", 865),
        ("Mr. Rime", 866),
        ("Great Tusk", 984),
    ] {
        let answer = app.named(name).await?;
        answer.expect(200);
        assert_eq!(answer.body["id"], id, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_none_has_is_404() -> Result<()> {
    let app = TestApp::start().await?;
    for name in [
        "Agumon",
        "Pika",
        "Flabebe",
        "Pikachu ",
        "%",
        "' OR 1=1 --",
        "a/b",
    ] {
        app.named(name)
            .await?
            .expect_problem(404, "pokemon_not_found");
    }
    Ok(())
}

#[tokio::test]
async fn both_ways_lead_to_the_same() -> Result<()> {
    let app = TestApp::start().await?;
    let by_id = app.pokemon("772").await?;
    let by_name = app.named("type: null").await?;
    assert_eq!(by_id.body, by_name.body);
    assert_eq!(by_id.header("etag"), by_name.header("etag"));
    Ok(())
}
