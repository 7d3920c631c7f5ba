//! The ui alone, with neighbours that are named or away.

use std::time::Duration;

use anyhow::Result;
use company_tests::Program;
use company_tests::ports::Offset;
use rustix::process::Signal;
use tokio::process::Command;

use crate::BINARY;

const SOON: Duration = Duration::from_mins(1);

/// A running ui.
pub(crate) struct Lone {
    program: Program,
    ports: Offset,
}

impl Lone {
    /// Where nobody listens but where these flags say.
    pub(crate) async fn start(flags: &[String]) -> Result<Self> {
        Self::on(Offset::take()?, flags).await
    }

    /// The same on these ports.
    pub(crate) async fn on(ports: Offset, flags: &[String]) -> Result<Self> {
        let mut command = Command::new(BINARY);
        let address = |port| ports.url(port).replace("http://", "");
        command
            .arg("ui")
            .env("UI_ADDRESS", address(8000))
            .env("TELEMETRY_ADDRESS", address(9110))
            .env("PIZZA_URL", ports.url(8001))
            .env("POKEDEX_URL", ports.url(5000))
            .env("TRACKER_URL", ports.url(8080))
            .env("LOADGEN_URL", ports.url(8002))
            .args(flags);
        let mut program = Program::start(&mut command)?;
        let ready = format!("{}/readyz", ports.url(9110));
        program.answers(&ready, SOON).await?;
        Ok(Self { program, ports })
    }

    /// Ends it. Its ports are for the next one.
    pub(crate) async fn stop(mut self) -> Result<Offset> {
        self.program.signal(Signal::TERM)?;
        self.program.ended(SOON).await?;
        Ok(self.ports)
    }

    pub(crate) fn url(&self) -> String {
        self.ports.url(8000)
    }
}
