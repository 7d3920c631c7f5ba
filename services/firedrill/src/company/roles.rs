//! The company's own processes: each a role of this binary.

use std::ffi::OsString;
use std::path::Path;

use loadgen::scenario::Rate;
use rand::RngExt as _;

use super::STOP_TIMEOUT;
use super::addresses::{Addresses, Place};
use crate::supervisor::{ProcessSpec, tied};

/// The token of this run's `/faults`, made anew each time; none where faults are switched off.
pub(super) struct Secret(Option<String>);

impl Secret {
    pub(super) fn new(faults: bool) -> Self {
        Self(faults.then(|| format!("{:032x}", rand::rng().random::<u128>())))
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The services, in the order in which they start.
pub(super) fn services(
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
) -> anyhow::Result<Vec<ProcessSpec>> {
    Ok(vec![ProcessSpec {
        name: "pizza-service".into(),
        program: tied::itself()?,
        arguments: words([
            "pizza-service".into(),
            format!("--api-address={}", addresses.of(Place::PizzaApi)),
            format!(
                "--telemetry-address={}",
                addresses.of(Place::PizzaTelemetry)
            ),
            "--log-format=json".into(),
        ]),
        environment: environment(data_dir, secret.token()),
        ready_url: addresses.url_of(Place::PizzaTelemetry, "/readyz")?,
        stop_timeout: STOP_TIMEOUT,
    }])
}

/// The everyday customers, and the desk where drills sign in.
pub(super) fn customers(
    data_dir: &Path,
    addresses: Addresses,
    baseline: &Rate,
) -> anyhow::Result<ProcessSpec> {
    Ok(ProcessSpec {
        name: "loadgen".into(),
        program: tied::itself()?,
        arguments: words([
            "loadgen".into(),
            "serve".into(),
            format!("--listen={}", addresses.of(Place::LoadgenApi)),
            format!(
                "--telemetry-address={}",
                addresses.of(Place::LoadgenTelemetry)
            ),
            format!("--pizza-url={}", addresses.url(Place::PizzaApi)?),
            format!("--baseline={baseline}"),
            "--log-format=json".into(),
        ]),
        environment: environment(data_dir, None),
        ready_url: addresses.url_of(Place::LoadgenTelemetry, "/readyz")?,
        stop_timeout: STOP_TIMEOUT,
    })
}

fn environment(data_dir: &Path, token: Option<&str>) -> Vec<(String, String)> {
    let data_dir = ("DATA_DIR".to_owned(), data_dir.display().to_string());
    // Empty, not absent: a token in the supervisor's own environment must not reach the services
    // of a company whose faults are switched off.
    let token = (
        "FAULTS_TOKEN".to_owned(),
        token.unwrap_or_default().to_owned(),
    );
    vec![data_dir, token]
}

fn words<const N: usize>(words: [String; N]) -> Vec<OsString> {
    words.into_iter().map(OsString::from).collect()
}
