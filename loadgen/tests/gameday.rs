//! `loadgen gameday --dry-run`: the same seed is the same plan, and it keeps its secret.

use std::process::Command;

use loadgen::scenario::{FAULT_KINDS, SERVICES};

fn dry_run(more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(["gameday", "--dry-run", "--for", "1h"])
        .args(more)
        .env_clear()
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code(), text)
}

#[test]
fn times_are_told_and_what_breaks_is_not_unless_it_is_to_be() {
    let (code, times) = dry_run(&["--seed", "7"]);
    assert_eq!(code, Some(0));
    assert_eq!((code, times.clone()), dry_run(&["--seed", "7"]));
    assert_ne!(times, dry_run(&["--seed", "8"]).1);
    assert!(times.lines().count() > 5, "{times}");
    let kinds = FAULT_KINDS.iter().map(|kind| kind.name);
    let services = SERVICES.iter().map(|service| service.name);
    for name in kinds.chain(services) {
        assert!(!times.contains(name), "{name} in {times}");
    }
    let (_, revealed) = dry_run(&["--seed", "7", "--reveal"]);
    for (time, all) in times.lines().zip(revealed.lines()) {
        assert!(all.starts_with(time) && all.contains(" at "), "{all}");
    }
}

#[test]
fn a_real_one_needs_a_place_for_the_truth() {
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(["gameday", "--seed", "7"])
        .env_clear()
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let problem = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(problem.contains("--report"), "{problem}");
}
