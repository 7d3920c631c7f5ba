"""What can be said of dashboards without a Prometheus. Each check yields sentences; none is good."""

import json
import re

from . import ROOT, looks, model, promql, schema
from .model import BUILT_IN, IN_LINKS, named_alerts

EMPTY = ROOT / "grafana/empty.json"
SCENARIOS = ROOT / "loadgen/scenarios"

# Sources that are scraped half as often as the company (compose/prometheus/scrape.yml): queries of
# theirs say so, or Grafana takes a rate over too few samples.
SCRAPED_SLOWLY = {"cadvisor", "node", "rabbitmq"}

LEGEND_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
DASHBOARD_LINK = re.compile(r"/d/([\w-]+)")


class World:
    """All that a dashboard is held against."""

    def __init__(self, dashboards, catalogue, rules, provisioned, empty):
        self.dashboards = dashboards
        self.catalogue = catalogue
        self.all_rules = rules
        self.rules = {rule.name: rule for rule in rules if rule.kind == "alert"}
        self.provisioned = provisioned
        self.sources = provisioned.types
        self.empty = empty


    def queries(self):
        """All that is asked anywhere."""
        for dashboard in self.dashboards:
            yield from dashboard.queries()
        yield from self.provisioned.queries()


def everything(world):
    for dashboard in world.dashboards:
        for check in (form, shape, frame, panels, looks.grid, looks.colours, looks.limits_as_lines):
            for complaint in check(dashboard, world):
                yield f"{dashboard.name}: {complaint}"
        for check in (queries, variables, links, alerts):
            for complaint in check(dashboard, world):
                yield f"{dashboard.name}: {complaint}"
    yield from whole(world)
    yield from looks.one_colour_a_name(world)
    yield from provisioning(world)
    yield from exceptions(world)


def form(dashboard, _world):
    if dashboard.text != dashboard.formatted:
        yield "is not formatted: scripts/dashboards.py --format"


def shape(dashboard, _world):
    yield from schema.complaints(dashboard.json)


def frame(dashboard, _world):
    board = dashboard.json
    if dashboard.uid != model.PREFIX + dashboard.name or not 8 <= len(dashboard.uid) <= 40:
        yield f"its uid must be {model.PREFIX}{dashboard.name}, and is {dashboard.uid!r}"
    for key in ("title", "description"):
        if not board.get(key):
            yield f"has no {key}"
    if "firedrill" not in board.get("tags", []):
        yield "has no tag firedrill, by which the others link to it"
    if not 39 <= board.get("schemaVersion", 0) <= 42:
        yield "is not of a schema that Grafana 11 and later know"
    if board.get("time") != {"from": "now-15m", "to": "now"}:
        yield "does not show the last 15 minutes at first"
    if not re.fullmatch(r"\d+s", str(board.get("refresh"))):
        yield "does not refresh by itself"
    if board.get("id") is not None:
        yield "has the id that it had in somebody's Grafana"
    if not any(link.get("tags") == ["firedrill"] for link in board.get("links", [])):
        yield "does not link to the others"


def panels(dashboard, world):
    ids, titles = set(), set()
    for panel in dashboard.panels():
        title = panel.get("title")
        kind = panel.get("type")
        if not title:
            yield f"panel {panel.get('id')} has no title"
        if title in titles:
            yield f"“{title}” is there twice"
        if panel.get("id") in ids:
            yield f"“{title}” has the id of another"
        titles.add(title)
        ids.add(panel.get("id"))
        if kind == "row":
            continue
        if not panel.get("description"):
            yield f"“{title}” has no description"
        if kind == "text":
            if not panel.get("options", {}).get("content"):
                yield f"“{title}” says nothing"
            continue
        yield from looks.unit(panel)
        yield from looks.legend(panel)
        yield from targets(panel, world)


def targets(panel, world):
    title = panel["title"]
    asked = panel.get("targets", [])
    if not asked:
        yield f"“{title}” has no query"
    refs = [target.get("refId") for target in asked]
    if len(refs) != len(set(refs)) or not all(refs):
        yield f"“{title}” has queries that share a refId"
    for target in asked:
        yield from source(target.get("datasource", panel.get("datasource")), f"“{title}”", world)
        if not target.get("expr"):
            yield f"“{title}” has an empty query"
        if target.get("format") == "table" or panel["type"] == "logs":
            continue
        if target.get("legendFormat") in (None, "", "__auto"):
            yield f"“{title}” {target.get('refId')} has no legend"


def source(of, where, world):
    uid = (of or {}).get("uid")
    if uid == model.BUILT_IN_SOURCE:
        return
    if uid not in world.sources:
        yield f"{where} asks the unknown data source {uid}"
    elif of.get("type") != world.sources[uid]:
        yield f"{where} takes {uid} for a {of.get('type')}"


def queries(dashboard, world):
    known = set(BUILT_IN) | {variable["name"] for variable in dashboard.variables()}
    for annotation in dashboard.annotations():
        yield from source(annotation.get("datasource"), f"annotation {annotation.get('name')}", world)
        if annotation.get("expr", "") != annotation.get("target", {}).get("expr", ""):
            yield f"annotation {annotation.get('name')} says its query twice, and not the same"
    for asked in dashboard.queries():
        unknown = model.names_in(asked.expression) - known
        if unknown:
            yield f"{asked} asks for unknown variables: {', '.join(sorted(unknown))}"
        if world.sources.get(asked.source) == "prometheus":
            yield from speaks_of_what_is(asked, world.catalogue)
    yield from legends(dashboard)


