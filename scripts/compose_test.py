"""Builds the image, opens compose.yaml's company, and holds it to what is said of it: `make test-compose`.

It has a project, ports and secrets of its own, and takes all of it away in the end, volumes too. What
`docker compose` is called is read from COMPOSE; COMPOSE_FILE adds files, as for Compose itself.

    python3 scripts/compose_test.py [--minutes N] [--ready-limit S] [--without SOURCE] [--allow-no-engine]
"""

import argparse
import json
import subprocess
import sys
import threading
import time
import urllib.request

from compose_lab import OWN_IMAGE, Lab, LabError, get, post_order, say, until

# Beside the default set: what stands in the queries of the dashboards.
PROFILES = ("host",)
DRILLS = ("surge", "queue-outage", "crash", "error-burst")

MIB = 1024 * 1024
IMAGE_LIMIT = 60_000_000
# All limits of the default set together.
MEMORY_BUDGET = int(1.2 * 1024 * MIB)
# A container that needs more than this of its limit has a limit that is not real.
TIGHT = 0.95


def ensure(good, problem):
    if not good:
        raise LabError(problem)


def missing_secrets_are_named(lab):
    """Whoever forgot `make up` reads what to do."""
    done = lab.compose("create", "--no-build", "postgres", check=False)
    ensure(done.returncode != 0, "a company without secrets was made")
    ensure("made-by-make-up" in done.stdout + done.stderr, f"nothing says what is missing:\n{done.stderr}")


def image_is_small_and_bare(lab):
    image = lab.docker_json("image", "inspect", OWN_IMAGE)[0]
    config, size = image["Config"], image["Size"]
    ensure(size < IMAGE_LIMIT, f"the image has {size / 1e6:.1f} MB")
    ensure(config["User"] == "65532:65532", f"it runs as {config['User']!r}")
    labels = config["Labels"]
    for key in ("title", "description", "licenses", "version", "revision"):
        ensure(f"org.opencontainers.image.{key}" in labels, f"no label {key}")
    shell = lab.docker("run", "--rm", "--entrypoint=/bin/sh", OWN_IMAGE, "-c", "true", check=False)
    ensure(shell.returncode != 0, "there is a shell in it")
    say(f"image: {size / 1e6:.1f} MB")


def opens_in_time(lab, limit):
    begin = time.monotonic()
    lab.compose("up", "--detach", "--wait")
    took = time.monotonic() - begin
    say(f"open after {took:.0f} s")
    ensure(took <= limit, f"it took {took:.0f} s to open, more than {limit} s")


def limits_are_in_the_budget(lab):
    total = sum(container["HostConfig"]["Memory"] for container in lab.containers().values())
    say(f"limits: {total / MIB:.0f} MiB of memory together")
    ensure(total <= MEMORY_BUDGET, f"limits add up to {total / MIB:.0f} MiB")


def profiles_join(lab):
    """The company that runs is not disturbed."""
    before = {name: one["Id"] for name, one in lab.containers().items()}
    lab.profiles += PROFILES
    lab.compose("up", "--detach", "--wait")
    after = {name: one["Id"] for name, one in lab.containers().items()}
    ensure(before.items() <= after.items(), f"a container was made anew: {before}, {after}")
    say(f"profiles: {', '.join(PROFILES)} with {', '.join(sorted(after.keys() - before.keys()))}")


def containers_are_bounded(lab):
    for name, container in lab.containers().items():
        host = container["HostConfig"]
        for good, what in (
            (host["Memory"] > 0, "no memory limit"),
            (host["NanoCpus"] > 0, "no CPU limit"),
            (host["PidsLimit"], "no limit of processes"),
            (host["CapDrop"] == ["ALL"] and not host["CapAdd"], "capabilities"),
            ("no-new-privileges:true" in host["SecurityOpt"], "may gain privileges"),
            (host["ReadonlyRootfs"], "writes to its root"),
            (not host["Privileged"], "is privileged"),
        ):
            ensure(good, f"{name}: {what}")
        for bindings in (host["PortBindings"] or {}).values():
            for binding in bindings:
                ensure(binding["HostIp"] == "127.0.0.1", f"{name} listens on {binding['HostIp']!r}")


