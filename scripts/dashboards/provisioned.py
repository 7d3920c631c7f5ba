"""The data sources that are provisioned, read as text: there is no YAML in Python's standard library."""

import re

from . import ROOT
from .model import Asked

FOLDER = ROOT / "grafana/provisioning"

KEY = re.compile(r"^\s*(?:- )?(\w+):(?: |$)", re.M)
UID = re.compile(r"^    uid: (\S+)$", re.M)
TYPE = re.compile(r"^    type: (\S+)$", re.M)
REFERRED = re.compile(r"datasourceUid: (\S+)")
# A query of `tracesToMetrics`: its text is folded.
QUERY = re.compile(r"- name: (.*)\n +query: >-\n((?: {14}.*\n)+)")
ANY_QUERY = re.compile(r"^ {12}query: ", re.M)
# In place of the matchers that a span gives.
TAGS = re.compile(r",?\s*\$\$__tags")

# What Grafana's documentation of provisioning and of these data sources names, as far as it is used. It
# reads nothing else, and says so to nobody.
KEYS = {
    *("apiVersion", "datasources", "name", "uid", "type", "access", "url", "isDefault", "editable", "jsonData"),
    *("httpMethod", "prometheusType", "timeInterval", "manageAlerts", "allowAsRecordingRulesTarget"),
    *("exemplarTraceIdDestinations", "datasourceUid", "urlDisplayLabel"),
    *("nodeGraph", "enabled", "spanBar", "tag"),
    *("tracesToLogsV2", "spanStartTimeShift", "spanEndTimeShift", "filterByTraceID", "filterBySpanID"),
    *("customQuery", "query", "tracesToMetrics", "tags", "key", "value", "queries"),
    *("maxLines", "derivedFields", "matcherType", "matcherRegex"),
    *("implementation", "handleGrafanaManagedAlerts"),
    *("providers", "folder", "folderUid", "disableDeletion", "allowUiUpdates", "updateIntervalSeconds"),
    *("options", "path"),
}


class Provisioned:
    def __init__(self, text):
        self.text = text
        # Each uid's type.
        self.types = {}
        for entry in re.split(r"^  - (?=name: )", text, flags=re.M)[1:]:
            uid, kind = UID.search(entry), TYPE.search(entry)
            if kind and uid:
                if uid[1] in self.types:
                    raise ValueError(f"two data sources have the uid {uid[1]}")
                self.types[uid[1]] = kind[1]

    def complaints(self):
        for uid in sorted(set(REFERRED.findall(self.text)) - set(self.types)):
            yield f"a data source refers to {uid}, which is not provisioned"
        for key in sorted(set(KEY.findall(self.text)) - KEYS):
            yield f"grafana/provisioning has a key that Grafana does not know, or nobody here: {key}"

        if len(ANY_QUERY.findall(self.text)) != len(list(self.queries())):
            yield "a query of tracesToMetrics is not folded (>-), and was not looked at"

    def queries(self):
        """What a span's links ask Prometheus, without what the span adds."""
        for name, folded in QUERY.findall(self.text):
            expression = TAGS.sub("", " ".join(folded.split()))
            yield Asked("data sources", name, "link", "prometheus", expression)


def read(folder=FOLDER):
    # Without comments, in which there may be anything.
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.yml")))
    lines = "".join(texts).splitlines(keepends=True)
    return Provisioned("".join(line for line in lines if not line.lstrip().startswith("#")))