def speaks_of_what_is(asked, catalogue):
    try:
        query = promql.parse(model.fill_in(asked.expression, dummies(asked.expression)))
    except promql.NotUnderstood as error:
        yield f"{asked} is not understood: {error}"
        return
    if not query.selectors:
        yield f"{asked} asks for no metric"
    labels = {"le"}
    for selector in query.selectors:
        if selector.metric not in catalogue:
            yield f"{asked} asks for {selector.metric}, which nobody exports"
            continue
        labels |= catalogue.labels(selector.metric)
        if catalogue.sources(selector.metric) <= SCRAPED_SLOWLY and asked.interval != model.SLOW:
            yield f"{asked} asks for {selector.metric}, and its interval is not {model.SLOW}"
        for label, _, _ in selector.matchers:
            if label not in catalogue.labels(selector.metric):
                yield f"{asked}: {selector.metric} has no label {label}"
    for label in sorted(query.labels - labels - made_by_hand(asked.expression)):
        yield f"{asked} groups by {label}, which none of its metrics has"


def legends(dashboard):
    """A legend that names a label which the query has lost shows nothing."""
    for panel in dashboard.panels():
        for target in panel.get("targets", []):
            wanted = set(LEGEND_LABEL.findall(target.get("legendFormat", "")))
            text = model.fill_in(target.get("expr", ""), dummies(target.get("expr", "")))
            try:
                query = promql.parse(text)
            except promql.NotUnderstood:
                continue
            if query.aggregates and not wanted <= query.kept | made_by_hand(text):
                lost = ", ".join(sorted(wanted - query.kept))
                yield f"“{panel['title']}” {target['refId']} has a legend with {lost}, which its query drops"


def made_by_hand(expression):
    """Labels that label_replace and label_join make."""
    return set(re.findall(r'label_(?:replace|join)\(.*?,\s*"(\w+)"', expression, re.S))


def dummies(text):
    """Something for every variable, so that what is around it can be read."""
    return {name: BUILT_IN.get(name, "x") for name in model.names_in(text)}


def variables(dashboard, world):
    text = json.dumps([dashboard.json.get("panels"), dashboard.json.get("annotations")])
    used = model.names_in(text) | {panel.get("repeat") for panel in dashboard.panels()}
    used |= {name for one in dashboard.variables() for name in model.names_in(one.get("definition", ""))}
    defined = {variable["name"] for variable in dashboard.variables()}
    for name in sorted(used - defined - set(BUILT_IN) - IN_LINKS - {None}):
        yield f"speaks of the unknown variable {name}"
    for name in sorted(defined - used):
        yield f"does not use its variable {name}"
    for variable in dashboard.variables():
        if variable.get("type") != "query":
            yield f"variable {variable['name']} is of a kind that is not checked here"
        yield from source(variable.get("datasource"), f"variable {variable['name']}", world)
        query = variable.get("query", {})
        if query.get("query") != variable.get("definition"):
            yield f"variable {variable['name']} says its query twice, and not the same"
    for name, selector, label in dashboard.variable_queries():
        if not label or not selector:
            yield f"variable {name} is not label_values(metric, label)"
            continue
        for one in promql.parse(selector).selectors:
            if one.metric not in world.catalogue or label not in world.catalogue.labels(one.metric):
                yield f"variable {name} is read from {one.metric}'s {label}, which is not"


def links(dashboard, world):
    uids = {board.uid for board in world.dashboards}
    for uid in sorted(set(DASHBOARD_LINK.findall(dashboard.text)) - uids):
        yield f"links to the dashboard {uid}, which is not"


def alerts(dashboard, world):
    for panel in dashboard.panels():
        for name in named_alerts(panel):
            if name not in world.rules:
                yield f"“{panel['title']}” speaks of the alert {name}, which no rule has"


def whole(world):
    if not world.dashboards:
        yield "there are no dashboards"
    for key in ("uid", "title"):
        values = [board.json.get(key) for board in world.dashboards]
        for twice in sorted({value for value in values if values.count(value) > 1}):
            yield f"{key} {twice} is there twice"
    shown = {name for board in world.dashboards for panel in board.panels() for name in named_alerts(panel)}
    for name in sorted(set(world.rules) - shown):
        yield f"no panel shows what the alert {name} looks at"


def provisioning(world):
    yield from world.provisioned.complaints()
    for asked in world.provisioned.queries():
        yield from speaks_of_what_is(asked, world.catalogue)


def exceptions(world):
    """What may be empty must be there, and have a reason and, where one can, a drill that fills it."""
    for entry in world.empty:
        where = f"empty.json, {entry.get('dashboard')} › {entry.get('panel')}"
        if set(entry) - {"dashboard", "panel", "query", "with", "reason", "filled_by"}:
            yield f"{where}: has a key that nobody reads"
        if not entry.get("reason"):
            yield f"{where}: gives no reason"
        filled_by = entry.get("filled_by")
        if filled_by and not (SCENARIOS / f"{filled_by}.toml").exists():
            yield f"{where}: there is no drill {filled_by}"
        found = [
            asked
            for board in world.dashboards
            for asked in board.queries()
            if is_meant(entry, asked)
        ]
        if not found:
            yield f"{where}: there is no such panel or query"
        for name in sorted(entry.get("with", {})):
            if not any(name in model.names_in(asked.expression) for asked in found):
                yield f"{where}: the query has no variable {name}"


def is_meant(entry, asked, values=None):
    """Whether an entry of empty.json speaks of a query, with these values of its variables."""
    allowed = entry.get("with", {})
    return (
        (entry.get("dashboard"), entry.get("panel")) == (asked.dashboard, asked.panel)
        and entry.get("query", asked.ref) == asked.ref
        and (values is None or all(values.get(name) in some for name, some in allowed.items()))
    )