def all_is_scraped(lab):
    """Every target is up: the company's services as the file has them, and what is beside them."""
    company = {name for name in lab.services() if name in lab.company()}
    wanted = company | {"prometheus", "alertmanager", "rabbitmq", "cadvisor", "node-exporter"} & set(lab.services())

    def up():
        targets = lab.prometheus("/api/v1/targets?state=active")["activeTargets"]
        down = {t["labels"]["service"]: t["lastError"] for t in targets if t["health"] != "up"}
        missing = wanted - {t["labels"]["service"] for t in targets}
        return (not down and not missing and len(targets)), f"down: {down}; missing: {missing}"

    say(f"targets: {until('every target is up', 60, up)}, all up")
    groups = lab.prometheus("/api/v1/rules")["groups"]
    sick = [rule["name"] for group in groups for rule in group["rules"] if rule["health"] != "ok"]
    ensure(groups and not sick, f"rules without data or with errors: {sick}")


def opening_pages_nobody(lab):
    """Nor does a profile that joins, for which Prometheus may be started again."""
    fired = lab.query('max_over_time(ALERTS{alertstate="firing",alertname!="Watchdog"}[10m])')
    names = sorted({f"{one['metric']['alertname']} ({one['metric'].get('service')})" for one in fired})
    ensure(not names, f"fired while all was well: {', '.join(names)}")
    say("alerts: none but the Watchdog since it was opened")


def databases_are_apart(lab):
    """A role may do what it needs in its own database, and cannot even connect to another one."""
    role = "pizza_service"
    url = lab.secret("pizza-service-postgres-url").replace("@postgres:", "@127.0.0.1:")
    sql = ("exec", "-T", "postgres", "psql", "--no-psqlrc", "-tA")
    own = lab.compose(*sql, url, "-c", "SELECT count(*) FROM orders", check=False)
    ensure(own.returncode == 0, f"{role} cannot read its own orders: {own.stderr}")
    for database in ("pokedex_api", "postgres"):
        elsewhere = url.removesuffix(role) + database
        other = lab.compose(*sql, elsewhere, "-c", "SELECT 1", check=False)
        ensure("permission denied" in other.stderr, f"{role} gets into {database}: {other.stderr}")
    create = lab.compose(*sql, url, "-c", "CREATE SCHEMA more", check=False)
    ensure("permission denied" in create.stderr, f"{role} makes schemas")


def queue_users_are_apart(lab):
    listed = lab.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "list_users", "--formatter=json")
    users = {user["user"]: user["tags"] for user in json.loads(listed.stdout)}
    services = {"pizza-service", "position-simulator", "position-tracker"}
    ensure(set(users) == services | {"admin"}, f"users: {sorted(users)}")
    ensure(not any(users[name] for name in services), f"a service has tags: {users}")


def orders_are_delivered(lab, ids, limit=180):
    """By Postgres and RabbitMQ, which nothing else could carry them through."""
    waiting = set(ids)

    def delivered():
        for order in list(waiting):
            if get(f"{lab.url('PIZZA')}/orders/{order}")["status"] == "delivered":
                waiting.discard(order)
        return not waiting, f"{len(waiting)} of {len(ids)} are not delivered"

    until("the orders are delivered", limit, delivered)
    say(f"orders: {len(ids)} of {len(ids)} delivered")


def pages_are_looked_at(lab):
    """The shop's page, and what it asks each service, until Prometheus can tell a rate from it."""
    seen = 'sum(rate(http_server_request_duration_seconds_count{service="ui",http_route="/api/menu"}[1m])) > 0'

    def look():
        for path in ("/", "/api/menu", "/api/pokemon/25", "/api/vehicles", "/api/scenarios", "/api/board"):
            with urllib.request.urlopen(lab.url("UI") + path, timeout=10) as answer:
                ensure(answer.status == 200 and answer.read(), f"ui: {path} answers {answer.status}")
        return lab.query(seen), "Prometheus has no rate of the ui's requests"

    until("the pages are served and counted", 60, look)
    say("pages: the shop, and what it asks all of them")


def traces_are_sent(lab):
    sent = 'sum(otel_sdk_exporter_span_exported_total{job="firedrill",error_type=""}) > 0'
    until("traces are sent", 30, lambda: (lab.query(sent), "no span was exported"))


