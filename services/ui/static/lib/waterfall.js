// One trace, from OTLP as JSON, as bars in the order of the tree.

import { h } from "./dom.js";
import { duration } from "./format.js";

const COLOURS = 6;

/** All spans of a trace, in the order of the tree, each with its depth. */
export function spans({ resourceSpans }) {
  const all = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = attributes(resource?.attributes)["service.name"] ?? "?";
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => read(span, service)));
  });
  const ids = new Set(all.map(({ id }) => id));
  const children = Map.groupBy(all, ({ parent }) => (ids.has(parent) ? parent : ""));
  const tree = (parent, depth) =>
    (children.get(parent) ?? [])
      .sort((a, b) => a.start - b.start)
      .flatMap((span) => [{ ...span, depth }, ...tree(span.id, depth + 1)]);
  return tree("", 0);
}

function read(span, service) {
  const start = Number(BigInt(span.startTimeUnixNano) / 1000n);
  const end = Number(BigInt(span.endTimeUnixNano) / 1000n);
  return {
    id: span.spanId,
    parent: span.parentSpanId ?? "",
    service,
    name: span.name,
    start,
    micros: end - start,
    failed: span.status?.code === 2 || span.status?.code === "STATUS_CODE_ERROR",
    attributes: attributes(span.attributes),
    links: span.links?.length ?? 0,
  };
}

function attributes(list = []) {
  return Object.fromEntries(list.map(({ key, value }) => [key, value ? Object.values(value)[0] : ""]));
}

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/** The bars. */
export function waterfall(id, trace) {
  const begin = Math.min(...trace.map(({ start }) => start));
  const end = Math.max(...trace.map(({ start, micros }) => start + micros));
  const services = [...new Set(trace.map(({ service }) => service))];
  const failed = trace.filter((span) => span.failed).length;
  return [
    h("h2", {}, trace[0]?.name ?? "Trace"),
    h("p", { class: "hint" }, h("code", {}, id)),
    h("p", {}, `${count(trace.length, "span")} of ${count(services.length, "service")}, ${duration((end - begin) / 1e6)} from first to last`,
      failed ? h("b", { class: "bad" }, `, ${failed} failed`) : "", "."),
    h("ol", { class: "waterfall" }, trace.map((span) => bar(span, begin, end - begin || 1, services.indexOf(span.service)))),
  ];
}

function bar(span, begin, total, service) {
  const left = ((span.start - begin) / total) * 100;
  const mark = h("span", { class: `bar c${service % COLOURS}${span.failed ? " failed" : ""}` });
  mark.style.setProperty("--left", `${Math.min(left, 99.5).toFixed(2)}%`);
  mark.style.setProperty("--width", `${Math.max((span.micros / total) * 100, 0.5).toFixed(2)}%`);
  const name = h("span", { class: "name", title: `${span.service} ${span.name}` }, h("b", {}, span.service), ` ${span.name}`, span.failed && h("i", { class: "bad" }, " failed"));
  name.style.setProperty("--depth", Math.min(span.depth, 8));
  return h("li", {}, h("details", {},
    h("summary", {}, name, h("span", { class: "lane" }, mark), h("span", { class: "took" }, duration(span.micros / 1e6))),
    h("dl", {}, Object.entries({ ...span.attributes, ...(span.links && { links: span.links }) })
      .flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, String(value))]))));
}
