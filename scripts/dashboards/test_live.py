"""What has no answer is found, with a Prometheus that answers as it is told."""

import http.server
import threading
import unittest

from . import live, promql
from .test_lint import CATALOGUE, EMPTY, RULES, world

DATA = [{"metric": {}, "values": [[0, "NaN"], [15, "1"]]}]
NAN = [{"metric": {}, "values": [[0, "NaN"], [15, "NaN"]]}]
NOW = [{"metric": {}, "value": [0, "1"]}]


class Fake:
    """Answers everything, but for what has one of some words in it."""

    def __init__(self, **other):
        self.other = other

    def answer(self, expression, usual):
        for words, what in self.other.get("but", {}).items():
            if words in expression:
                if isinstance(what, Exception):
                    raise what
                return what
        return usual

    def range(self, expression, _seconds):
        return self.answer(expression, DATA)

    def instant(self, expression):
        return self.answer(expression, NOW)

    def values(self, _selector, _label, _seconds):
        return self.other.get("values", ["one", "two"])

    def metrics(self):
        return CATALOGUE.of("firedrill") - self.other.get("missing", set())


def outcome(empty=EMPTY, without=(), after=(), **other):
    return live.everything(world(empty=empty), Fake(**other), 900, without, after)


class Live(unittest.TestCase):
    def complains(self, words, found):
        self.assertTrue(any(words in one for one in found.complaints), f"no “{words}” in {found.complaints}")

    def test_all_is_well(self):
        found = outcome()
        self.assertEqual([], found.complaints)
        self.assertGreater(found.answered, len(RULES) + 200)

    def test_no_data(self):
        for nothing in ([], NAN):
            self.complains("Open orders › A: no data", outcome(but={"sum(pizza_orders_open": nothing}))

    def test_each_value_of_a_repeated_row(self):
        self.complains("[service=two]: no data", outcome(but={'service=~"two"': []}))

    def test_a_query_that_is_refused(self):
        self.complains(
            "Open orders › A: many-to-many", outcome(but={"sum(pizza_orders_open": live.Refused("many-to-many")})
        )

    def test_a_variable_without_values(self):
        self.complains("services: variable service has no values", outcome(values=[]))

    def test_what_may_be_empty(self):
        silent = {'ALERTS{alertstate="pending"': []}
        self.assertEqual([], outcome(but=silent).complaints)
        self.complains("Alert states › A: no data", outcome(empty=[], but=silent))
        self.complains("although the drill surge was run", outcome(after=["surge"], but=silent))
        self.assertEqual([], outcome(after=["crash"], but=silent).complaints)

    def test_what_may_be_empty_of_one_service_alone(self):
        turned_away = {'requests_rejected_total{job="firedrill", service=~"one"}': []}
        entry = {"dashboard": "services", "panel": "Turned away", "reason": "It has no API."}
        self.complains("Turned away › A [service=one]", outcome(but=turned_away))
        self.assertEqual([], outcome([{**entry, "with": {"service": ["one"]}}], but=turned_away).complaints)
        self.complains("Turned away", outcome([{**entry, "with": {"service": ["two"]}}], but=turned_away))

    def test_what_does_not_run(self):
        silent = {"container_": []}
        self.complains("Throttled › A", outcome(but=silent))
        found = outcome(but=silent, without=["cadvisor"])
        self.assertEqual([], found.complaints)
        self.assertTrue(any("Throttled" in one for one in found.not_there))

    def test_a_metric_that_is_no_longer(self):
        self.complains("pizza_orders_open is not in Prometheus", outcome(missing={"pizza_orders_open"}))

    def test_rules(self):
        # As long as all is well an alert's own expression has no data, and that is no complaint.
        surge = next(rule for rule in RULES if rule.name == "PizzaOrderSurge")
        self.assertEqual([], outcome(but={surge.expression: []}).complaints)
        selector = promql.parse(surge.expression).selectors[0]
        gone = outcome(but={f"present_over_time({selector}[": []})
        self.complains("PizzaOrderSurge: pizza_orders_created_total", gone)
        self.complains("PizzaOrderSurge: bad", outcome(but={surge.expression: live.Refused("bad")}))


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = "vector" in self.path
        self.send_response(200 if good else 400)
        self.end_headers()
        self.wfile.write(b'{"data": {"result": [1]}}' if good else b'{"error": "no such thing"}')

    def log_message(self, *_):
        pass


class OverHttp(unittest.TestCase):
    def test_answers_and_errors(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        prometheus = live.Prometheus(f"http://127.0.0.1:{server.server_port}/")
        self.assertEqual([1], prometheus.instant("vector(1)"))
        with self.assertRaisesRegex(live.Refused, "no such thing"):
            prometheus.instant("up")


if __name__ == "__main__":
    unittest.main()
