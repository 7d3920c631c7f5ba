//! The committed description of the desk's API is the one that is served.

use std::sync::Arc;

use chassis::Stop;
use clap::Parser;
use loadgen::company::CompanyArgs;
use loadgen::serve;
use loadgen::serve::control::Control;
use loadgen::serve::control::access::Access;
use loadgen::serve::deadman::Deadman;
use loadgen::serve::inbox::Inbox;
use loadgen::serve::lease::Lease;
use loadgen::serve::traces::Traces;
use loadgen::serve::traces::metrics::TraceMetrics;
use serde_json::Value;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    company: CompanyArgs,
}

fn described() -> Value {
    let (inbox, lease) = (Arc::<Inbox>::default(), Arc::<Lease>::default());
    let company = Cli::parse_from(["test"]).company;
    let control = Control::new(company, Vec::new(), Arc::clone(&lease), &Stop::new());
    let traces = Traces::new(1, TraceMetrics::default());
    let (_, api) = serve::api(
        &inbox,
        &lease,
        &Deadman::unwatched(),
        traces,
        control,
        Access::new(None),
    );
    serde_json::to_value(api).expect("JSON")
}

/// With `UPDATE_OPENAPI=1` the committed document is written anew.
#[tokio::test]
async fn the_committed_document_is_current() {
    let described = described();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COMMITTED, format!("{described:#}\n")).expect("written");
    }
    let committed = std::fs::read_to_string(COMMITTED).expect("it is committed");
    let committed: Value = serde_json::from_str(&committed).expect("JSON");
    assert!(
        committed == described,
        "openapi.json is not current: run this test with UPDATE_OPENAPI=1 and look at the difference"
    );
}
