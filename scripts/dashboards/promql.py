"""As much PromQL as is needed to say which metrics and labels a query speaks of.

Prometheus's own tools check the syntax; this reads queries that they have accepted.
"""

import functools
import re
from dataclasses import dataclass, field

KEYWORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end", "atan2"}
# Followed by labels in parentheses.
LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}

TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<window>\[[^\]]*\])
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|(?:ms|[smhdwy])[0-9smhdwy]*)?)
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},@])
    | (?P<space>\s+)
    """,
    re.X,
)

# A threshold: a comparison with a number, or with a product of numbers.
LIMIT = re.compile(r"(?<![=!~])(?:>=|<=|>|<|==)(?!~)\s*(?:bool\s+)?(-?\d[\d.]*(?:\s*\*\s*\d[\d.]*)*)")


class NotUnderstood(Exception):
    """The query has something in it that is not read here."""


@dataclass
class Selector:
    """A metric with its matchers, as written."""

    metric: str
    matchers: list[tuple[str, str, str]] = field(default_factory=list)

    def __str__(self):
        matchers = ", ".join(f"{label}{sign}{value}" for label, sign, value in self.matchers)
        return f"{self.metric}{{{matchers}}}" if matchers else self.metric


@dataclass
class Query:
    """What a query speaks of."""

    selectors: list[Selector]
    # Labels that it groups or joins by.
    labels: set[str]
    # Labels that survive its aggregations.
    kept: set[str]
    aggregates: bool


def tokens(text):
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise NotUnderstood(f"at “{text[at:at + 20]}”")
        at = found.end()
        if found.lastgroup not in ("space", "comment"):
            yield found.lastgroup, found[0]


@functools.cache
def parse(text):
    """Reads a query whose variables have been filled in."""
    query = Query([], set(), set(), False)
    rest = list(tokens(text)) + [("end", "")] * 2
    at = 0
    while rest[at][0] != "end":
        kind, word = rest[at]
        following = rest[at + 1][1]
        if kind == "name" and word in LABEL_LISTS and following == "(":
            at, labels = _label_list(rest, at + 2)
            query.labels |= labels
            if word in ("by", "group_left", "group_right"):
                query.kept |= labels
            query.aggregates |= word in ("by", "without")
        elif kind == "name" and following == "{":
            at, matchers = _matchers(rest, at + 2)
            query.selectors.append(Selector(word, matchers))
        elif word == "{":
            at, matchers = _matchers(rest, at + 1)
            query.selectors.append(_named_within(matchers))
        elif kind == "name" and word not in KEYWORDS and following not in ("(", "by", "without"):
            query.selectors.append(Selector(word))
            at += 1
        else:
            at += 1
    return query


def limits(expression):
    """The numbers that an expression compares with, in their order."""
    found = []
    for product in LIMIT.findall(expression):
        value = 1.0
        for factor in product.split("*"):
            value *= float(factor)
        found.append(value)
    return found


def _label_list(rest, at):
    labels = set()
    while rest[at][1] != ")":
        if rest[at][0] == "end":
            raise NotUnderstood("a list of labels without its end")
        if rest[at][0] == "name":
            labels.add(rest[at][1])
        at += 1
    return at + 1, labels


def _matchers(rest, at):
    matchers = []
    while rest[at][1] != "}":
        if rest[at][1] == ",":
            at += 1
            continue
        if len(rest) < at + 3 or rest[at][0] != "name" or rest[at + 2][0] != "string":
            raise NotUnderstood(f"a matcher at “{rest[at][1]}”")
        matchers.append((rest[at][1], rest[at + 1][1], rest[at + 2][1]))
        at += 3
    return at + 1, matchers


def _named_within(matchers):
    names = [value[1:-1] for label, sign, value in matchers if label == "__name__" and sign == "="]
    if len(names) != 1:
        raise NotUnderstood("a selector that names no single metric")
    return Selector(names[0], [matcher for matcher in matchers if matcher[0] != "__name__"])
