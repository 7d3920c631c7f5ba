"""The pages: how soon a browser paints them, and what it costs that many are open."""

import socket
import statistics
import tempfile
import time

from browser import Browser
from company import Company
from rates import say
from servers import ROOT, resident_mib

PAGES = ("/", "/fleet", "/pokedex", "/control", "/traces")
STREAMS = 200


def first_paint(quick):
    rounds = 3 if quick else 11
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Company(folder, "--no-monitoring") as shop:
        with Browser() as browser:
            # The browser's own beginning is not ours.
            browser.first_paint_ms(shop.url)
            times = {page: [] for page in PAGES}
            for _ in range(rounds):
                for page in PAGES:
                    times[page].append(browser.first_paint_ms(shop.url + page))
    medians = {page: statistics.median(taken) for page, taken in times.items()}
    say("    " + ", ".join(f"{page} {ms:.0f} ms" for page, ms in medians.items()))
    slowest = max(medians, key=medians.get)
    longest = max(max(taken) for taken in times.values())
    return [
        (
            f"first contentful paint in Chromium, empty cache, slowest of {len(PAGES)} pages, "
            f"median of {rounds}",
            f"{medians[slowest]:.0f} ms (`{slowest}`; longest of all loads {longest:.0f} ms)",
            "under 300 ms",
        )
    ]


class Stream:
    """A page that listens."""

    def __init__(self, url, path):
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        answer = self.socket.recv(65_536)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(answer[:200].decode())
        self.socket.setblocking(False)

    def read(self):
        """What came since the last time, in bytes."""
        total = 0
        while True:
            try:
                part = self.socket.recv(65_536)
            except BlockingIOError:
                return total
            if not part:
                raise ConnectionError("a stream has ended")
            total += len(part)


def listen(process, streams, seconds):
    """What all heard in a while, in bytes, and the largest resident memory meanwhile, in MiB."""
    heard, resident = 0, 0.0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        heard += sum(stream.read() for stream in streams)
        resident = max(resident, resident_mib(process))
        time.sleep(0.1)
    return heard, resident


def open_streams(quick):
    seconds = 5 if quick else 30
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Company(folder, "--no-monitoring") as shop:
        process = shop.processes()["ui"]
        # Vans have to be on their way before they can be looked at.
        listen(process, [], seconds)
        _, before = listen(process, [], seconds)
        streams = [Stream(shop.url, "/api/vehicles/stream") for _ in range(STREAMS)]
        heard, after = listen(process, streams, seconds)
        for stream in streams:
            stream.socket.close()
    each = heard / STREAMS / seconds / 1024
    return [
        (
            f"peak resident memory of ui with {STREAMS} open streams of vans, over that with none",
            f"{after - before:.1f} MiB more ({after:.1f} over {before:.1f} MiB; "
            f"each stream hears {each:.1f} KiB/s)",
            "under 20 MiB more",
        )
    ]
