"""Measures firedrill on this machine and writes docs/benchmarks.md.

Every figure that the project claims is a ratio within one run, or a bound: machines differ, and
noisy ones differ from minute to minute. Pairs are measured in turn, and the median ratio counts.

    python3 scripts/bench [--quick] [--only NAME ...]
"""

import argparse
import datetime
import os
import pathlib
import re
import subprocess

import company
import generator
import orders
import pages
import positions
from rates import say
from servers import ROOT

SECTIONS = {
    "generator": ("The load generator keeps its schedule", generator.generator),
    "wrk": ("The load generator's raw rate", generator.against_wrk),
    "orders": ("Durable orders against the cheapest request", orders.orders_against_menu),
    "telemetry": ("What telemetry costs", orders.telemetry_cost),
    "million": ("A million orders", orders.million_orders),
    "positions": ("A million positions", positions.million_positions),
    "memory": ("The whole company at rest", company.company_memory),
    "processor": ("An ordinary day at demo speed", company.company_processor),
    "paint": ("The pages", pages.first_paint),
    "streams": ("Open pages", pages.open_streams),
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
