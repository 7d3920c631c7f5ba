"""The load generator: its schedule, and its raw rate."""

import re
import subprocess

from rates import bench, pairs, wrk
from servers import LOADGEN, Trivial


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
