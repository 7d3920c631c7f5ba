use std::fs;
use std::path::Path;

use clap::Parser;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{CompanyArgs, FILE};
use crate::load::Destination;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    company: CompanyArgs,
}

fn args(folder: &Path, more: &[&str]) -> CompanyArgs {
    let folder = folder.to_str().expect("a UTF-8 path");
    let words = ["test", "--company", folder]
        .into_iter()
        .chain(more.iter().copied());
    Cli::try_parse_from(words).expect("arguments").company
}

fn company(pid: u32) -> String {
    format!(
        r#"{{"pid":{pid},"faults_token":"sesame","speed":"demo","time_scale":1.0,
        "pizza_url":"http://127.0.0.1:18001","tracker_url":"http://127.0.0.1:18080","metrics_url":"http://127.0.0.1:19090",
        "loadgen_url":"http://127.0.0.1:18002",
        "telemetry":{{"pizza-service":"http://127.0.0.1:19111","loadgen":"http://127.0.0.1:19114"}}}}"#
    )
}

#[test]
fn a_running_company_says_where_it_is_and_flags_win() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), company(std::process::id())).expect("written");
    let settled = args(folder.path(), &["--pizza-url", "http://pizza:1"])
        .settle()
        .expect("settled");
    assert_eq!(settled.pizza_url.as_str(), "http://pizza:1/");
    assert_eq!(settled.loadgen_url.as_str(), "http://127.0.0.1:18002/");
    assert_eq!(
        settled.alertmanager_url, None,
        "it runs without one, and says so"
    );
    assert_eq!(
        settled.url_of(Destination::Tracker).map(Url::as_str),
        Some("http://127.0.0.1:18080/")
    );
    assert_eq!(settled.pokedex_url, None, "it runs without one");
    assert!(
        settled.telemetry.keys().eq(["loadgen", "pizza-service"]),
        "nothing is made up that may be another company's: {:?}",
        settled.telemetry
    );
    assert_eq!(
        settled.telemetry["pizza-service"].as_str(),
        "http://127.0.0.1:19111/"
    );
    assert_eq!(
        settled.faults_token.expect("a token").expose_secret(),
        "sesame"
    );
}

#[test]
fn without_a_company_the_usual_addresses_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let settled = args(folder.path(), &[]).settle().expect("settled");
    assert_eq!(settled.pizza_url.as_str(), "http://127.0.0.1:8001/");
    assert_eq!(
        settled.metrics_url.as_ref().map(Url::as_str),
        Some("http://127.0.0.1:9090/")
    );
    assert_eq!(
        settled.telemetry["pokedex-api"].as_str(),
        "http://127.0.0.1:8689/"
    );
    for (destination, url) in [
        (Destination::Pokedex, "http://127.0.0.1:5000/"),
        (Destination::Tracker, "http://127.0.0.1:8080/"),
    ] {
        assert_eq!(settled.url_of(destination).map(Url::as_str), Some(url));
    }
}

#[test]
fn whoever_says_where_telemetry_is_says_it_of_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = ["--telemetry", "pizza-service=http://pizza-service:9111"];
    let settled = args(folder.path(), &told).settle().expect("settled");
    let telemetry: Vec<_> = settled
        .telemetry
        .iter()
        .map(|(service, url)| (service.as_str(), url.as_str()))
        .collect();
    assert_eq!(telemetry, [("pizza-service", "http://pizza-service:9111/")]);
}

#[test]
fn the_file_of_a_dead_company_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = std::process::Command::new("true")
        .spawn()
        .expect("a process");
    child.wait().expect("it ends");
    fs::write(folder.path().join(FILE), company(child.id())).expect("written");
    let settled = args(folder.path(), &[]).settle().expect("settled");
    assert_eq!(settled.pizza_url.as_str(), "http://127.0.0.1:8001/");
}

#[test]
fn a_broken_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), "{").expect("written");
    let error = args(folder.path(), &[]).settle().expect_err("broken");
    assert!(error.to_string().contains("company.json"), "{error}");
}

#[test]
fn the_token_is_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = args(folder.path(), &["--faults-token", "sesame-open"]);
    let settled = args.settle().expect("settled");
    assert!(!format!("{args:?}{settled:?}").contains("sesame-open"));
}
