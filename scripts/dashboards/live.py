"""Asks a running Prometheus all that the dashboards and rules ask, and says what has no answer."""

import itertools
import json
import math
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from . import model, promql
from .lint import is_meant

STEP_SECONDS = 15
TIMEOUT_SECONDS = 30

# A scrape may be lost, and what runs beside the company is scraped every 30 s.
LATELY = "2m"


class Prometheus:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path, **parameters):
        asked = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            try:
                said = json.loads(said)["error"]
            except (ValueError, KeyError):
                said = f"{error.code}: {said[:200]}"
            raise Refused(said) from None

    def range(self, expression, seconds):
        now = time.time()
        return self.get("query_range", query=expression, start=now - seconds, end=now, step=STEP_SECONDS)["result"]

    def instant(self, expression):
        return self.get("query", query=expression)["result"]

    def values(self, selector, label, seconds):
        return self.get(f"label/{label}/values", **{"match[]": selector, "start": time.time() - seconds})

    def metrics(self):
        return set(self.get("label/__name__/values"))


class Refused(Exception):
    """Prometheus does not take the query."""


@dataclass
class Outcome:
    complaints: list[str] = field(default_factory=list)
    # What was looked at, by what became of it.
    answered: int = 0
    may_be_empty: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def everything(world, prometheus, seconds, without=(), after=()):
    """`without`: sources that do not run. `after`: drills that have been run within `seconds`."""
    outcome = Outcome()
    catalogue_holds(world, prometheus, without, outcome)
    for dashboard in world.dashboards:
        fillings = values_of_variables(dashboard, world, prometheus, seconds, without, outcome)
        for asked in dashboard.queries():
            if world.sources.get(asked.source) != "prometheus":
                outcome.elsewhere.append(f"{asked} ({asked.source})")
                continue
            panel(asked, fillings, world, prometheus, seconds, without, after, outcome)
    for asked in world.provisioned.queries():
        panel(asked, [{}], world, prometheus, seconds, without, after, outcome)
    rules_hold(world, prometheus, without, outcome)
    return outcome


def catalogue_holds(world, prometheus, without, outcome):
    """The list of the company's metrics is no wish: they are in Prometheus."""
    if "firedrill" not in without:
        for metric in sorted(world.catalogue.of("firedrill") - prometheus.metrics()):
            outcome.complaints.append(f"grafana/metrics/firedrill.txt: {metric} is not in Prometheus")


def values_of_variables(dashboard, world, prometheus, seconds, without, outcome):
    """The combinations of values that a dashboard is looked at with: all of a variable's together, but
    one after the other where a row is repeated for each."""
    repeated = {one.get("repeat") for one in dashboard.panels()}
    choices = []
    for name, selector, label in dashboard.variable_queries():
        if is_without(promql.parse(selector).selectors, world, without):
            choices.append([(name, ".*")])
            continue
        values = prometheus.values(selector, label, seconds)
        if not values:
            outcome.complaints.append(f"{dashboard.name}: variable {name} has no values")
        variable = next(one for one in dashboard.variables() if one["name"] == name)
        if variable.get("multi") and name not in repeated:
            # As Grafana writes several values into a query of Prometheus.
            values = ["(" + "|".join(values) + ")"]
        choices.append([(name, value) for value in values])
    return [dict(combination) for combination in itertools.product(*choices)]


def panel(asked, fillings, world, prometheus, seconds, without, after, outcome):
    used = model.names_in(asked.expression)
    own = {}
    for values in fillings:
        key = tuple(sorted((name, value) for name, value in values.items() if name in used))
        own[key] = model.fill_in(asked.expression, {**model.built_in(asked), **values})
    for key, expression in own.items():
        where = f"{asked}" + "".join(f" [{name}={value}]" for name, value in key)
        if is_without(promql.parse(expression).selectors, world, without):
            outcome.not_there.append(where)
            continue
        try:
            result = prometheus.instant(expression) if asked.instant else prometheus.range(expression, seconds)
        except Refused as error:
            outcome.complaints.append(f"{where}: {error}")
            continue
        entry = next((entry for entry in world.empty if is_meant(entry, asked, dict(key))), None)
        judge(asked, where, has_data(result), entry, after, outcome)


def judge(asked, where, answered, entry, after, outcome):
    if answered:
        outcome.answered += 1
    elif asked.ref == "Anno":
        outcome.may_be_empty.append(f"{where}: an annotation marks what happens, and nothing did")
    elif entry is None:
        outcome.complaints.append(f"{where}: no data")
    elif entry.get("filled_by") in after and after:
        outcome.complaints.append(f"{where}: no data, although the drill {entry['filled_by']} was run")
    else:
        outcome.may_be_empty.append(f"{where}: {entry['reason']}")


def has_data(result):
    """Whether there is anything to draw: NaN is not."""
    for series in result:
        if isinstance(series, dict):
            samples = series.get("values") or [series.get("value")]
            if any(not math.isnan(float(value)) for _, value in samples):
                return True
    return False


def rules_hold(world, prometheus, without, outcome):
    """Every expression is taken, and each of its selectors finds series.

    An alert's expression is empty while all is well, and would be so too if its metrics were not there.
    """
    for rule in world.all_rules:
        where = f"{rule.file} › {rule.name}"
        selectors = promql.parse(rule.expression).selectors
        if is_without(selectors, world, without):
            outcome.not_there.append(where)
            continue
        try:
            prometheus.instant(rule.expression)
            for selector in {str(selector) for selector in selectors}:
                if not prometheus.instant(f"count(present_over_time({selector}[{LATELY}]))"):
                    outcome.complaints.append(f"{where}: {selector} finds nothing")
        except Refused as error:
            outcome.complaints.append(f"{where}: {error}")
            continue
        outcome.answered += 1


def is_without(selectors, world, without):
    """Whether something that is asked for comes from nobody who runs."""
    return any(
        world.catalogue.sources(selector.metric) <= set(without)
        for selector in selectors
        if selector.metric in world.catalogue
    )
