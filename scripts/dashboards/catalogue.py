"""Which metrics there are, and which labels they have: grafana/metrics, one file a source.

A line is `name label label …`. A histogram is written by its parts (`_bucket`, `_count`, `_sum`).
"""

import re

from . import ROOT

FOLDER = ROOT / "grafana/metrics"

# What Prometheus adds to every sample: targets/*.json gives each target its `service`.
TARGET_LABELS = {"job", "instance", "service"}

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*?)\})? ")
LABEL = re.compile(r'([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"')


class Catalogue:
    def __init__(self, metrics):
        # Metric: its sources, and its labels. What every program of one language reports (`process_*`,
        # `go_*`) has more than one source.
        self.metrics = metrics

    def __contains__(self, metric):
        return metric in self.metrics

    def sources(self, metric):
        return self.metrics[metric][0]

    def labels(self, metric):
        return self.metrics[metric][1]

    def of(self, source):
        return {metric for metric, (sources, _) in self.metrics.items() if source in sources}


def read(folder=FOLDER):
    metrics = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.partition("#")[0].split()
            if words:
                sources, labels = metrics.setdefault(words[0], (set(), set(TARGET_LABELS)))
                sources.add(path.stem)
                labels |= set(words[1:])
    if not metrics:
        raise ValueError(f"no metrics in {folder}")
    return Catalogue(metrics)


def from_pages(texts):
    """The lines of such a file, from what `/metrics` answers."""
    found = {}
    for text in texts:
        for line in text.splitlines():
            sample = SAMPLE.match(line)
            if sample and not line.startswith("#"):
                labels = found.setdefault(sample[1], set())
                labels |= set(LABEL.findall(sample[2] or ""))
    return [" ".join([name, *sorted(labels)]) for name, labels in sorted(found.items())]
