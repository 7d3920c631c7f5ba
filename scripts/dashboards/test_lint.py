"""Every check finds what it is for: the real dashboards are broken in one way at a time."""

import copy
import dataclasses
import json
import unittest

from . import catalogue, lint, model, provisioned, rules, schema, syntax

READ = model.read()
CATALOGUE = catalogue.read()
RULES = rules.read()
PROVISIONED = provisioned.read()
EMPTY = json.loads(lint.EMPTY.read_text(encoding="utf-8"))


def world(change=lambda boards: None, rules_=RULES, sources=PROVISIONED, empty=EMPTY):
    """The dashboards as they are, but for a change of their JSON."""
    boards = {board.name: copy.deepcopy(board.json) for board in READ}
    change(boards)
    dashboards = [changed(board, boards[board.name]) for board in READ if board.name in boards]
    return lint.World(dashboards, CATALOGUE, rules_, sources, empty)


def changed(board, new):
    return board if new == board.json else model.Dashboard(board.path, model.canonical(new) + "\n")


def panel(boards, name, title):
    return next(one for one in boards[name]["panels"] if one["title"] == title)


class Sound(unittest.TestCase):
    def test_the_dashboards_are(self):
        self.assertEqual([], list(lint.everything(world())))
        self.assertEqual([], syntax.check(world(), "promtool"))

    def test_a_list_of_metrics_is_read_from_a_page(self):
        page = '# HELP a b\na_total{x="1",y="}"} 2 # {trace_id="f"} 1\na_total{z=""} 0\nb 1\n'
        self.assertEqual(["a_total x y z", "b"], catalogue.from_pages([page]))


