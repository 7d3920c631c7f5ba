//! Scenario files: what is refused and how, and that the built-in ones are good.

use super::*;

mod coverage;

const GOOD: &str = r#"version = 1
name = "test"
summary = "A test."
teaches = "Nothing."
seed = 1

[[phases]]
name = "steady"
for = "60s"
load = { shape = "constant", rate = "10/s" }
mix = { place_order = 1 }

[[faults]]
service = "pizza-service"
kind = "error"
parameters = { ratio = 0.5 }
from = "10s"
for = "20s"

[[expect.effect]]
proof = "strikes"
service = "pizza-service"
kind = "error"
at_least = 10

[[expect.fires]]
alert = "ServiceErrorRatio"
"#;

fn refused(text: &str) -> String {
    parse("test.toml", text)
        .expect_err("it is not good")
        .to_string()
}

#[test]
fn every_built_in_scenario_is_good_and_of_its_files_name() {
    for built_in in built_ins() {
        let scenario = load(built_in.name).expect(built_in.name);
        assert_eq!(scenario.name, built_in.name);
    }
    assert_eq!(built_ins().len(), 35);
}

#[test]
fn every_scenario_file_is_built_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("a name");
            assert!(built_in(name).is_some(), "{name} is not in the list");
        }
    }
}

#[test]
fn the_committed_schema_is_current_and_the_built_in_scenarios_are_of_it() {
    let committed = include_str!("../../scenarios/schema.json");
    assert_eq!(
        committed,
        schema_text(),
        "write it anew: loadgen schema > loadgen/scenarios/schema.json"
    );
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    for built_in in built_ins() {
        let value: serde_json::Value = toml::from_str(built_in.toml).expect("TOML");
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", built_in.name);
    }
    let mut unknown: serde_json::Value = toml::from_str(GOOD).expect("TOML");
    unknown["extra"] = true.into();
    assert!(
        !validator.is_valid(&unknown),
        "the schema is strict as well"
    );
}

#[test]
fn what_is_not_of_the_format_is_shown_with_its_place() {
    for (from, to, place, message) in [
        (
            "seed = 1",
            "seed = 1\nsede = 2",
            "test.toml:6:1: ",
            "unknown field `sede`",
        ),
        (
            "alert = \"Se",
            "alarm = 1\nalert = \"Se",
            "test.toml:27:1: ",
            "unknown field `alarm`",
        ),
        (
            "at_least = 10",
            "at_least = 10\nat_most = 11",
            "test.toml:25:1: ",
            "unknown field `at_most`",
        ),
        (
            "rate = \"10/s\"",
            "rate = \"10/s\", pace = 1",
            "test.toml:10:45: ",
            "unknown field `pace`",
        ),
        (
            "rate = \"10/s\"",
            "rate = \"10/d\"",
            "test.toml:10:",
            "`10/d` is not a rate",
        ),
        (
            "for = \"60s\"",
            "for = \"60\"",
            "test.toml:9:7: ",
            "`60` is not a span of time",
        ),
        (
            "place_order = 1",
            "place_oder = 1",
            "test.toml:11:",
            "unknown variant `place_oder`",
        ),
        ("seed = 1", "seed = ", "test.toml:5:", ""),
        (
            "teaches = \"Nothing.\"\n",
            "",
            "test.toml:1:1: ",
            "missing field `teaches`",
        ),
        (
            "\n[[expect.fires]]\nalert = \"ServiceErrorRatio\"\n",
            "",
            "test.toml:",
            "missing field `fires`",
        ),
    ] {
        let error = refused(&GOOD.replacen(from, to, 1));
        assert!(
            error.starts_with(place) && error.contains(message),
            "{to}: {error}"
        );
    }
}

#[test]
fn everything_that_does_not_hold_together_is_listed() {
    let error = refused(
        &GOOD
            .replacen("name = \"test\"", "name = \"Test_1\"", 1)
            .replacen("place_order = 1", "place_order = 0", 1)
            .replacen("kind = \"error\"", "kind = \"eror\"", 1)
            .replacen("for = \"20s\"", "for = \"51s\"", 1),
    );
    let lines: Vec<_> = error.lines().collect();
    for (place, text) in [
        ("name", "`Test_1` is not of lower-case words"),
        ("phases[0].mix", "nothing to do"),
        ("faults[0].kind", "`eror` is not one of error, latency"),
        ("faults[0]", "ends after 61 s, but the phases last 60 s"),
        ("expect.effect[0]", "no fault `error` strikes pizza-service"),
    ] {
        let prefix = format!("test.toml: {place}: ");
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with(&prefix) && line.contains(text)),
            "{place}: {error}"
        );
    }
}

