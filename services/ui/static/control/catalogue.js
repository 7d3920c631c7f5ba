// The catalogue of drills, each with what it teaches and one button.

import { get } from "../lib/api.js";
import { tell } from "../lib/connection.js";
import { empty, h, put } from "../lib/dom.js";
import { duration } from "../lib/format.js";

export class Catalogue {
  constructor(container, filter, start) {
    Object.assign(this, { container, filter, start, cards: [], isBusy: false });
    filter.addEventListener("input", () => this.narrow());
  }

  async load() {
    try {
      const { scenarios } = await get("/scenarios");
      this.cards = scenarios.map((scenario) => this.card(scenario));
      this.draw(scenarios);
    } catch (problem) {
      tell("loadgen", problem);
      put(this.container, empty("The catalogue is not to be had: ", problem.detail));
      setTimeout(() => this.load(), 3000);
    }
  }

  draw(scenarios) {
    const group = (silent) => this.cards.filter((_, index) => scenarios[index].stays_silent === silent);
    this.none = empty("No drill has that in it.");
    this.none.hidden = true;
    put(this.container,
      h("h3", {}, "Something must fire"), h("div", { class: "cards" }, group(false)),
      h("h3", {}, "Nothing may fire"), h("div", { class: "cards" }, group(true)),
      this.none);
    this.busy(this.isBusy);
    this.narrow();
  }

  card(scenario) {
    const { name, summary, teaches, duration_s, expects, faults } = scenario;
    const broken = faults.map(({ service, kind }) => `${kind} at ${service}`);
    const alerts = [...new Set(expects.map(({ alert }) => alert))];
    return h("article", { class: "card scenario", "data-scenario": name },
      h("h4", {}, name),
      h("p", {}, summary),
      h("details", {},
        h("summary", {}, "What it teaches"),
        h("p", {}, teaches),
        broken.length > 0 && h("p", { class: "hint" }, "Breaks: ", broken.join(", ")),
        alerts.length > 0 && h("p", { class: "hint" }, "Must fire: ", alerts.join(", "))),
      h("p", { class: "go" },
        h("span", { class: "hint" }, `about ${duration(duration_s)}`),
        h("button", { type: "button", "aria-label": `Start ${name}`, onclick: () => this.start(name) }, "Start")));
  }

  /** While a drill runs, no other begins. */
  busy(isBusy) {
    this.isBusy = isBusy;
    for (const card of this.cards) card.querySelector(".go button").disabled = isBusy;
  }

  narrow() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of this.cards) {
      const text = card.textContent.toLowerCase();
      card.hidden = !words.every((word) => text.includes(word));
      shown += card.hidden ? 0 : 1;
    }
    if (this.none) this.none.hidden = shown > 0;
  }
}