def drills_pass(lab):
    for name in DRILLS:
        done = lab.compose("exec", "-T", "loadgen", "loadgen", "--scenario", name, check=False, timeout=600)
        ensure(done.returncode == 0, f"{name} ends with {done.returncode}:\n{done.stdout}{done.stderr}")
        say(f"drill: {name} PASS")


def dashboards_have_data(lab, without):
    """Every query of every panel, and every rule; the drills have filled what is empty while all is well."""
    command = [sys.executable, "scripts/dashboards.py", f"--prometheus={lab.url('PROMETHEUS')}", "--wait=120", "--window=1800"]
    done = lab.run([*command, *(f"--without={one}" for one in without), *(f"--after={drill}" for drill in DRILLS)], check=False)
    say(done.stdout.rstrip())
    ensure(done.returncode == 0, f"dashboards:\n{done.stderr}")


def restarts_lose_nothing(lab):
    """Orders are placed all the time while the database and the queue are started again."""
    taken, refused, stop = [], [0], threading.Event()

    def place():
        while not stop.wait(0.1):
            order = post_order(lab.url("PIZZA"))
            if order:
                taken.append(order)
            else:
                refused[0] += 1

    placing = threading.Thread(target=place)
    placing.start()
    try:
        for neighbour in ("postgres", "rabbitmq"):
            time.sleep(3)
            lab.compose("restart", neighbour)
            lab.compose("up", "--detach", "--wait", "--no-recreate", neighbour)
            before = len(taken)
            until("orders are taken again", 60, lambda: (len(taken) > before + 20, "none is"))
    finally:
        stop.set()
        placing.join()
    say(f"restarts: {len(taken)} orders answered 201, {refused[0]} refused meanwhile")
    orders_are_delivered(lab, taken)


def memory_is_enough(lab):
    rows = lab.memory()
    say("\n| container | memory | limit | |\n|---|---|---|---|")
    for name, used, limit in rows:
        say(f"| {name} | {used / MIB:.1f} MiB | {limit / MIB:.0f} MiB | {used / limit:.0%} |")
    full = [name for name, used, limit in rows if used > TIGHT * limit]
    ensure(not full, f"too little memory for {full}")
    killed = [name for name, container in lab.containers().items() if container["State"]["OOMKilled"]]
    ensure(not killed, f"killed for memory: {killed}")


def run(lab, options):
    missing_secrets_are_named(lab)
    lab.make_secrets()
    lab.compose("build", stream=True)
    image_is_small_and_bare(lab)
    opens_in_time(lab, options.ready_limit)
    limits_are_in_the_budget(lab)
    profiles_join(lab)
    containers_are_bounded(lab)
    all_is_scraped(lab)
    orders_are_delivered(lab, [post_order(lab.url("PIZZA")) for _ in range(20)])
    opening_pages_nobody(lab)
    databases_are_apart(lab)
    queue_users_are_apart(lab)
    pages_are_looked_at(lab)
    traces_are_sent(lab)
    if options.minutes:
        say(f"{options.minutes} minutes of everyday customers …")
        time.sleep(60 * options.minutes)
    drills_pass(lab)
    dashboards_have_data(lab, options.without)
    memory_is_enough(lab)
    restarts_lose_nothing(lab)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=0, help="everyday customers before the drills")
    parser.add_argument("--ready-limit", type=int, default=60, help="seconds until it must be open")
    parser.add_argument("--without", metavar="SOURCE", action="append", default=[], help="what has no metrics here: cadvisor")
    parser.add_argument("--allow-no-engine", action="store_true", help="exit 0 where no Docker or no image can be had")
    options = parser.parse_args()
    lab = Lab()
    try:
        problem = lab.no_engine() or lab.no_images(PROFILES)
    except LabError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    if problem:
        print(f"NO CONTAINER WAS TRIED: {problem}", file=sys.stderr)
        return 0 if options.allow_no_engine else 1
    try:
        run(lab, options)
    except (LabError, OSError, subprocess.TimeoutExpired) as error:
        lab.explain()
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    finally:
        left = lab.close()
    if left:
        print(f"FAILED: left behind: {left}", file=sys.stderr)
        return 1
    say("all of it is gone again; everything held")
    return 0


if __name__ == "__main__":
    sys.exit(main())
