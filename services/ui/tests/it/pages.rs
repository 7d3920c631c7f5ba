//! The pages and the files that they are made of.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use axum::body::Body;
use http::Request;

use crate::app::{Answer, TestApp};

const PAGES: [&str; 5] = ["/", "/fleet", "/pokedex", "/control", "/traces"];

/// All files together, as they are sent without compression.
const MOST_BYTES: usize = 150 * 1024;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static")
}

/// Every file under `static/`, by its path there.
fn files() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder())?.to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(path)?));
        }
    }
    Ok(files)
}

/// Whether a file has this ending.
fn is_a(file: &str, ending: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, is)| is == ending)
}

/// Values of an attribute.
fn values<'a>(html: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = html.split(attribute).skip(1);
    parts.filter_map(|part| part.split('"').next())
}

fn is_strict(page: &Answer) {
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for unsafe_word in ["unsafe", "*", "http", "data:", "blob:"] {
        assert!(!policy.contains(unsafe_word), "{policy}");
    }
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn every_page_is_there_with_all_that_it_loads() -> Result<()> {
    let app = TestApp::with(&[])?;
    for path in PAGES {
        let page = app.get(path).await?;
        is_strict(page.expect(200));
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        let html = page.text();
        assert!(!html.contains("{{"), "{path}: a place is not filled");
        let loads = values(&html, "src=\"").chain(values(&html, "href=\"/static"));
        for file in loads {
            let file = if file.starts_with("/static") {
                file.to_owned()
            } else {
                format!("/static{file}")
            };
            let answer = app.get(&file).await?;
            is_strict(answer.expect(200));
            assert!(
                answer.header("cache-control").contains("immutable"),
                "{file}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_that_a_policy_would_stop_stands_in_a_page() -> Result<()> {
    let app = TestApp::with(&[])?;
    for path in PAGES {
        let html = app.get(path).await?.text();
        for inline in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
        let scripts = html.matches("<script").count();
        assert_eq!(
            scripts,
            html.matches("src=\"/static").count() - html.matches("<img src").count()
        );
    }
    Ok(())
}

#[test]
fn scripts_import_what_is_there_and_write_no_markup() -> Result<()> {
    let files = files()?;
    let names: BTreeSet<_> = files.iter().map(|(name, _)| name.clone()).collect();
    for (name, text) in files.iter().filter(|(name, _)| is_a(name, "js")) {
        for import in values(text, " from \"") {
            let place = Path::new(name).parent().context("a folder")?.join(import);
            let parts = place.components().fold(Vec::new(), |mut parts, part| {
                match part {
                    std::path::Component::ParentDir => drop(parts.pop()),
                    std::path::Component::Normal(part) => parts.push(part.to_string_lossy()),
                    _ => {}
                }
                parts
            });
            assert!(names.contains(&parts.join("/")), "{name} imports {import}");
        }
        for markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(markup), "{name}: {markup}");
        }
    }
    Ok(())
}

#[test]
fn all_files_together_are_light_and_ours() -> Result<()> {
    let files = files()?;
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
    for (name, text) in &files {
        // The one address that is a name and not a place.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for elsewhere in ["http://", "https://", "url(//", "@import"] {
            assert!(!text.contains(elsewhere), "{name}: {elsewhere}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn files_are_compressed_for_those_who_ask() -> Result<()> {
    let app = TestApp::with(&[])?;
    let html = app.get("/").await?.text();
    let style = values(&html, "href=\"").find(|file| is_a(file, "css"));
    let style = style.context("a style sheet")?;
    let request = Request::get(style).header("accept-encoding", "gzip");
    let answer = app.send(request.body(Body::empty())?).await?;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(answer.body.as_ref()).read_to_string(&mut text)?;
    assert_eq!(text, app.get(style).await?.text());
    assert!(answer.body.len() * 2 < text.len());
    Ok(())
}

#[tokio::test]
async fn a_file_of_another_version_is_not_there() -> Result<()> {
    let app = TestApp::with(&[])?;
    app.get("/static/0123456789abcdef/style.css")
        .await?
        .expect(404);
    let html = app.get("/").await?.text();
    let style = values(&html, "href=\"").find(|file| is_a(file, "css"));
    let outside = style
        .context("a style sheet")?
        .replace("style.css", "..%2FCargo.toml");
    app.get(&outside).await?.expect(404);
    app.get("/nothing").await?.expect(404);
    Ok(())
}
