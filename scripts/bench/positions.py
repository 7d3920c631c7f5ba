"""position-tracker: a million positions."""

import re
import statistics
import subprocess
import tempfile
import time

from rates import say
from servers import FIREDRILL, LOADGEN, ROOT, Server, Trivial, embedded, free_port, metric

PUBLISH_POSITIONS = ROOT / "target/release/examples/publish-positions"


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
