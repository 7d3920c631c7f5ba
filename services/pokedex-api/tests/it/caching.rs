//! What clients may keep, and how they ask whether it is still so.

use anyhow::Result;

use crate::app::TestApp;

const PATHS: [&str; 3] = [
    "/pokemon/25",
    "/pokemon/by-name/pikachu",
    "/pokemon?name=saur",
];

#[tokio::test]
async fn an_answer_may_be_kept_and_has_a_tag() -> Result<()> {
    let app = TestApp::start().await?;
    for path in PATHS {
        let answer = app.get(path).await?;
        answer.expect(200);
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        let etag = answer.header("etag");
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2);
        assert_eq!(app.get(path).await?.header("etag"), etag, "it stays");
    }
    let one = app.get("/pokemon/25").await?;
    let other = app.get("/pokemon/26").await?;
    assert_ne!(one.header("etag"), other.header("etag"));
    Ok(())
}

#[tokio::test]
async fn who_has_the_answer_is_not_sent_it_again() -> Result<()> {
    let app = TestApp::start().await?;
    for path in PATHS {
        let etag = app.get(path).await?.header("etag").to_owned();
        for known in [
            etag.clone(),
            format!("W/{etag}"),
            format!("\"other\", {etag}"),
            format!("\"other\",W/{etag},\"third\""),
            "*".to_owned(),
        ] {
            for method in ["GET", "HEAD"] {
                let answer = app.send(method, path, &[("if-none-match", &known)]).await?;
                answer.expect(304);
                assert!(answer.body.is_null());
                assert_eq!(answer.header("etag"), etag);
                assert_eq!(answer.header("cache-control"), "public, max-age=3600");
            }
        }
        let two = [("if-none-match", "\"other\""), ("if-none-match", &etag)];
        app.send("GET", path, &two).await?.expect(304);
        for unknown in ["\"other\"", "", "nonsense", etag.trim_matches('"')] {
            let headers = [("if-none-match", unknown)];
            app.send("GET", path, &headers).await?.expect(200);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_404_whatever_the_client_has() -> Result<()> {
    let app = TestApp::start().await?;
    for path in ["/pokemon/1026", "/pokemon/by-name/agumon"] {
        let answer = app.send("GET", path, &[("if-none-match", "*")]).await?;
        answer.expect_problem(404, "pokemon_not_found");
        assert_eq!(answer.header("etag"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    Ok(())
}

#[tokio::test]
async fn head_is_get_without_a_body() -> Result<()> {
    let app = TestApp::start().await?;
    for path in PATHS {
        let get = app.get(path).await?;
        let head = app.send("HEAD", path, &[]).await?;
        head.expect(200);
        assert!(head.body.is_null());
        assert_ne!(head.header("content-length"), "");
        for name in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
    }
    app.send("HEAD", "/pokemon/1026", &[]).await?.expect(404);
    Ok(())
}
