//! `loadgen reset`: takes back every fault of every service.

use std::process::ExitCode;

use clap::Args;

use super::{complain, say};
use crate::company::{Company, CompanyArgs};
use crate::drill::faults::Faults;
use crate::drill::http::{self, HttpError};
use crate::drill::verdict::EXIT_USAGE;
use crate::drill::{injector, rails};

#[derive(Args, Debug)]
pub(super) struct ResetArgs {
    /// A host beyond this machine and private names that may be touched; may come several times.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,

    #[command(flatten)]
    company: CompanyArgs,
}

pub(super) fn run(args: &ResetArgs) -> ExitCode {
    let company = match args.company.settle() {
        Ok(company) => company,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    runtime.block_on(reset(&company, &args.allow_host))
}

/// Every service is asked, whatever becomes of the others.
async fn reset(company: &Company, allowed: &[String]) -> ExitCode {
    let client = http::client();
    let mut code = ExitCode::SUCCESS;
    for (service, telemetry) in &company.telemetry {
        if let Err(error) = rails::check(telemetry, allowed) {
            code = complain(format_args!("{service}: {error}"), EXIT_USAGE);
            continue;
        }
        let faults = Faults::new(
            client.clone(),
            service,
            telemetry.clone(),
            company.faults_token.clone(),
        );
        match take_back(&faults).await {
            Ok(done) => {
                say(&format!("{service}: {done}\n"));
            }
            Err(problem) => code = complain(format_args!("{service}: {problem}"), EXIT_USAGE),
        }
    }
    code
}

async fn take_back(faults: &Faults) -> Result<String, String> {
    let active = match faults.list().await {
        Ok(active) => active,
        Err(error) if has_none(&error) => return Ok("takes no faults".to_owned()),
        Err(error) => return Err(error.to_string()),
    };
    if active.is_empty() {
        return Ok("nothing was broken".to_owned());
    }
    let failed = injector::take_back_everything(std::slice::from_ref(faults)).await;
    if let Some(problem) = failed.into_iter().next() {
        return Err(problem);
    }
    let kinds: Vec<_> = active.iter().map(|fault| fault.kind.as_str()).collect();
    Ok(format!("took back {}", kinds.join(", ")))
}

/// A service without fault injection has nothing to take back.
fn has_none(error: &HttpError) -> bool {
    error.status() == Some(reqwest::StatusCode::NOT_FOUND)
}
