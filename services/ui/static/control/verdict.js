// What came of a drill.

import { h } from "../lib/dom.js";
import { duration } from "../lib/format.js";

/** Seconds that it took, of those that it may take. */
function times({ took_s, limit_s }) {
  if (took_s == null) return "";
  return limit_s == null ? duration(took_s) : `${duration(took_s)} of ${duration(limit_s)}`;
}

export function verdict(record, id) {
  if (!record) return h("p", { class: "verdict bad" }, "The drill failed; its faults were taken back.");
  const passed = record.verdict === "PASS";
  const rows = record.expectations.map((expected) =>
    h("tr", {},
      h("td", {}, h("span", { class: expected.held ? "good" : "bad" }, expected.held ? "✓ held" : "✕ failed")),
      h("td", {}, expected.name),
      h("td", { class: "number" }, times(expected))));
  return [
    h("p", { class: `verdict ${passed ? "good" : "bad"}`, role: "status" }, passed ? "✓ " : "✕ ", record.verdict),
    record.findings.length > 0 && h("ul", {}, record.findings.map((finding) => h("li", {}, finding.reason ?? finding.detail ?? finding.verdict))),
    h("div", { class: "scroll", role: "region", "aria-label": "Table of expectations", tabindex: 0 }, h("table", {},
      h("thead", {}, h("tr", {}, ["State", "Expected", "Took"].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows))),
    h("p", {}, h("a", { href: `/api/drills/${id}/report.html`, target: "_blank", rel: "noopener" }, "The whole report")),
  ];
}