#[test]
fn each_rule_of_the_lint_finds_its_mistake() {
    let again = "\n[[phases]]\nname = \"steady\"\nfor = \"1s\"\nload = { shape = \"none\" }\nmix = {}\n\n[[faults]]";
    let twice = "\n[[faults]]\nservice = \"pizza-service\"\nkind = \"error\"\nfrom = \"20s\"\nfor = \"1s\"\n\n[[expect.effect]]";
    let fires = "alert = \"ServiceErrorRatio\"\n";
    for (from, to, message) in [
        ("version = 1", "version = 2", "version: 2 is not known"),
        ("A test.", "", "summary: is empty"),
        ("\n[[faults]]", again, "`steady` is there twice"),
        ("60s", "0s", "lasts no time"),
        (
            "shape = \"constant\", rate",
            "shape = \"spike\", base = \"20/s\", peak",
            "is below the base",
        ),
        (
            "pizza-service",
            "piza-service",
            "`piza-service` is not one of",
        ),
        ("ratio = 0.5", "ratio = 1.5", "is not a number from 0 to 1"),
        (
            "ratio = 0.5",
            "route = \"menu\"",
            "is not a route's pattern",
        ),
        (
            "ratio = 0.5",
            "rato = 0.5",
            "`error` takes no such parameter",
        ),
        (
            "for = \"20s\"",
            "for = \"20s\"\nevery = \"30s\"",
            "is longer than the fault",
        ),
        ("\n[[expect.effect]]", twice, "overlaps with an earlier one"),
        ("at_least = 10", "at_least = 0", "proves nothing"),
        (
            "proof = \"strikes\"\nservice = \"pizza-service\"\nkind = \"error\"\nat_least = 10",
            "proof = \"load\"\nphase = \"steady\"\nat_least = \"1/s\"",
            "nothing in expect.effect proves that `error` struck",
        ),
        (
            "proof = \"strikes\"\nservice = \"pizza-service\"\nkind = \"error\"\nat_least = 10",
            "proof = \"query\"\npromql = \"up ==\"",
            "is not PromQL",
        ),
        (fires, "alert = \"Watchdog\"\n", "the Watchdog fires always"),
        (
            fires,
            "alert = \"A\"\nafter_phase = \"gone\"\n",
            "there is no phase `gone`",
        ),
        (
            fires,
            "alert = \"A\"\n[[expect.fires]]\nalert = \"A\"\n",
            "`A` is there twice",
        ),
        (
            fires,
            "alert = \"A\"\n[[expect.thresholds]]\nfigure = \"failed_ratio\"\nat_most = 1.1\n",
            "is out of range",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        let error = refused(&text);
        assert!(error.contains(message), "{to}: {error}");
    }
}

#[test]
fn a_silence_holds_back_what_is_expected_and_ends_within_the_drill() {
    let silence = |alert: &str, from: &str, lasts: &str| {
        format!(
            "[[silences]]\nalert = \"{alert}\"\nfrom = \"{from}\"\nfor = \"{lasts}\"\n\n[[expect.effect]]"
        )
    };
    let with = |silence: &str, more: &str| GOOD.replacen("[[expect.effect]]", silence, 1) + more;
    let good = silence("ServiceErrorRatio", "5s", "50s");
    let scenario = parse("test.toml", &with(&good, "notifies = false\n")).expect("good");
    assert!(!scenario.expect.fires[0].notifies);
    let slow = scenario.scaled(15.0);
    assert_eq!(slow.silences[0].from.get(), Duration::from_secs(75));
    assert_eq!(slow.silences[0].lasts.get(), Duration::from_secs(750));

    let heard = with(&good, "");
    assert!(refused(&heard).contains("write notifies = false"));
    let hush = "notifies = false\n";
    for (silence, message) in [
        (
            silence("ServiceErrorRatio", "5s", "56s"),
            "ends after 61 s, but the phases last 60 s",
        ),
        (silence("ServiceErrorRatio", "5s", "0s"), "lasts no time"),
        (silence("ServiceDown", "5s", "50s"), "holds back nothing"),
        (
            silence("Watchdog", "5s", "50s"),
            "the Watchdog fires always",
        ),
    ] {
        let error = refused(&with(&silence, hush));
        assert!(error.contains(message), "{silence}: {error}");
    }
}

#[test]
fn a_limit_without_a_cause_is_refused() {
    let start = GOOD.find("[[faults]]").expect("faults");
    let end = GOOD.find("[[expect.effect]]").expect("effects");
    let text = format!("{}{}", &GOOD[..start], &GOOD[end..]);
    let proof = "proof = \"load\"\nphase = \"steady\"\nat_least = \"1/s\"";
    let text = text.replacen(
        "proof = \"strikes\"\nservice = \"pizza-service\"\nkind = \"error\"\nat_least = 10",
        proof,
        1,
    );
    assert!(refused(&text).contains("the limit counts from nothing"));
}

#[test]
fn a_name_is_looked_up_and_a_file_is_read() {
    let error = load("surg").expect_err("no such name").to_string();
    assert!(error.contains("surge, order-failures"), "{error}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, GOOD).expect("written");
    assert_eq!(
        load(path.to_str().expect("UTF-8")).expect("read").name,
        "test"
    );
    let gone = load("gone.toml").expect_err("no such file").to_string();
    assert!(gone.starts_with("gone.toml: "), "{gone}");
}

#[test]
fn scaling_stretches_durations_and_not_rates() {
    let scenario = parse("test.toml", GOOD).expect("good");
    let slow = scenario.scaled(15.0);
    assert_eq!(slow.duration(), Duration::from_mins(15));
    assert_eq!(slow.faults[0].from.get(), Duration::from_secs(150));
    assert_eq!(slow.cause_ends(), Duration::from_secs(450));
    assert_eq!(slow.phases[0].load, scenario.phases[0].load);
}
