// The charts of the control room: titles, limits, units. What is asked for is the server's.

import { chart } from "../lib/chart.js";
import { duration, percent, short } from "../lib/format.js";
import { graph } from "../lib/links.js";

const SHOWN = {
  orders: {
    title: "Orders an hour",
    show: short,
    limits: [
      { at: 10_000, label: "10 000 usual" },
      { at: 20_000, label: "20 000 surge", always: true },
    ],
  },
  errors: { title: "Errors, share of answers", show: percent, limits: [{ at: 0.05, label: "5 %", always: true }] },
  latency: { title: "Latency, 99th percentile", show: duration, limits: [{ at: 0.5, label: "500 ms", always: true }] },
  queue: { title: "Messages waiting", show: short, limits: [] },
};

export const charts = ({ from, to, charts: all }, site, minutes) =>
  all.map(({ name, query, lines }) =>
    chart({ ...SHOWN[name], lines, from, to, link: graph(site, query, minutes) }));
