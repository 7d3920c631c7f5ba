//! The document and the source do not drift apart.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use company_tests::collector::Collector;

use super::process::Process;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn document() -> Result<String> {
    let path = folder().join("instrumentation.md");
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// What each link leads to, without the place within the file.
fn links(document: &str) -> Vec<PathBuf> {
    let targets = document
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.starts_with("http"));
    files
        .filter_map(|target| target.split('#').next())
        .map(|target| folder().join(target))
        .collect()
}

/// The code blocks of a language.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let blocks = document.split(&fence).skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

/// Without what a formatter may change.
fn squeezed(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_link_leads_to_a_file() -> Result<()> {
    let links = links(&document()?);
    assert!(links.len() > 8, "{links:?}");
    for link in links {
        assert!(link.exists(), "{}", link.display());
    }
    Ok(())
}

#[test]
fn every_snippet_is_in_a_file_that_is_linked() -> Result<()> {
    let document = document()?;
    let sources: Vec<String> = links(&document)
        .iter()
        .filter(|link| link.is_file())
        .map(|link| std::fs::read_to_string(link).map(|text| squeezed(&text)))
        .collect::<Result<_, _>>()?;
    let snippets = blocks(&document, "rust");
    assert!(snippets.len() >= 4, "{snippets:?}");
    for snippet in snippets {
        let code = squeezed(snippet);
        assert!(
            sources.iter().any(|source| source.contains(&code)),
            "{snippet}"
        );
    }
    Ok(())
}

/// A word in code that looks like a metric's name is one.
#[tokio::test]
async fn every_metric_that_it_names_is_exported() -> Result<()> {
    let collector = Collector::start().await?;
    let text = Process::start(&collector).await?.metrics().await?;
    let document = document()?;
    let words = document.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let metrics: Vec<_> = words
        .filter(|word| {
            ["_total", "_seconds", "_bucket"]
                .iter()
                .any(|end| word.ends_with(end))
        })
        .filter(|word| word.len() > "_seconds".len())
        .collect();
    assert!(
        metrics.contains(&"pokedex_name_lookups_total"),
        "{metrics:?}"
    );
    for metric in metrics {
        assert!(text.contains(&format!("\n{metric}")), "{metric}");
    }
    Ok(())
}
