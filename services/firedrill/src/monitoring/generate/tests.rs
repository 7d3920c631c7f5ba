use std::process::Command;

use super::*;

pub(in crate::monitoring) fn endpoints() -> anyhow::Result<Endpoints> {
    Ok(Endpoints {
        services: vec![
            ("pizza-service".to_owned(), "127.0.0.1:19111".to_owned()),
            ("loadgen".to_owned(), "[::1]:19114".to_owned()),
        ],
        prometheus: "127.0.0.1:19090".to_owned(),
        alertmanager: "127.0.0.1:19093".to_owned(),
        webhook: Url::parse("http://127.0.0.1:18002/alerts/webhook")?,
        jobs: Vec::new(),
    })
}

fn generated(speed: Speed) -> anyhow::Result<tempfile::TempDir> {
    let dir = tempfile::tempdir()?;
    generate(
        dir.path(),
        speed,
        &endpoints()?,
        &built_in_rules(),
        &People::default(),
    )?;
    Ok(dir)
}

fn read(dir: &tempfile::TempDir, path: &str) -> anyhow::Result<String> {
    Ok(fs::read_to_string(dir.path().join(path))?)
}

/// Runs a checker of the monitoring's own. On a developer's machine it may be missing, in CI not.
pub(in crate::monitoring) fn check(
    dir: &tempfile::TempDir,
    program: &str,
    arguments: &[&str],
) -> anyhow::Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir.path())
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {arguments:?}\n{text}");
            assert!(!text.contains("WARNING"), "{program} {arguments:?}\n{text}");
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("CI").is_none(), "{program} is not on PATH");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

#[test]
fn the_monitoring_accepts_what_is_written() -> anyhow::Result<()> {
    for speed in [Speed::Demo, Speed::Stock] {
        let dir = generated(speed)?;
        check(&dir, "promtool", &["check", "config", "prometheus.yml"])?;
        check(&dir, "amtool", &["check-config", "alertmanager.yml"])?;
    }
    Ok(())
}

#[test]
fn the_addresses_are_those_given() -> anyhow::Result<()> {
    for speed in [Speed::Demo, Speed::Stock] {
        let dir = generated(speed)?;
        let services: Value = serde_json::from_str(&read(&dir, "targets/services.json")?)?;
        assert_eq!(
            services,
            json!([
                {"targets": ["127.0.0.1:19111"], "labels": {"service": "pizza-service"}},
                {"targets": ["[::1]:19114"], "labels": {"service": "loadgen"}},
            ])
        );
        assert!(read(&dir, "targets/prometheus.json")?.contains("127.0.0.1:19090"));
        assert!(read(&dir, "targets/alertmanager.json")?.contains("127.0.0.1:19093"));
        let alertmanager = read(&dir, "alertmanager.yml")?;
        for path in ["webhook", "watchdog"] {
            let url = format!("http://127.0.0.1:18002/alerts/{path}");
            assert!(alertmanager.contains(&url), "{url}");
        }
        assert!(!alertmanager.contains(":8002"));
    }
    Ok(())
}

#[test]
fn demo_speed_is_a_fifteenth() -> anyhow::Result<()> {
    let dir = generated(Speed::Demo)?;
    let prometheus = speed::read(&read(&dir, "prometheus.yml")?)?;
    assert_eq!(prometheus["global"]["scrape_interval"], "1s");
    assert_eq!(prometheus["global"]["scrape_timeout"], "800ms");
    assert_eq!(prometheus["global"]["evaluation_interval"], "1s");
    let alertmanager = speed::read(&read(&dir, "alertmanager.yml")?)?;
    assert_eq!(alertmanager["route"]["group_wait"], "1s");
    assert_eq!(alertmanager["route"]["group_interval"], "4s");
    assert_eq!(alertmanager["route"]["repeat_interval"], "16m");
    Ok(())
}

#[test]
fn further_jobs_are_scraped_at_the_same_speed() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("scrape.yml");
    let job = "scrape_configs: [{job_name: rabbitmq, scrape_interval: 30s, static_configs: [{targets: ['rabbitmq:15692']}]}]";
    fs::write(&file, job)?;
    for (speed, interval) in [(Speed::Demo, "2s"), (Speed::Stock, "30s")] {
        let dir = tempfile::tempdir()?;
        let endpoints = Endpoints {
            jobs: jobs_in(&file)?,
            ..endpoints()?
        };
        generate(
            dir.path(),
            speed,
            &endpoints,
            &built_in_rules(),
            &People::default(),
        )?;
        check(&dir, "promtool", &["check", "config", "prometheus.yml"])?;
        let config = speed::read(&read(&dir, "prometheus.yml")?)?;
        let jobs = config["scrape_configs"].as_array().expect("jobs");
        assert_eq!(jobs[0]["job_name"], "firedrill", "those that there were");
        let last = jobs.last().expect("a job");
        assert_eq!(last["job_name"], "rabbitmq");
        assert_eq!(last["scrape_interval"], interval);
    }
    fs::write(&file, "scrape_configs: none")?;
    let error = jobs_in(&file).expect_err("no list");
    assert!(error.to_string().contains("scrape.yml"), "{error}");
    Ok(())
}

#[test]
fn the_usual_endpoints_hold() -> anyhow::Result<()> {
    let webhook = Endpoints::usual()?.webhook;
    assert!(ALERTMANAGER.text.contains(&format!("url: {webhook}\n")));
    Ok(())
}

#[test]
fn another_speed_replaces_the_first_and_leaves_no_old_rules() -> anyhow::Result<()> {
    let dir = generated(Speed::Stock)?;
    let old = dir.path().join("rules/gone.yml");
    fs::write(&old, format!("{MARK} long ago\ngroups: []\n"))?;
    generate(
        dir.path(),
        Speed::Demo,
        &endpoints()?,
        &built_in_rules(),
        &People::default(),
    )?;
    assert!(!old.exists());
    assert!(read(&dir, "rules/pizza.yml")?.contains("[40s]"));
    Ok(())
}

#[test]
fn somebodys_own_file_is_not_overwritten() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let own = dir.path().join("prometheus.yml");
    fs::write(&own, "global: {}\n")?;
    let error = generate(
        dir.path(),
        Speed::Demo,
        &endpoints()?,
        &built_in_rules(),
        &People::default(),
    )
    .expect_err("it is in the way");
    assert!(
        error.to_string().contains("prometheus.yml is in the way"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(own)?, "global: {}\n");
    Ok(())
}
