"""The shape of a dashboard, after Grafana's documented schema: a key or a word that Grafana does not know
is passed over by it without a sound, and the panel is not what its author thinks.

Only what is used here is listed: what is new is looked up, and added. What must be there is lint.py's.
"""

NUMBER = (int, float, type(None))
ANY = object()

# A shape: a type, several types, a set of words, [the shape of each part], {key: shape} or a function
# from the value to one of these.
SOURCE = {"type": str, "uid": str}
LINK = {"title": str, "url": str, "targetBlank": bool}
COLOUR = {"mode": {"fixed", "thresholds", "shades"}, "fixedColor": str}
STEPS = {"mode": {"absolute"}, "steps": [{"value": NUMBER, "color": str}]}
VALUES = {"type": {"value"}, "options": ANY}
SCALE = {"type": {"linear", "log", "symlog"}, "log": int, "linearThreshold": NUMBER}

CUSTOM = {
    "timeseries": {
        "drawStyle": {"line", "bars"},
        "lineWidth": int,
        "fillOpacity": int,
        "showPoints": {"never", "auto"},
        "spanNulls": bool,
        "stacking": {"mode": {"normal"}, "group": str},
        "thresholdsStyle": {"mode": {"dashed", "line", "area", "line+area", "dashed+area"}},
        "scaleDistribution": SCALE,
    },
    "state-timeline": {"lineWidth": int, "fillOpacity": int},
    "heatmap": {"scaleDistribution": SCALE},
    "table": {"align": {"left", "right", "center", "auto"}, "cellOptions": {"type": {"auto", "color-text"}}},
}

REDUCERS = {"lastNotNull", "last", "max", "min", "mean", "sum"}
REDUCE = {"calcs": [REDUCERS], "fields": str, "values": bool}
LEGEND = {"showLegend": bool, "displayMode": {"list", "table"}, "placement": {"bottom", "right"}, "calcs": [REDUCERS]}
TOOLTIP = {"mode": {"single", "multi", "none"}, "sort": {"asc", "desc", "none"}}

OPTIONS = {
    "timeseries": {"legend": LEGEND, "tooltip": TOOLTIP},
    "stat": {
        "reduceOptions": REDUCE,
        "colorMode": {"value", "background", "background_solid", "none"},
        "graphMode": {"area", "none"},
        "textMode": {"auto", "value", "value_and_name", "name", "none"},
    },
    "state-timeline": {
        "mergeValues": bool,
        "showValue": {"auto", "never", "always"},
        "alignValue": {"left", "center", "right"},
        "rowHeight": NUMBER,
        "legend": LEGEND,
        "tooltip": TOOLTIP,
    },
    "bargauge": {
        "displayMode": {"basic", "lcd", "gradient"},
        "orientation": {"horizontal", "vertical", "auto"},
        "showUnfilled": bool,
        "valueMode": {"color", "text", "hidden"},
        "reduceOptions": REDUCE,
    },
    "heatmap": {
        "calculate": bool,
        "color": {
            "mode": {"scheme", "opacity"},
            "scheme": {"Cividis", "Viridis"},
            "steps": int,
            "exponent": NUMBER,
            "reverse": bool,
            "fill": str,
        },
        "cellGap": int,
        "yAxis": {"unit": str, "axisPlacement": {"left", "right"}},
        "rowsFrame": {"layout": {"auto", "le", "ge", "unknown"}},
        "legend": {"show": bool},
        "tooltip": {"mode": {"single", "multi", "none"}, "yHistogram": bool},
        "exemplars": {"color": str},
    },
    "table": {"showHeader": bool, "cellHeight": {"sm", "md", "lg"}, "sortBy": [{"displayName": str, "desc": bool}]},
    "text": {"mode": {"markdown"}, "content": str},
    "logs": {
        "showTime": bool,
        "wrapLogMessage": bool,
        "enableLogDetails": bool,
        "prettifyLogMessage": bool,
        "dedupStrategy": {"none", "exact", "numbers", "signature"},
        "sortOrder": {"Ascending", "Descending"},
    },
}

