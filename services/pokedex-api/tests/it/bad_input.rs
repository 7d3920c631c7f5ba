//! Everything that a client can get wrong is answered with what is wrong.

use anyhow::Result;

use crate::app::{TestApp, encoded};

#[tokio::test]
async fn an_id_that_is_no_number_is_400_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    for id in [
        "pikachu", "0", "-1", "+25", "025", "25.0", "2e1", "0x19", "%2025", "25%20", "٢٥",
        "by-name",
    ] {
        let id = if id.is_ascii() {
            id.to_owned()
        } else {
            encoded(id)
        };
        let answer = app.pokemon(&id).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_wrong("id");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_400_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    for name in [&"x".repeat(51), "pika\0chu", "pika\nchu", "\u{9b}"] {
        let answer = app.named(name).await?;
        answer.expect_problem(400, "bad_parameter");
        answer.expect_wrong("name");
    }
    app.named(&"♀".repeat(50)).await?.expect(404);
    Ok(())
}

#[tokio::test]
async fn a_wrong_parameter_of_a_page_is_400_and_named() -> Result<()> {
    let app = TestApp::start().await?;
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999", "limit"),
        ("after=x", "after"),
        ("after=", "after"),
        ("after=0", "after"),
        ("after=-1", "after"),
        ("after=65536", "after"),
        ("name=", "name"),
        ("name=%00", "name"),
        ("name=a%0Ab", "name"),
        ("nmae=pika", "query"),
        ("limit=1&limit=2", "query"),
    ] {
        let answer = app.page(query).await?;
        answer.expect_wrong(parameter);
    }
    Ok(())
}

#[tokio::test]
async fn a_path_that_is_no_text_is_400() -> Result<()> {
    let app = TestApp::start().await?;
    for path in ["/pokemon/%ff", "/pokemon/by-name/%ff%fe"] {
        let answer = app.get(path).await?;
        answer.expect_problem(400, "bad_path");
        answer.expect_wrong("path");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_are_problems() -> Result<()> {
    let app = TestApp::start().await?;
    for path in [
        "/",
        "/pokemon/",
        "/pokemon/by-name/",
        "/pokemon/25/types",
        "/Pokemon",
    ] {
        app.get(path).await?.expect_problem(404, "not_found");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = app.send(method, "/pokemon/25", &[]).await?;
        answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET,HEAD");
    }
    Ok(())
}
