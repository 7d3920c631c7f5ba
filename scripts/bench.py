"""Measures firedrill on this machine and writes docs/benchmarks.md.

Every figure that the project claims is a ratio within one run, or a bound: machines differ, and
noisy ones differ from minute to minute. Pairs are measured in turn, and the median ratio counts.

    python3 scripts/bench.py [--quick] [--only NAME ...]
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIREDRILL = ROOT / "target/release/firedrill"
LOADGEN = [str(FIREDRILL), "loadgen"]
PUBLISH_POSITIONS = ROOT / "target/release/examples/publish-positions"
ORDER = json.dumps(
    {
        "customer": "Ada",
        "address": "1 Main Street",
        "items": [{"pizza": "margherita", "size": "large", "quantity": 2}],
    }
)
CONNECTIONS = 32

# For the store: an fsync is shared by all who wait for it, so what it can do shows with many waiting.
MANY = 256


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def wait_for(url, process, limit=30):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"the server for {url} ended with {process.returncode}")
        try:
            get(url, timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{url} did not answer within {limit} s")


def embedded():
    """An environment that names no neighbours."""
    neighbours = ("POSTGRES_URL", "POSTGRES_URL_FILE", "AMQP_URL", "AMQP_URL_FILE")
    return {key: value for key, value in os.environ.items() if key not in neighbours}


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def metric(telemetry, sample):
    """A sample's value, by its whole name with labels."""
    text = get(f"{telemetry}/metrics").decode()
    return float(re.search(rf"^{re.escape(sample)} ([\d.e+-]+)", text, re.M)[1])