PROMETHEUS_QUERY = {
    "refId": str,
    "expr": str,
    "legendFormat": str,
    "instant": bool,
    "range": bool,
    "exemplar": bool,
    "interval": str,
    "format": {"time_series", "table", "heatmap"},
}
LOKI_QUERY = {"refId": str, "expr": str, "queryType": {"range", "instant"}, "maxLines": int}

ORGANIZE = {key: ANY for key in ("excludeByName", "indexByName", "renameByName")}
PROPERTIES = {"color", "unit", "decimals", "mappings", "custom.cellOptions"}
OVERRIDE = {"matcher": {"id": {"byName"}, "options": str}, "properties": [{"id": PROPERTIES, "value": ANY}]}


def panel(one):
    kind = one.get("type")
    base = {"id": int, "type": {"row", *OPTIONS}, "title": str, "gridPos": {key: int for key in "hwxy"}}
    if kind == "row":
        return {**base, "collapsed": bool, "panels": [panel], "repeat": str}
    defaults = {
        "unit": str,
        "min": NUMBER,
        "max": NUMBER,
        "decimals": int,
        "noValue": str,
        "color": COLOUR,
        "thresholds": STEPS,
        "mappings": [VALUES],
        "links": [LINK],
        "custom": CUSTOM.get(kind, {}),
    }
    return {
        **base,
        "description": str,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": [OVERRIDE]},
        "options": OPTIONS.get(kind, {}),
        "targets": [LOKI_QUERY if kind == "logs" else PROMETHEUS_QUERY],
        "transformations": [{"id": {"organize"}, "options": ORGANIZE}],
    }


DASHBOARD = {
    "uid": str,
    "title": str,
    "description": str,
    "tags": [str],
    "schemaVersion": int,
    "version": int,
    "id": type(None),
    "editable": bool,
    "graphTooltip": int,
    "timezone": {"browser", "utc"},
    "time": {"from": str, "to": str},
    "refresh": str,
    "timepicker": {"refresh_intervals": [str]},
    "links": [
        {
            "type": {"dashboards", "link"},
            **{key: str for key in ("title", "icon", "tooltip", "url")},
            "tags": [str],
            **{key: bool for key in ("asDropdown", "keepTime", "includeVars", "targetBlank")},
        }
    ],
    "annotations": {
        "list": [
            {
                "name": str,
                "datasource": SOURCE,
                "enable": bool,
                "hide": bool,
                **{key: str for key in ("iconColor", "expr", "step", "titleFormat", "textFormat", "tagKeys")},
                "target": {"refId": str, "expr": str, "interval": str},
            }
        ]
    },
    "templating": {
        "list": [
            {
                **{key: str for key in ("name", "label", "type", "definition")},
                "datasource": SOURCE,
                "query": {"query": str, "refId": str},
                **{key: int for key in ("refresh", "sort", "hide")},
                "multi": bool,
                "includeAll": bool,
                "options": [ANY],
                "current": {"text": ANY, "value": ANY},
            }
        ]
    },
    "panels": [panel],
}


def complaints(value, shape=None, where="the dashboard"):
    """What of it Grafana would not understand."""
    shape = DASHBOARD if shape is None else shape
    if shape is ANY:
        return
    if callable(shape) and not isinstance(shape, type):
        shape = shape(value)
        where = f"“{value.get('title')}”"
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{where} is no object"
            return
        for key, part in value.items():
            if key not in shape:
                yield f"{where} has a key that Grafana does not know, or nobody here: {key}"
            else:
                yield from complaints(part, shape[key], f"{where} › {key}")
    elif isinstance(shape, list):
        for part in value if isinstance(value, list) else [value]:
            yield from complaints(part, shape[0], where)
    elif isinstance(shape, set):
        if value not in shape:
            yield f"{where} is {value!r}, and can be {', '.join(sorted(shape))}"
    elif not isinstance(value, shape) or (isinstance(value, bool) and shape is not bool):
        yield f"{where} is {value!r}, which is of another kind"
