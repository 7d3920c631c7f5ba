"""What holds the dashboards to their promises; `scripts/dashboards.py` is the door."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
