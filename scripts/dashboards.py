"""Holds the dashboards to what they promise.

    python3 scripts/dashboards.py                       lint: without a Prometheus, and with promtool
    python3 scripts/dashboards.py --prometheus URL      and ask a running one all that they ask
    python3 scripts/dashboards.py --format              write them in the one way they are written
    python3 scripts/dashboards.py --list-metrics URL …  the lines of grafana/metrics for these pages

With --prometheus every query of every panel and annotation is run with each value of its variables,
and every expression of prometheus/rules. What has no data is an error, unless grafana/empty.json names
it. `--without cadvisor` leaves out what asks for metrics of a source (a file of grafana/metrics) that
does not run; `--after surge` asks that the panels which that drill fills have data within --window.

The exit code is 1 if anything is wrong. What is read is in scripts/dashboards.
"""

import argparse
import json
import sys
import time
import urllib.request

from dashboards import catalogue, lint, live, model, provisioned, rules, syntax


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prometheus", metavar="URL", help="a running Prometheus that scrapes the company")
    parser.add_argument("--without", metavar="SOURCE", action="append", default=[])
    parser.add_argument("--after", metavar="SCENARIO", action="append", default=[])
    parser.add_argument("--window", metavar="SECONDS", type=int, default=900)
    parser.add_argument("--wait", metavar="SECONDS", type=int, default=0, help="try again for as long")
    parser.add_argument("--promtool", default="promtool", help="the program that checks the syntax")
    parser.add_argument("--format", action="store_true")
    parser.add_argument("--list-metrics", metavar="URL", nargs="+")
    return parser.parse_args()


def main():
    args = arguments()
    if args.list_metrics:
        pages = (fetch(url) for url in args.list_metrics)
        print("\n".join(catalogue.from_pages(pages)))
        return 0
    if args.format:
        for dashboard in model.read():
            dashboard.path.write_text(dashboard.formatted, encoding="utf-8")
        return 0
    world = lint.World(
        model.read(),
        catalogue.read(),
        rules.read(),
        provisioned.read(),
        json.loads(lint.EMPTY.read_text(encoding="utf-8")),
    )
    complaints = [*lint.everything(world), *syntax.check(world, args.promtool)]
    report(complaints, f"{len(world.dashboards)} dashboards, {len(list(world.queries()))} queries hold")
    if args.prometheus and not complaints:
        complaints = ask(world, args)
    return 1 if complaints else 0


def ask(world, args):
    known = {path.stem for path in catalogue.FOLDER.glob("*.txt")}
    if set(args.without) - known:
        return report([f"--without knows {', '.join(sorted(known))}"], "")
    deadline = time.monotonic() + args.wait
    prometheus = live.Prometheus(args.prometheus)
    while True:
        try:
            outcome = live.everything(world, prometheus, args.window, args.without, args.after)
        except (OSError, live.Refused) as error:
            outcome = live.Outcome([f"{args.prometheus}: {error}"])
        if not outcome.complaints or time.monotonic() > deadline:
            break
        time.sleep(10)
    for word, found in (
        ("may be empty, and is", outcome.may_be_empty),
        ("not run, its source is left out", outcome.not_there),
        ("not run, another data source's", outcome.elsewhere),
    ):
        for one in found:
            print(f"{word}: {one}")
    counts = f"{len(outcome.may_be_empty)} may be empty, {len(outcome.not_there + outcome.elsewhere)} not run"
    return report(outcome.complaints, f"{outcome.answered} queries and rules answered, {counts}")


def report(complaints, good):
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{len(complaints)} complaints" if complaints else good)
    return complaints


def fetch(url):
    with urllib.request.urlopen(url, timeout=live.TIMEOUT_SECONDS) as answer:
        return answer.read().decode()


if __name__ == "__main__":
    sys.exit(main())
