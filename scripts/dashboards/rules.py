"""The alerting and recording rules, read as text: there is no YAML in Python's standard library."""

import re
from dataclasses import dataclass

from . import ROOT
from .promql import limits

FOLDER = ROOT / "prometheus/rules"

# One rule: from its `- alert:` or `- record:` to the next one.
RULE = re.compile(r"^      - (alert|record): (\S+)\n((?:(?!      - |  - ).*\n?)*)", re.M)

# Its expression: on its line, or indented below it.
EXPRESSION = re.compile(r"^        expr: (?:\|\n((?:          .*\n?|\n)+)|(.*)\n?)", re.M)

# The share of what is beyond an edge of a histogram's buckets: whoever draws the quantile draws that edge.
BEYOND = re.compile(r'1 - sum by \(\w+\) \(rate\(\w+_bucket\{[^}]*le="([\d.]+)"')

ANY_EXPRESSION = re.compile(r"^\s*(?:- )?expr:", re.M)


@dataclass(frozen=True)
class Rule:
    file: str
    kind: str
    name: str
    expression: str

    def limit(self):
        """The number that it asks about. 0 and 1 say whether something is so at all, and are none."""
        if beyond := BEYOND.match(self.expression):
            return float(beyond[1])
        return next((limit for limit in limits(self.expression) if limit not in (0, 1)), None)


def read(folder=FOLDER):
    """All rules. Whatever this does not recognise as one is an error, and not passed over."""
    rules = []
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        found = []
        for kind, name, body in RULE.findall(text):
            expression = EXPRESSION.search(body)
            if expression:
                found.append(Rule(path.name, kind, name, (expression[1] or expression[2]).strip()))
        if len(found) != len(ANY_EXPRESSION.findall(text)) or not found:
            raise ValueError(f"{path}: not all of its rules are written as expected")
        rules += found
    if not rules:
        raise ValueError(f"no rules in {folder}")
    return rules
