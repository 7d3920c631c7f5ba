"""Dashboards as they are read here: panels in a row or not, their queries, variables filled in."""

import functools
import json
import re
from dataclasses import dataclass

from . import ROOT

FOLDER = ROOT / "grafana/dashboards"

# What every dashboard's uid begins with; the rest is its file's name.
PREFIX = "firedrill-"

# Grafana's own annotations come from here.
BUILT_IN_SOURCE = "-- Grafana --"

# A number behind a dollar sign is a group of label_replace's.
VARIABLE = re.compile(r"\$([a-zA-Z_]\w*)|\$\{([a-zA-Z_]\w*)(?:[:.][^}]*)?\}|\[\[(\w+)[^\]]*\]\]")

# What Grafana fills in itself, and the value that it has for the last 15 minutes: `$__rate_interval` is
# four scrape intervals.
BUILT_IN = {"__rate_interval": "1m", "__interval": "15s", "__range": "15m"}
BUILT_IN_SLOW = {"__rate_interval": "2m", "__interval": "30s", "__range": "15m"}
SLOW = "30s"

# Values of Grafana's that queries have no use for, but links and texts do.
IN_LINKS = {"__url_time_range", "__from", "__to", "__field", "__data", "__value", "__series"}

# A panel says in its description which alerts look at the same.
ALERTS = re.compile(r"Alerts?: ((?:\w+(?:, | and )?)+)\.")

# The one kind of query that variables have here.
LABEL_VALUES = re.compile(r"^label_values\(\s*(?:(.+),\s*)?(\w+)\s*\)$", re.S)


@dataclass(frozen=True)
class Asked:
    """One query of a panel, an annotation or a variable."""

    dashboard: str
    panel: str
    ref: str
    source: str
    expression: str
    instant: bool = False
    # The least step that it is run with, which is how often its source is scraped.
    interval: str = ""

    def __str__(self):
        return f"{self.dashboard} › {self.panel} › {self.ref}"


class Dashboard:
    def __init__(self, path, text=None):
        self.path = path
        self.text = path.read_text(encoding="utf-8") if text is None else text
        self.json = json.loads(self.text)

    @functools.cached_property
    def formatted(self):
        """The text as it should be."""
        return canonical(self.json) + "\n"

    @property
    def name(self):
        return self.path.stem

    @property
    def uid(self):
        return self.json.get("uid", "")

    def panels(self):
        """Every panel, those within a closed row too."""
        for panel in self.json.get("panels", []):
            yield panel
            yield from panel.get("panels", [])

    def variables(self):
        return self.json.get("templating", {}).get("list", [])

    def annotations(self):
        return self.json.get("annotations", {}).get("list", [])

    def queries(self):
        """What all panels and annotations ask."""
        for panel in self.panels():
            for target in panel.get("targets", []):
                source = target.get("datasource", panel.get("datasource", {})).get("uid", "")
                yield Asked(
                    self.name,
                    panel.get("title", ""),
                    target.get("refId", ""),
                    source,
                    target.get("expr", ""),
                    bool(target.get("instant")),
                    target.get("interval", ""),
                )
        for annotation in self.annotations():
            if annotation.get("datasource", {}).get("uid") != BUILT_IN_SOURCE:
                yield Asked(
                    self.name,
                    f"annotation {annotation.get('name', '')}",
                    "Anno",
                    annotation.get("datasource", {}).get("uid", ""),
                    annotation.get("target", {}).get("expr", ""),
                )

    def variable_queries(self):
        """Which series each variable is read from: its name, the selector, the label."""
        for variable in self.variables():
            if variable.get("type") == "query":
                found = LABEL_VALUES.match(variable.get("definition", ""))
                yield variable["name"], *(found.groups() if found else (None, None))


def read(folder=FOLDER):
    return [Dashboard(path) for path in sorted(folder.glob("*.json"))]


def named_alerts(panel):
    """The alerts that a panel says it shows."""
    for listed in ALERTS.findall(panel.get("description", "")):
        yield from re.split(r", | and ", listed)


def built_in(asked):
    return BUILT_IN_SLOW if asked.interval == SLOW else BUILT_IN


def names_in(text):
    """The variables that a text speaks of."""
    return {next(filter(None, found)) for found in VARIABLE.findall(text)}


def fill_in(text, values):
    """The text with its variables replaced; whatever has no value stays."""

    def value(found):
        name = next(filter(None, found.groups()))
        return values.get(name, found[0])

    return VARIABLE.sub(value, text)


def canonical(value, width=180, indent=0):
    """The one way in which dashboards are written: what fits on a line is on one."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(line) + indent <= width:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        parts = [inner + canonical(part, width, indent + 2) for part in value]
        return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"
    parts = [
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {canonical(part, width, indent + 2)}"
        for key, part in value.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
