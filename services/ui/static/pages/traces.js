// Traces without a Jaeger: the newest, the slowest and the failed ones, and one as a waterfall.

import { get } from "../lib/api.js";
import { byId, empty, h, put } from "../lib/dom.js";
import { clock, duration } from "../lib/format.js";
import { link } from "../lib/links.js";
import { poll } from "../lib/poll.js";
import { spans, waterfall } from "../lib/waterfall.js";

let show = "recent";
let current = "";

function row({ trace_id, name, service, start, duration_ms, spans: count, errors }) {
  return h("tr", { "aria-current": trace_id === current && "true" },
    h("td", {}, h("a", { href: `#${trace_id}` }, name)),
    h("td", {}, service),
    h("td", { class: "number" }, duration(duration_ms / 1000)),
    h("td", { class: "number" }, count),
    h("td", {}, errors ? h("b", { class: "bad" }, errors) : ""),
    h("td", { class: "number" }, clock(new Date(start).getTime() / 1000)));
}

function list(traces) {
  const nothing = { recent: "No trace yet.", slow: "No trace yet.", failed: "No trace with a failed span is kept." };
  const heads = ["Request", "Service", "Took", "Spans", "Failed", "At"];
  put(byId("list"), traces.length
    ? h("table", {},
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, traces.map(row)))
    : empty(nothing[show]));
}

async function open(id) {
  current = id;
  if (!/^[0-9a-f]{32}$/.test(id)) {
    put(byId("trace"), empty("Choose a trace: each bar is a span, from its beginning to its end."));
    return;
  }
  try {
    const trace = await get(`/traces/${id}`);
    if (current === id) put(byId("trace"), waterfall(id, spans(trace)));
  } catch (problem) {
    put(byId("trace"), empty(problem.detail));
  }
}

async function begin() {
  const { links } = await get("/site");
  if (links.jaeger) {
    put(byId("elsewhere"), "Traces are kept in ", link(links.jaeger, "Jaeger"), ".");
    byId("elsewhere").hidden = false;
    byId("tabs").hidden = true;
    return;
  }
  const again = poll("loadgen", 3000, async () => list((await get(`/traces/summaries?show=${show}`)).traces));
  byId("tabs").addEventListener("click", ({ target }) => {
    if (!target.dataset.show) return;
    show = target.dataset.show;
    for (const tab of byId("tabs").children) tab.setAttribute("aria-pressed", String(tab === target));
    again.now();
  });
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  open(location.hash.slice(1));
}

begin().catch((problem) => put(byId("list"), empty("This page could not be opened: ", problem.message)));
