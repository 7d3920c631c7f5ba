// The services at a glance.

import { empty, h } from "../lib/dom.js";
import { bytes, duration, percent, short } from "../lib/format.js";
import { dashboard, link } from "../lib/links.js";

const HEADS = ["Service", "State", "Requests/s", "Errors", "p99", "Memory"];

/** Where alerts begin. */
const ERRORS = 0.05;
const SLOW = 0.5;

/** Word and mark: colour alone says nothing to everybody. */
function state({ up, ready }) {
  if (up === false) return h("span", { class: "state down" }, "✕ down");
  if (ready === false) return h("span", { class: "state unready" }, "◐ not ready");
  return h("span", { class: "state up" }, "● up");
}

function row(service, site) {
  const { error_ratio, p99_seconds } = service;
  const now = Date.now() / 1000;
  const page = dashboard(site, "firedrill-services", now - 900, now, { "var-service": service.service });
  const number = (text, bad) => h("td", { class: bad ? "number bad" : "number" }, text);
  return h("tr", { "data-service": service.service },
    h("th", { scope: "row" }, link(page, service.service) ?? service.service),
    h("td", {}, state(service)),
    number(short(service.requests_per_second)),
    number(percent(error_ratio), error_ratio > ERRORS),
    number(duration(p99_seconds), p99_seconds > SLOW),
    number(bytes(service.memory_bytes)));
}

export function board({ services }, site) {
  if (services.length === 0) return empty("Prometheus has not scraped a service yet.");
  return h("table", { class: "board" },
    h("thead", {}, h("tr", {}, HEADS.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, services.map((service) => row(service, site))));
}
