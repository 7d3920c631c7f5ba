"""Rates, and pairs of them measured in turn."""

import json
import re
import statistics
import subprocess
import sys

from servers import LOADGEN

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
