"""The programs that are measured, and what can be asked of them."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIREDRILL = ROOT / "target/release/firedrill"
LOADGEN = [str(FIREDRILL), "loadgen"]


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
