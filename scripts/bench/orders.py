"""pizza-service: its rates, what telemetry costs it, and a million orders."""

import json
import statistics
import tempfile
import time

from rates import CONNECTIONS, MANY, bench, pairs, say
from servers import ROOT, Pizza, Trivial, get, metric


def orders_against_menu(quick):
    seconds = 2 if quick else 6
    rows = []
    for connections, goal in ((MANY, "at least 0.3"), (CONNECTIONS, "not claimed")):
        with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Pizza(folder) as pizza:
            bench(f"{pizza.api}/menu", 1)
            posts, gets, ratio = pairs(
                3 if quick else 5,
                lambda: bench(f"{pizza.api}/orders", seconds, True, connections),
                lambda: bench(f"{pizza.api}/menu", seconds, False, connections),
            )
        rows.append(
            (
                f"`POST /orders` on SQLite with fsync over `GET /menu`, {connections} connections",
                f"{ratio:.2f} ({posts:,.0f} over {gets:,.0f} requests/s)",
                goal,
            )
        )
    return rows


def telemetry_cost(quick):
    seconds = 2 if quick else 4
    sampling = {
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.01",
    }

    def fresh(telemetry, path, post):
        """A service and a database of its own each time: a table that grows slows its inserts."""
        flags = [f"--otlp-endpoint={collector}"] if telemetry == "on" else []
        with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
            with Pizza(folder, *flags, telemetry=telemetry, environment=sampling) as pizza:
                bench(pizza.api + path, 1, post)
                return bench(pizza.api + path, seconds, post)

    rows = []
    with Trivial() as collector:
        for path, post, goal in (("/orders", True, "at least 0.9"), ("/menu", False, "not claimed")):
            with_it, without, ratio = pairs(
                3 if quick else 5,
                lambda path=path, post=post: fresh("on", path, post),
                lambda path=path, post=post: fresh("off", path, post),
            )
            rows.append(
                (
                    f"`{'POST' if post else 'GET'} {path}` with telemetry over without",
                    f"{ratio:.2f} ({with_it:,.0f} over {without:,.0f} requests/s)",
                    goal,
                )
            )
    return rows


def page_ms(url):
    start = time.perf_counter()
    page = json.loads(get(url))
    return (time.perf_counter() - start) * 1e3, page["next"]


def million_orders(quick):
    goal = 50_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Pizza(folder) as pizza:
        made = 0
        while made < goal:
            bench(f"{pizza.api}/orders", 10 if not quick else 2, True, MANY)
            made = int(metric(pizza.telemetry, "pizza_orders_created_total"))
            say(f"    {made:,} orders, {pizza.resident_mib():.1f} MiB resident")
        busy = pizza.resident_mib()
        # What 256 requests at once took is given back within a second or two.
        time.sleep(3)
        resident = pizza.resident_mib()
        base = f"{pizza.api}/orders?limit=20"
        last_page = 1000 if not quick else 100
        cursor, times = None, {}
        for number in range(1, last_page + 20):
            took, cursor = page_ms(base + (f"&after={cursor}" if cursor else ""))
            times[number] = took
        first = statistics.median(page_ms(base)[0] for _ in range(20))
        deep = statistics.median(times[n] for n in range(last_page, last_page + 20))
    return [
        (
            f"resident memory after {goal:,}".replace(",", " ") + " orders, 3 s after the last",
            f"{resident:.1f} MiB ({busy:.1f} MiB with {MANY} requests at once)",
            "under 40 MiB",
        ),
        (
            f"listing page {last_page} over page 1",
            f"{deep / first:.2f} ({deep:.2f} over {first:.2f} ms)",
            "about 1",
        ),
    ]
