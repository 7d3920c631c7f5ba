"""What makes dashboards good to look at, as far as a program can tell."""

from .model import named_alerts

# Colours that people who see fewer of them tell apart as well (Okabe and Ito), and grey.
PALETTE = {
    "#009E73": "green: as it should be",
    "#E69F00": "orange: a warning",
    "#D55E00": "vermillion: over an alert's limit",
    "#56B4E9": "sky blue: the figure itself",
    "#0072B2": "blue",
    "#CC79A7": "purple",
    "#F0E442": "yellow",
    "#999999": "grey: for comparison",
}
NO_COLOUR = {"transparent", "text"}

COLOUR_KEYS = {"color", "fixedColor", "iconColor"}

# Units of Grafana's that are used here: another one is a decision, or a slip.
UNITS = {
    "none", "short", "percentunit", "s", "bytes", "Bps", "ops", "reqps", "mps",
    "suffix:/s", "suffix:/min", "suffix:/h", "suffix: cores",
}  # fmt: skip

CHARTS = {"timeseries"}
WIDTH = 24


def unit(panel):
    if panel["type"] == "logs":
        return
    used = {panel.get("fieldConfig", {}).get("defaults", {}).get("unit")}
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        used |= {one["value"] for one in override["properties"] if one["id"] == "unit"}
    for one in used:
        if one not in UNITS:
            yield f"“{panel['title']}” has the unit {one}"


def legend(panel):
    if panel["type"] in CHARTS | {"state-timeline"}:
        if not panel.get("options", {}).get("legend", {}).get("showLegend"):
            yield f"“{panel['title']}” shows no legend"


def grid(dashboard, _world):
    boxes = []
    # What is in a closed row takes its place when the row is opened: it is held against its own row.
    for group in [dashboard.json.get("panels", [])] + [
        panel.get("panels", []) for panel in dashboard.panels() if panel.get("type") == "row"
    ]:
        boxes.clear()
        for panel in group:
            title = panel.get("title")
            at = panel.get("gridPos", {})
            if set(at) != {"h", "w", "x", "y"} or at["w"] < 1 or at["h"] < 1:
                yield f"“{title}” has no place"
                continue
            if at["x"] < 0 or at["x"] + at["w"] > WIDTH:
                yield f"“{title}” is wider than the page"
            for other, there in boxes:
                if overlap(at, there):
                    yield f"“{title}” lies on “{other}”"
            boxes.append((title, at))


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def colours(dashboard, _world):
    for found in sorted(set(walk(dashboard.json)) - set(PALETTE) - NO_COLOUR):
        yield f"has the colour {found}, which is not of the palette"


def walk(value):
    if isinstance(value, list):
        for one in value:
            yield from walk(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in COLOUR_KEYS and isinstance(one, str):
                yield one
            else:
                yield from walk(one)


def one_colour_a_name(world):
    """A service, a state or a status has its colour, wherever it is."""
    seen = {}
    for dashboard in world.dashboards:
        for panel in dashboard.panels():
            for name, colour in fixed_colours(panel):
                first, where = seen.setdefault(name, (colour, dashboard.name))
                if first != colour:
                    yield f"{dashboard.name}: {name} has the colour {colour}, and {first} in {where}"


def fixed_colours(panel):
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        if override["matcher"]["id"] == "byName":
            for one in override["properties"]:
                if one["id"] == "color":
                    yield override["matcher"]["options"], one["value"]["fixedColor"]


def limits_as_lines(dashboard, world):
    """Where an alert has a limit, the panel that shows it draws that very limit."""
    for panel in dashboard.panels():
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        steps = {step.get("value") for step in defaults.get("thresholds", {}).get("steps", [])}
        limits = set()
        for name in named_alerts(panel):
            limit = world.rules[name].limit() if name in world.rules else None
            if limit is None or panel["type"] == "state-timeline":
                continue
            limits.add(limit)
            if not any(isinstance(step, (int, float)) and same(step, limit) for step in steps):
                yield f"“{panel['title']}” has no threshold at {limit:g}, the limit of {name}"
        style = defaults.get("custom", {}).get("thresholdsStyle", {}).get("mode", "off")
        if limits and panel["type"] in CHARTS and style == "off":
            yield f"“{panel['title']}” does not draw its limit"


def same(one, other):
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