class Broken(unittest.TestCase):
    def found(self, words, complaints):
        complaints = list(complaints)
        self.assertTrue(any(words in one for one in complaints), f"no “{words}” in {complaints}")

    def breaks(self, words, change):
        self.found(words, lint.everything(world(change)))

    def panel_breaks(self, words, change, board="services", title="Share of errors"):
        self.breaks(words, lambda boards: change(panel(boards, board, title)))

    def test_frame(self):
        for key, value, words in (
            ("uid", "firedrill-other", "its uid must be firedrill-company"),
            ("title", "Services", "title Services is there twice"),
            ("description", "", "has no description"),
            ("tags", [], "has no tag firedrill"),
            ("schemaVersion", 16, "schema"),
            ("time", {"from": "now-6h", "to": "now"}, "last 15 minutes"),
            ("refresh", "", "does not refresh"),
            ("links", [], "does not link to the others"),
            ("id", 7, "somebody's Grafana"),
        ):
            with self.subTest(key):
                self.breaks(words, lambda boards, k=key, v=value: boards["company"].update({k: v}))

    def test_no_dashboards(self):
        self.breaks("there are no dashboards", lambda boards: boards.clear())

    def test_form(self):
        one = model.Dashboard(READ[0].path, json.dumps(READ[0].json))
        self.found("is not formatted", lint.form(one, None))

    def test_panels(self):
        for key, value, words in (
            ("title", "", "has no title"),
            ("title", "99th percentile", "“99th percentile” is there twice"),
            ("id", 4, "has the id of another"),
            ("description", "", "has no description"),
            ("targets", [], "has no query"),
            ("datasource", {"type": "prometheus", "uid": "elsewhere"}, "unknown data source elsewhere"),
            ("datasource", {"type": "loki", "uid": "prometheus"}, "takes prometheus for a loki"),
            ("gridPos", {"h": 8, "w": 8, "x": 20, "y": 9}, "wider than the page"),
            ("gridPos", {"h": 8, "w": 8, "x": 2, "y": 9}, "lies on"),
        ):
            with self.subTest(words):
                self.panel_breaks(words, lambda one, k=key, v=value: one.update({k: v}))

    def test_shape(self):
        for words, change in (
            ("does not know, or nobody here: legendformat", lambda one: one["targets"][0].update(legendformat="x")),
            ("drawStyle is 'lines', and can be bars, line", lambda one: custom(one).update(drawStyle="lines")),
            ("lineWidth is '2', which is of another kind", lambda one: custom(one).update(lineWidth="2")),
            ("lineWidth is True, which is of another kind", lambda one: custom(one).update(lineWidth=True)),
            ("options is no object", lambda one: one.update(options=[])),
            ("type is 'graph'", lambda one: one.update(type="graph")),
        ):
            with self.subTest(words):
                one = copy.deepcopy(next(board.json for board in READ if board.name == "services"))
                change(panel({"services": one}, "services", "Share of errors"))
                self.found(words, schema.complaints(one))

    def test_a_text_that_says_nothing(self):
        self.panel_breaks("says nothing", lambda one: one["options"].update(content=""), "slo", "How to read this")

    def test_looks(self):
        for words, change in (
            ("has the unit None", lambda one: one["fieldConfig"]["defaults"].pop("unit")),
            ("has the unit furlongs", lambda one: one["fieldConfig"]["defaults"].update(unit="furlongs")),
            ("shows no legend", lambda one: one["options"]["legend"].update(showLegend=False)),
            ("not of the palette", lambda one: one["fieldConfig"]["defaults"]["color"].update(fixedColor="red")),
            ("no threshold at 0.05", lambda one: one["fieldConfig"]["defaults"]["thresholds"]["steps"].pop()),
            ("does not draw its limit", lambda one: one["fieldConfig"]["defaults"]["custom"].pop("thresholdsStyle")),
            ("pizza-service has the colour", lambda one: recolour(one, "pizza-service", "#999999")),
        ):
            with self.subTest(words):
                self.panel_breaks(words, change)

    def test_queries(self):
        for words, expression in (
            ("an empty query", ""),
            ("asks for no metric", "vector(1)"),
            ("asks for up_and_away, which nobody exports", "sum by (service) (up_and_away)"),
            ("up has no label colour", 'min by (service) (up{colour="red"})'),
            ("groups by colour", "min by (service, colour) (up)"),
            ("legend with service, which its query drops", "min by (job) (up)"),
            ("unknown variables: nothing", 'min by (service) (up{job="$nothing"})'),
            ("is not understood", "min by (service) (up{job=~})"),
            ("interval is not 30s", "min by (service) (rabbitmq_queues)"),
        ):
            with self.subTest(words):
                self.panel_breaks(words, lambda one, e=expression: one["targets"][0].update(expr=e))

    def test_legends(self):
        for legend in ("", "__auto"):
            self.panel_breaks("has no legend", lambda one, v=legend: one["targets"][0].update(legendFormat=v))
        self.panel_breaks("share a refId", lambda one: one["targets"].append(one["targets"][0]))

    def test_syntax(self):
        def change(boards):
            panel(boards, "services", "Share of errors")["targets"][0]["expr"] = "sum(rate(up))"

        self.found("Share of errors", syntax.check(world(change), "promtool"))
        self.found("is not there", syntax.check(world(), "no-such-promtool"))

    def test_variables(self):
        def unused(boards):
            spare = copy.deepcopy(boards["services"]["templating"]["list"][0])
            boards["services"]["templating"]["list"].append({**spare, "name": "spare"})

        def read_from(definition):
            return lambda boards: boards["services"]["templating"]["list"][0].update(definition=definition)

        self.breaks("does not use its variable spare", unused)
        self.breaks("is not label_values(metric, label)", read_from("label_values(service)"))
        self.breaks("is read from up_and_away's service", read_from("label_values(up_and_away, service)"))
        self.breaks("says its query twice", read_from("label_values(up, service)"))
        self.breaks("unknown variable service", lambda boards: boards["slo"]["templating"]["list"].clear())

    def test_annotations(self):
        def twice(boards):
            boards["drills"]["annotations"]["list"][0]["expr"] = "up"

        self.breaks("says its query twice, and not the same", twice)

    def test_links(self):
        def change(boards):
            panel(boards, "company", "Oldest open order")["fieldConfig"]["defaults"]["links"][0]["url"] = "/d/nowhere"

        self.breaks("links to the dashboard nowhere", change)

    def test_alerts(self):
        self.panel_breaks(
            "speaks of the alert NoSuchAlert",
            lambda one: one.update(description="Share. Alert: NoSuchAlert."),
        )
        self.breaks("no panel shows what the alert Watchdog looks at", lambda boards: boards.pop("monitoring"))

    def test_a_rule_whose_limit_was_changed(self):
        def harder(rule):
            return dataclasses.replace(rule, expression=rule.expression.replace("0.05", "0.07"))

        harder_rules = [harder(rule) if rule.name == "ServiceErrorRatio" else rule for rule in RULES]
        self.found("no threshold at 0.07", lint.everything(world(rules_=harder_rules)))

    def test_a_rule_that_counts_beyond_another_edge(self):
        def slower(rule):
            return dataclasses.replace(rule, expression=rule.expression.replace('le="0.5"', 'le="2.5"'))

        slower_rules = [slower(rule) if rule.name == "ServiceLatencyHigh" else rule for rule in RULES]
        self.found("no threshold at 2.5, the limit of ServiceLatencyHigh", lint.everything(world(rules_=slower_rules)))

    def test_provisioning(self):
        self.assertEqual(4, len(list(PROVISIONED.queries())))
        for before, after, words in (
            ("datasourceUid: jaeger", "datasourceUid: tempo", "refers to tempo, which is not provisioned"),
            ("maxLines:", "maxlines:", "nobody here: maxlines"),
            ("http_server_request_duration_seconds_count", "http_requests", "asks for http_requests"),
            ("http_route)", "http_path)", "groups by http_path"),
            ("query: >-\n              sum", "query: sum", "was not looked at"),
        ):
            with self.subTest(words):
                changed_text = PROVISIONED.text.replace(before, after)
                self.assertNotEqual(PROVISIONED.text, changed_text)
                self.found(words, lint.everything(world(sources=provisioned.Provisioned(changed_text))))

    def test_exceptions(self):
        good = {"dashboard": "drills", "panel": "Alert states", "reason": "So it is.", "filled_by": "surge"}
        for key, value, words in (
            ("panel", "No such panel", "no such panel or query"),
            ("query", "Z", "no such panel or query"),
            ("reason", "", "gives no reason"),
            ("filled_by", "no-such-drill", "there is no drill no-such-drill"),
            ("because", "", "a key that nobody reads"),
            ("with", {"colour": ["red"]}, "the query has no variable colour"),
        ):
            with self.subTest(words):
                self.found(words, lint.everything(world(empty=[{**good, key: value}])))


def custom(one):
    return one["fieldConfig"]["defaults"]["custom"]


def recolour(one, name, colour):
    for override in one["fieldConfig"]["overrides"]:
        if override["matcher"]["options"] == name:
            override["properties"][0]["value"]["fixedColor"] = colour


if __name__ == "__main__":
    unittest.main()
