// Links to where more is to be seen, where there is such a place.

import { h } from "./dom.js";

const away = (href, text) => h("a", { href, target: "_blank", rel: "noopener" }, text);

const at = (base, path) => `${base.replace(/\/$/, "")}${path}`;

/** A trace: in Jaeger where there is one, here otherwise. */
export function traceLink({ links }, id, text) {
  return links.jaeger ? away(at(links.jaeger, `/trace/${id}`), text) : h("a", { href: `/traces#${id}` }, text);
}

/** A query's graph in Prometheus; null without one. */
export function graph({ links }, query, minutes) {
  if (!links.prometheus) return null;
  const asked = new URLSearchParams({ "g0.expr": query, "g0.tab": "0", "g0.range_input": `${minutes}m` });
  return at(links.prometheus, `/graph?${asked}`);
}

/** A dashboard over a time, in seconds since 1970; null without a Grafana. */
export function dashboard({ links }, uid, from, to, variables = {}) {
  if (!links.grafana) return null;
  const asked = new URLSearchParams({ from: Math.round(from * 1000), to: Math.round(to * 1000), ...variables });
  return at(links.grafana, `/d/${uid}?${asked}`);
}

export const link = (href, text) => href && away(href, text);
