"""A company of compose.yaml that tests may do with as they like: a project, ports and secrets of its own."""

import contextlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROJECT = "firedrill-test"
OWN_IMAGE = "firedrill:local"
ORDER = json.dumps(
    {
        "customer": "Ada",
        "address": "1 Main Street",
        "items": [{"pizza": "margherita", "size": "large", "quantity": 2}],
    }
).encode()
PORTS = range(29_200, 32_700)
UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class LabError(Exception):
    """Something is not as it is said to be."""


def say(text):
    print(text, flush=True)


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


def post_order(url):
    """An order's id, where it was taken."""
    request = urllib.request.Request(f"{url}/orders", ORDER, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["id"] if answer.status == 201 else None
    except OSError:
        return None


def until(what, limit, look):
    """Asks until the answer is good. `look` returns it, and how things stand. Returns the good answer."""
    deadline = time.monotonic() + limit
    while True:
        try:
            good, state = look()
        except OSError as error:
            good, state = None, error
        if good:
            return good
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {limit} s; {state}")
        time.sleep(0.5)


def base_images():
    """What the Dockerfile's stages are made from."""
    text = (ROOT / "Dockerfile").read_text()
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)", text, re.M))
    return [string.Template(name).substitute(defaults) for name in re.findall(r"^FROM (\S+)", text, re.M)]


def free_ports(count):
    """Below those that the system gives to callers: a container that is started again finds its port free."""
    found = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == count:
            return found
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    raise LabError("no free ports")


class Lab:
    """The company. Nothing is made before it is asked for."""

    PORTS = ("UI", "PIZZA", "POKEDEX", "TRACKER", "LOADGEN", "RABBITMQ", "PROMETHEUS", "ALERTMANAGER", "GRAFANA", "JAEGER", "CADVISOR")

    def __init__(self):
        self.command = shlex.split(os.environ.get("COMPOSE", "docker compose"))
        self.ports = dict(zip(self.PORTS, free_ports(len(self.PORTS)), strict=True))
        # What runs beside the default set.
        self.profiles = []
        # Its name is what an error about missing secrets has to show.
        self.folder = ROOT / "target" / PROJECT / "made-by-make-up"
        self.environment = {
            **os.environ,
            **{f"{name}_PORT": str(port) for name, port in self.ports.items()},
            "SECRETS_DIR": str(self.folder),
        }

    def url(self, name):
        return f"http://127.0.0.1:{self.ports[name]}"

    def secret(self, name):
        return (self.folder / name).read_text().strip()

    def run(self, command, check=True, timeout=1800, stream=False):
        pipe = None if stream else subprocess.PIPE
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, stdout=pipe, stderr=pipe, text=True, timeout=timeout, check=False
        )
        if check and done.returncode != 0:
            raise LabError(f"{shlex.join(command)} ends with {done.returncode}:\n{done.stdout or ''}{done.stderr or ''}")
        return done

    def compose(self, *arguments, **how):
        profiles = [f"--profile={name}" for name in self.profiles]
        return self.run([*self.command, "--project-name", PROJECT, *profiles, *arguments], **how)

    def docker(self, *arguments, **how):
        return self.run(["docker", *arguments], **how)

    def docker_json(self, *arguments):
        return json.loads(self.docker(*arguments).stdout)

    def no_engine(self):
        """Why there is none to be had, if so."""
        for command in (["docker", "version", "--format={{.Server.Version}}"], [*self.command, "version"]):
            try:
                done = self.run(command, check=False, timeout=60)
            except FileNotFoundError:
                return f"there is no `{command[0]}`"
            if done.returncode != 0:
                return f"`{shlex.join(command)}` says: {(done.stderr or done.stdout).strip()}"
        return None

    def no_images(self, profiles):
        """Which image can't be had, if so. What is not here yet is pulled."""
        options = [f"--profile={name}" for name in profiles]
        for image in [*self.compose(*options, "config", "--images").stdout.split(), *base_images()]:
            if image == OWN_IMAGE or self.docker("image", "inspect", image, check=False).returncode == 0:
                continue
            say(f"pulling {image} …")
            try:
                done = self.docker("pull", "--quiet", image, check=False, timeout=600)
            except subprocess.TimeoutExpired:
                return f"{image} was not pulled within 600 s"
            if done.returncode != 0:
                return f"{image} is not here, and cannot be pulled: {done.stderr.strip()}"
        return None

    def make_secrets(self):
        self.run([str(ROOT / "scripts/secrets.sh")])

    def services(self):
        return self.compose("config", "--services").stdout.split()

    @staticmethod
    def company():
        """The services that are the company itself."""
        return {"ui", "pizza-service", "pokedex-api", "position-simulator", "position-tracker", "loadgen"}

    def containers(self):
        """What `docker inspect` says, by service."""
        ids = self.compose("ps", "--all", "--quiet").stdout.split()
        inspected = self.docker_json("inspect", *ids)
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in inspected}

    def prometheus(self, path):
        return get(self.url("PROMETHEUS") + path)["data"]

    def query(self, promql):
        return self.prometheus("/api/v1/query?query=" + urllib.request.quote(promql))["result"]

    def memory(self):
        """What each running container uses and may use, in bytes."""
        names = {one["Id"]: name for name, one in self.containers().items() if one["State"]["Running"]}
        lines = self.docker("stats", "--no-stream", "--no-trunc", "--format={{.ID}} {{.MemUsage}}", *names).stdout
        rows = []
        for line in lines.splitlines():
            identity, used, _, limit = line.split()
            rows.append((names[identity], parse_size(used), parse_size(limit)))
        return sorted(rows)

    def explain(self):
        """What there is to see after a failure."""
        for arguments in (("ps", "--all"), ("logs", "--no-color", "--tail=20")):
            done = self.compose(*arguments, check=False)
            print(done.stdout, done.stderr, file=sys.stderr)

    def close(self):
        """Takes all of it away. Returns what would not go."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout=30", check=False, timeout=300)
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        label = f"--filter=label=com.docker.compose.project={PROJECT}"
        left = []
        for kind in (("ps", "--all"), ("volume", "ls"), ("network", "ls")):
            left += self.docker(*kind, "--quiet", label, check=False).stdout.split()
        return left


def parse_size(text):
    """`12.5MiB` in bytes."""
    number = text.rstrip("BKMGiT")
    return float(number) * UNITS[text[len(number) :]]
