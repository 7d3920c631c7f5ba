"""Weakens every alerting rule in four ways, and sees each drill that waits for it go red.

An alert that still fires although its rule was broken on purpose is not proven by its drill. All
rules are weakened in one way at a time, and every scenario is drilled on a fresh company: the
expectation of each alert must fail, by name. A drill that did not come so far, or whose fault did not
strike, proves nothing, and counts as a failure of this check. A rule that has nothing to weaken in one
way is listed, and must have it in at least two others.

    python3 scripts/mutate.py [--kinds KIND ...] [--companies N] [--scenarios NAME,NAME] [--loadgen PROGRAM]
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ROOT / "prometheus/rules"
SCENARIOS = ROOT / "loadgen/scenarios"

# The alert that fires always is no drill's: every preflight proves it.
WATCHDOG = "Watchdog"

# One rule in a file: from its `- alert:` to the next one.
RULE = re.compile(r"^      - alert: (\w+)\n(?:(?!      - alert: ).*\n)*", re.M)

# Drills that show nothing.
UNSOUND = ("PREFLIGHT", "INVALID", "INTERRUPTED")

# How many ways must apply to every alert, where all are tried.
ENOUGH = 2

# A rule's expression: on its line, or indented below it.
EXPRESSION = re.compile(r"^        expr: (?:\|\n(?:          .*\n|\n)+|.*\n)", re.M)

COMPARISON = re.compile(r"(?<![=!])(>=|<=|>|<|==)(?!~)\s*(\d[\d.]*(?: \* \d[\d.]*)*)")


def threshold(expression):
    """A hundred times harder to reach. What compares with 0 can't be multiplied: out of reach."""

    def harder(match):
        sign, number = match.groups()
        if sign == "==":
            return f"== -1 - {number}"
        if float(number.split(" ")[0]) == 0:
            return f"{sign} 1e12" if ">" in sign else f"{sign} -1e12"
        return f"{sign} 100 * {number}" if ">" in sign else f"{sign} 0.01 * {number}"

    return COMPARISON.sub(harder, expression)


def label(expression):
    """The series are looked for under a job that nobody has."""
    return re.sub(r'job="(\w+)"', r'job="\1-of-another-name"', expression)


def metric(expression):
    """The metrics have another name."""
    return re.sub(r"\b([a-z_]+)\{", r"renamed_\1{", expression)


def in_expression(change):
    return lambda rule: EXPRESSION.sub(lambda found: change(found[0]), rule)


def patience(rule):
    """A `for` that outlasts every cause."""
    rule = re.sub(r"^        for: .*\n", "", rule, flags=re.M)
    return re.sub(r"^        labels:\n", "        for: 6h\n        labels:\n", rule, count=1, flags=re.M)


KINDS = {
    "threshold": in_expression(threshold),
    "label": in_expression(label),
    "for": patience,
    "metric": in_expression(metric),
}


def weaken(kind, folder):
    """Writes all rules, weakened, into a folder. Returns the alerts that this kind has changed."""
    changed = set()

    def weakened(found):
        rule, alert = found[0], found[1]
        if alert == WATCHDOG:
            return rule
        after = KINDS[kind](rule)
        if after != rule:
            changed.add(alert)
        return after

    for file in sorted(RULES.glob("*.yml")):
        (folder / file.name).write_text(RULE.sub(weakened, file.read_text()))
    return changed


def must_fire():
    """The scenarios that wait for an alert, and the alerts they wait for."""
    scenarios = {}
    for file in sorted(SCENARIOS.glob("*.toml")):
        scenario = tomllib.loads(file.read_text())
        alerts = {fires["alert"] for fires in scenario["expect"]["fires"]}
        if alerts:
            scenarios[scenario["name"]] = alerts
    return scenarios


def drill(loadgen, rules, scenarios, companies, report):
    command = [
        loadgen,
        f"--scenario={','.join(scenarios)}",
        f"--rules={rules}",
        f"--companies={companies}",
        f"--report={report}",
    ]
    # It ends with the code of its worst verdict; what counts is in the report.
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return json.loads((report / "report.json").read_text())


def word(entry, alert, changed):
    """What became of a weakened rule in one drill."""
    if alert not in changed:
        return "not applicable"
    expectations = entry["expectations"]
    fires = [one for one in expectations if one["kind"] == "fires" and one["alert"] == alert]
    if any(one["held"] for one in fires):
        return "SURVIVED"
    # A proof that asks for an alert fails with it; any other one must hold.
    in_vain = [one for one in expectations if one["kind"] == "effect" and not one["held"] and "ALERTS" not in one["name"]]
    if fires and not in_vain and entry["verdict"] not in UNSOUND:
        return "red"
    reason = (entry["findings"] or [{}])[0].get("reason")
    return f"UNCLEAR ({entry['verdict']}: {reason})"


def verdicts(kind, report, scenarios, changed):
    """One line for each alert of each drill; whether no weakened rule was left standing."""
    entries = {entry["scenario"]: entry for entry in report["drills"]}
    good = True
    for name, alerts in scenarios.items():
        for alert in sorted(alerts):
            # Without its drill nothing was shown: it was stopped.
            outcome = word(entries[name], alert, changed) if name in entries else "UNCLEAR (not drilled)"
            good = good and outcome in ("red", "not applicable")
            print(f"{kind:<10} {name:<20} {alert:<34} {outcome}", flush=True)
    return good


def weakened_enough(scenarios, changes):
    """Whether every alert was weakened in enough ways; those that were not are listed."""
    good = True
    for alert in sorted(set().union(*scenarios.values())):
        ways = sum(alert in changed for changed in changes)
        if ways < ENOUGH:
            good = False
            print(f"{alert}: can be weakened in {ways} ways only")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--companies", type=int, default=4)
    parser.add_argument("--loadgen", default=str(ROOT / "target/release/loadgen"))
    parser.add_argument("--scenarios", help="names with commas between them; all where absent")
    options = parser.parse_args()

    scenarios = must_fire()
    if options.scenarios:
        scenarios = {name: scenarios[name] for name in options.scenarios.split(",")}
    good, changes = True, []
    for kind in options.kinds:
        with tempfile.TemporaryDirectory() as folder:
            rules, report = pathlib.Path(folder, "rules"), pathlib.Path(folder, "report")
            rules.mkdir()
            changed = weaken(kind, rules)
            changes.append(changed)
            outcome = drill(options.loadgen, rules, scenarios, options.companies, report)
            good = verdicts(kind, outcome, scenarios, changed) and good
    if len(changes) == len(KINDS):
        good = weakened_enough(scenarios, changes) and good
    print("no weakened rule survived" if good else "NOT all weakened rules were found out")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
