use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::monitoring::{Endpoints, People, built_in_rules, generate};

fn program(folder: &Path, name: &str, mode: u32) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, "#!/bin/sh\n")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    Ok(path)
}

#[test]
fn the_preferred_name_is_found_first() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    program(&one, "prometheus-alertmanager", 0o644)?;
    let upstream = program(&one, "alertmanager", 0o755)?;
    let path = std::env::join_paths([&one, &two])?;
    assert_eq!(ALERTMANAGER_PROGRAM.find(&path), Ok(upstream));
    let debian = program(&two, "prometheus-alertmanager", 0o755)?;
    assert_eq!(ALERTMANAGER_PROGRAM.find(&path), Ok(debian));
    Ok(())
}

#[test]
fn a_missing_program_is_named_with_its_package() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("prometheus"))?;
    let missing = PROMETHEUS_PROGRAM
        .find(dir.path().as_os_str())
        .expect_err("a folder is none");
    assert_eq!(
        missing.to_string(),
        "Prometheus is not on PATH (prometheus); on Debian and Ubuntu: apt-get install prometheus"
    );
    let missing = ALERTMANAGER_PROGRAM
        .find(OsStr::new(""))
        .expect_err("nothing is there");
    assert_eq!(
        missing.to_string(),
        "Alertmanager is not on PATH (prometheus-alertmanager or alertmanager); \
         on Debian and Ubuntu: apt-get install prometheus-alertmanager"
    );
    Ok(())
}

/// Ends its process, however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(program: Program, arguments: Vec<OsString>) -> anyhow::Result<Option<Running>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match program.find(&path) {
        Ok(found) => {
            let mut command = Command::new(found);
            command
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            Ok(Some(Running(command.spawn()?)))
        }
        Err(missing) => {
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            Ok(None)
        }
    }
}

fn get(address: SocketAddr, url: &Url) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let target = &url[url::Position::BeforePath..];
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Asks until the answer holds what is waited for.
fn wait_for(address: SocketAddr, url: &Url, wanted: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut last = String::new();
    while Instant::now() < deadline {
        match get(address, url) {
            Ok(answer) if answer.contains(wanted) => return Ok(()),
            Ok(answer) => last = answer,
            Err(error) => last = error.to_string(),
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    anyhow::bail!("{url} never said {wanted}; at last: {last}")
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(SocketAddr::from((
        [127, 0, 0, 1],
        company_tests::ports::free_port()?,
    )))
}

/// The real programs run from what is generated, know each other, and the Watchdog gets through.
#[test]
fn the_real_programs_run_from_the_generated_folder() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let (prometheus, alertmanager) = (free_address()?, free_address()?);
    let endpoints = Endpoints {
        prometheus: prometheus.to_string(),
        alertmanager: alertmanager.to_string(),
        ..Endpoints::usual()?
    };
    generate(
        dir.path(),
        Speed::Demo,
        &endpoints,
        &built_in_rules(),
        &People::default(),
    )?;
    let folders = Folders {
        config: dir.path(),
        data: dir.path(),
    };
    let one = start(
        PROMETHEUS_PROGRAM,
        prometheus_arguments(folders, prometheus, Speed::Demo),
    )?;
    let two = start(
        ALERTMANAGER_PROGRAM,
        alertmanager_arguments(folders, alertmanager),
    )?;
    if one.is_none() || two.is_none() {
        return Ok(());
    }
    for address in [prometheus, alertmanager] {
        wait_for(address, &ready_url(address)?, " 200 OK")?;
    }
    let alerts = Url::parse(&format!("http://{alertmanager}/api/v2/alerts"))?;
    wait_for(alertmanager, &alerts, r#""alertname":"Watchdog""#)
}