class Server:
    """A program of ours that runs while it is measured."""

    def __init__(self, command, ready, environment=None):
        self.process = subprocess.Popen(
            command,
            env={**embedded(), **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(ready, self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident_mib(self):
        return resident_mib(self.process.pid)


class Pizza(Server):
    """pizza-service alone, on SQLite with fsync."""

    def __init__(self, folder, *flags, telemetry="on", environment=None):
        self.api = f"http://127.0.0.1:{free_port()}"
        self.telemetry = f"http://127.0.0.1:{free_port()}"
        super().__init__(
            [
                str(FIREDRILL),
                "pizza-service",
                f"--api-address={self.api[7:]}",
                f"--telemetry-address={self.telemetry[7:]}",
                f"--data-dir={folder}",
                "--rate-limit=0",
                f"--request-telemetry={telemetry}",
                f"--log-file={folder}/pizza.log",
                "--log-format=json",
                *flags,
            ],
            f"{self.telemetry}/readyz",
            environment,
        )


def bench(url, seconds, post=False, connections=CONNECTIONS):
    """Requests a second by `loadgen bench`."""
    command = [*LOADGEN, "bench", url, "--connections", str(connections), "--duration", f"{seconds}s"]
    if post:
        command += ["--method", "POST", "--body", ORDER, "--header", "Content-Type: application/json"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) requests/s", out)[1])


def wrk(url, seconds):
    """Requests a second by `wrk` with one thread."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def pairs(rounds, first, second):
    """Measures two things in turn. Returns the medians and the median ratio first/second."""
    rows = []
    for number in range(rounds):
        # The order changes, so that neither always runs on the warmer machine.
        if number % 2:
            b, a = second(), first()
        else:
            a, b = first(), second()
        say(f"    {a:,.0f} against {b:,.0f}: {a / b:.3f}")
        rows.append((a, b, a / b))
    return tuple(statistics.median(column) for column in zip(*rows))


class Trivial:
    """The generator's own trivial server, in a process that ends with its standard input."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [*LOADGEN, "bench-generator", "--serve-trivially"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self.process.stdout.readline().strip()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)


def generator(quick):
    seconds = 5 if quick else 30
    # It ends with 1 where a goal is missed: that is for the table to say.
    out = subprocess.run(
        [*LOADGEN, "bench-generator", "--rate", "5000/s", "--duration", f"{seconds}s"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    figure = lambda pattern: re.search(pattern, out)[1]
    return [
        (f"schedule sent at 5 000/s for {seconds} s", figure(r"([\d.]+ %) sent"), "100 %"),
        ("schedule lag, 99th percentile", figure(r"lag .*? p99 ([\d.]+ ms)"), "under 5 ms"),
        ("generator's peak resident memory", figure(r"memory +(\d+ MiB)"), "under 64 MiB"),
    ]


def against_wrk(quick):
    seconds = 2 if quick else 5
    with Trivial() as url:
        ours, theirs, ratio = pairs(
            3 if quick else 5, lambda: bench(url, seconds), lambda: wrk(url, seconds)
        )
    return [
        (
            "`loadgen bench` over `wrk -t1`, 32 connections, trivial server",
            f"{ratio:.2f} ({ours:,.0f} over {theirs:,.0f} requests/s)",
            "at least 0.8",
        )
    ]


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


class Tracker(Server):
    """position-tracker alone, on SQLite and the queue file."""

    def __init__(self, folder):
        self.api = f"http://127.0.0.1:{free_port()}"
        self.telemetry = f"http://127.0.0.1:{free_port()}"
        super().__init__(
            [
                str(FIREDRILL),
                "position-tracker",
                f"--api-address={self.api[7:]}",
                f"--telemetry-address={self.telemetry[7:]}",
                f"--data-dir={folder}",
                "--rate-limit=0",
                f"--log-file={folder}/tracker.log",
                "--log-format=json",
            ],
            f"{self.telemetry}/readyz",
        )

    def stored(self):
        return int(metric(self.telemetry, "vehicle_positions_stored_total"))


def paced(url, seconds):
    """The 99th percentile of the latency of 2 000 requests a second, in ms."""
    command = [*LOADGEN, "bench", url, "--rate=2000/s", "--connections=16", f"--duration={seconds}s"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"p99 ([\d.]+) ms", out)[1])


def million_positions(quick):
    """Reads are measured in turn with the trivial server's: a machine that stops for a moment now and
    then, as shared ones do, stops both."""
    goal, pace, seconds = (50_000, 4_000, 2) if quick else (1_000_000, 4_000, 10)
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Tracker(folder) as tracker:
        publisher = subprocess.Popen(
            [
                PUBLISH_POSITIONS,
                f"--data-dir={folder}",
                f"--positions={goal}",
                f"--per-second={pace}",
            ],
            env=embedded(),
        )
        started = time.monotonic()
        while tracker.stored() < goal // 5:
            time.sleep(0.1)
        early = tracker.resident_mib()
        reads = []
        with Trivial() as trivial:
            while tracker.stored() < goal - 2 * seconds * pace:
                ours = paced(f"{tracker.api}/vehicles/Village%20Van%203", seconds)
                floor = paced(trivial, seconds)
                say(f"    {tracker.stored():,} stored: {ours:.3f} ms, trivial server {floor:.3f} ms")
                reads.append((ours, floor))
        while tracker.stored() < goal:
            time.sleep(0.05)
        took = time.monotonic() - started
        publisher.wait(30)
        late = tracker.resident_mib()
    ours, floor = (statistics.median(column) for column in zip(*reads))
    positions = f"{goal:,} positions".replace(",", " ")
    return [
        (f"{positions}, published and stored", f"{goal / took:,.0f} a second", f"the pace, {pace:,}"),
        (
            f"resident memory after {positions} over after a fifth of them",
            f"{late / early:.2f} ({late:.1f} over {early:.1f} MiB)",
            "flat",
        ),
        (
            "`GET /vehicles/{name}` at 2 000/s meanwhile, 99th percentile, "
            f"median of {len(reads)} runs of {seconds} s",
            f"{ours:.2f} ms (trivial server, in turn: {floor:.2f} ms)",
            "under 2 ms",
        ),
    ]


def roles(supervisor):
    """The supervisor's children by their role."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = re.search(r"PPid:\s+(\d+)", (entry / "status").read_text())[1]
        except OSError:
            continue
        if int(parent) == supervisor and words[0].decode().endswith("firedrill"):
            found[words[1].decode()] = int(entry.name)
    return found


def company_memory(quick):
    """All services of one command, with everyday customers and without Prometheus."""
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        offset = 20_000
        company = [
            str(FIREDRILL),
            "--no-monitoring",
            f"--data-dir={folder}",
            f"--port-offset={offset}",
        ]
        with Server(company, f"http://127.0.0.1:{9114 + offset}/readyz") as supervisor:
            time.sleep(10 if quick else 120)
            memory = {role: resident_mib(pid) for role, pid in roles(supervisor.process.pid).items()}
            memory["supervisor"] = supervisor.resident_mib()
    services = [role for role in memory if role not in ("loadgen", "supervisor")]
    together = sum(memory[role] for role in services)
    each = ", ".join(f"{role} {memory[role]:.1f}" for role in services)
    return [
        (
            f"resident memory of the {len(services)} services at 10 000 orders an hour",
            f"{together:.1f} MiB ({each})",
            "under 100 MiB",
        ),
        (
            "that of the customers and of the supervisor, on top",
            f"{memory['loadgen']:.1f} and {memory['supervisor']:.1f} MiB",
            "not claimed",
        ),
    ]


SECTIONS = {
    "generator": ("The load generator keeps its schedule", generator),
    "wrk": ("The load generator's raw rate", against_wrk),
    "orders": ("Durable orders against the cheapest request", orders_against_menu),
    "telemetry": ("What telemetry costs", telemetry_cost),
    "million": ("A million orders", million_orders),
    "positions": ("A million positions", million_positions),
    "memory": ("The whole company at rest", company_memory),
}


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", info)
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]
    name = model[1] if model else "unknown processor"
    return (
        f"{name}, {os.cpu_count()} cores, {int(memory) / 2**20:.0f} GiB, "
        f"Linux {os.uname().release.split('-')[0]}"
    )


def apart(page):
    """What takes hours, is measured apart and stays, by hand: from its heading to the page's end."""
    _, heading, rest = page.partition("\n## Measured apart")
    return heading + rest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short runs; writes no file")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    options = parser.parse_args()

    revision = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Rates are of one noisy machine; what is claimed are the ratios, each "
        "the median of pairs measured in turn within one run, and the bounds. What was tried to get "
        "there is in [performance.md](performance.md).",
        "",
        f"Machine: {machine()}. Client and server share it. {datetime.date.today()}, revision {revision}.",
    ]
    for name in options.only:
        title, measure = SECTIONS[name]
        say(f"== {title}")
        lines += ["", f"## {title}", "", "| what | measured | goal |", "|---|---|---|"]
        for row in measure(options.quick):
            say("  " + "  |  ".join(row))
            lines.append("| " + " | ".join(row) + " |")
    text = "\n".join(lines) + "\n"
    print(text)
    if not options.quick and set(options.only) == set(SECTIONS):
        page = ROOT / "docs/benchmarks.md"
        page.write_text(text + apart(page.read_text()))


if __name__ == "__main__":
    main()
