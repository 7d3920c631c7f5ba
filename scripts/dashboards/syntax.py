"""The syntax of all queries, by promtool: they are given to it as the recording rules of one file."""

import json
import pathlib
import re
import subprocess
import tempfile

from . import model
from .lint import dummies

LINE = re.compile(r'rule (\d+), "query:\d+": (.*)$', re.M)


def check(world, promtool):
    asked = [asked for asked in world.queries() if world.sources.get(asked.source) == "prometheus"]
    # JSON is YAML.
    rules = [
        {"record": f"query:{number}", "expr": model.fill_in(one.expression, dummies(one.expression))}
        for number, one in enumerate(asked)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "queries.yml"
        path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
        try:
            said = subprocess.run([promtool, "check", "rules", path], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return [f"{promtool} is not there: the syntax cannot be checked"]
    if said.returncode == 0:
        return []
    found = [f"{asked[int(number) - 1]}: {why}" for number, why in LINE.findall(said.stderr)]
    return found or [f"promtool: {said.stderr.strip()[:1000]}"]
