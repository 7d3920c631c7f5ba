// The drill that runs, as it runs, and those that have.

import { ask, get } from "../lib/api.js";
import { lost, tell } from "../lib/connection.js";
import { byId, empty, h, put } from "../lib/dom.js";
import { clock, duration } from "../lib/format.js";
import { listen } from "../lib/stream.js";
import { askForToken, authorised, forgetToken } from "./token.js";
import { line } from "./words.js";
import { verdict } from "./verdict.js";

const HAPPENS = [
  "note", "phase", "fault_on", "fault_strikes", "fault_off", "silence_on", "silence_off", "restarted",
  "alert_pending", "alert_firing", "alert_resolved", "delivered", "trouble",
];

export class Desk {
  constructor(site) {
    this.site = site;
    this.onchange = () => {};
    this.current = null;
  }

  open() {
    const handlers = Object.fromEntries(HAPPENS.map((name) => [name, (event) => this.happened(event)]));
    listen("/events", "loadgen", {
      ...handlers,
      drill_started: () => this.refresh(),
      verdict: () => this.refresh(),
      load: (figures) => this.stands(figures),
    }, () => this.refresh());
  }

  /** The drills as they are now: at the beginning, and whenever something may have been missed. */
  async refresh() {
    try {
      const { drills } = await get("/drills");
      const running = drills.find(({ state }) => state === "running" || state === "stopping");
      this.onchange(Boolean(running));
      this.past(drills.filter((drill) => drill !== running));
      const shown = running ?? drills.find(({ id }) => id === this.current?.id);
      if (shown) this.show(await get(`/drills/${shown.id}`));
    } catch (problem) {
      if (!tell("loadgen", problem)) lost("loadgen", problem.detail);
      setTimeout(() => this.refresh(), 3000);
    }
  }

  async start(scenario) {
    await this.change("/drills", { method: "POST", body: { scenario } });
  }

  async stop(id) {
    await this.change(`/drills/${id}`, { method: "DELETE" });
  }

  /** Asks for the token where one is wanted, and tries once more. */
  async change(path, request) {
    try {
      const { data } = await ask(path, { ...request, headers: authorised() });
      if (data?.id) this.current = { id: data.id };
      await this.refresh();
      byId("running").scrollIntoView({ behavior: "smooth", block: "start" });
    } catch (problem) {
      if (problem.status === 401) {
        forgetToken();
        if (await askForToken()) return this.change(path, request);
        return undefined;
      }
      this.refused(problem);
    }
    return undefined;
  }

  refused(problem) {
    byId("running").hidden = false;
    put(byId("drill"), h("p", { class: "refusal", role: "alert" }, problem.line ?? String(problem)));
    byId("running").scrollIntoView({ behavior: "smooth", block: "start" });
  }

  show(drill) {
    const { id, scenario, state, events, record } = drill;
    this.current = { id, log: h("ol", { class: "log", tabindex: 0, "aria-label": "What happened" }), bar: h("progress", { max: 1, value: 0, "aria-label": "Progress" }), stands: h("p", { class: "hint" }) };
    for (const event of events) this.happened(event);
    const over = state === "over" || state === "failed";
    byId("running").hidden = false;
    put(byId("drill"),
      h("p", { class: "head" },
        h("b", { class: "name" }, scenario),
        !over && h("button", { type: "button", disabled: state === "stopping", onclick: () => this.stop(id) },
          state === "stopping" ? "Stopping …" : "Stop")),
      over ? verdict(record, id) : [this.current.bar, this.current.stands],
      h("details", { open: !over }, h("summary", {}, "What happened"), this.current.log));
  }

  happened(event) {
    if (event.drill_id !== this.current?.id || !this.current.log) return;
    const text = line(event);
    if (!text) return;
    const at = event.at_s == null ? "" : `${event.at_s.toFixed(1)} s`;
    this.current.log.prepend(h("li", { class: event.event }, h("span", { class: "at" }, at), h("span", {}, text)));
  }

  stands({ drill_id, at_s, planned_s, sent, failed, firing, waiting_for }) {
    if (drill_id !== this.current?.id || !this.current.bar) return;
    this.current.bar.value = Math.min(at_s / planned_s, 1);
    const fires = firing.length ? `firing: ${firing.join(", ")}` : "nothing fires";
    const waits = waiting_for ? `, waiting for ${waiting_for}` : "";
    this.current.stands.textContent =
      `${duration(Math.max(at_s, 0))} of about ${duration(planned_s)}: ${sent} visits, ${failed} failed; ${fires}${waits}`;
  }

  past(drills) {
    if (drills.length === 0) {
      put(byId("past"), empty("No drill has run yet. Start one above: surge is a good first one."));
      return;
    }
    put(byId("past"), h("table", {},
      h("thead", {}, h("tr", {}, ["At", "Drill", "Verdict", "Report"].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, drills.map(({ id, scenario, verdict: word, ordered_at }) => h("tr", {},
        h("td", {}, clock(new Date(ordered_at).getTime() / 1000)),
        h("td", {}, scenario),
        h("td", {}, h("b", { class: word === "PASS" ? "good" : "bad" }, word ?? "failed")),
        h("td", {}, word && h("a", { href: `/api/drills/${id}/report.html`, target: "_blank", rel: "noopener" }, "Open")))))));
  }
}
