// The alerts of the last minutes as lanes: pending, firing, over.

import { empty, h, put } from "../lib/dom.js";
import { clock } from "../lib/format.js";
import { graph, link } from "../lib/links.js";

const MARKS = { firing: "▲ firing", pending: "△ pending", resolved: "– over" };

export class Alerts {
  constructor(container, site) {
    Object.assign(this, { container, site });
  }

  show({ from, to, alertmanager, alerts }) {
    const lanes = alerts.map((alert) => this.lane(alert, from, to));
    put(this.container,
      alertmanager === false && h("p", { class: "notice" }, "Alertmanager does not answer: nobody is told of what fires."),
      alerts.length === 0 && empty("Nothing has fired. Break something below."),
      lanes.length > 0 && h("ol", { class: "lanes" }, lanes),
      lanes.length > 0 && h("p", { class: "axis", "aria-hidden": "true" },
        h("span", {}, clock(from).slice(0, 5)), h("span", {}, clock(to).slice(0, 5))));
  }

  lane({ name, labels, state, muted, stretches }, from, to) {
    const share = (at) => Math.min(Math.max((at - from) / (to - from), 0), 1) * 100;
    const bars = stretches.map((stretch) => {
      const bar = h("span", { class: `stretch ${stretch.state}`, title: `${stretch.state} from ${clock(stretch.from)} to ${clock(stretch.to)}` });
      bar.style.setProperty("--left", `${share(stretch.from)}%`);
      bar.style.setProperty("--width", `${Math.max(share(stretch.to) - share(stretch.from), 0.4)}%`);
      return bar;
    });
    const { service, severity } = labels;
    return h("li", { class: state, "data-alert": name },
      h("span", { class: "who" },
        h("b", {}, link(graph(this.site, `ALERTS{alertname="${name}"}`, 15), name) ?? name),
        h("small", {}, [service, severity, muted].filter(Boolean).join(" · "))),
      h("span", { class: "lane" }, bars),
      h("span", { class: "now" }, MARKS[state]));
  }
}
