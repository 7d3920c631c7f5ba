// Orders under way, and the van that carries each. They outlive the page: their ids are kept.

import { get } from "./api.js";
import { empty, h, put } from "./dom.js";
import { price } from "./format.js";
import { TownMap } from "./map.js";
import { poll } from "./poll.js";
import { sticker } from "./sticker.js";
import { listen } from "./stream.js";
import { traceLink } from "./links.js";
import { Vans } from "./vans.js";

const KEPT = 5;
const STEPS = [
  ["placed", "Taken"],
  ["dispatched", "On its way"],
  ["delivered", "Delivered"],
];

export class Orders {
  constructor(container, town, site) {
    Object.assign(this, { container, town, site, shown: new Map(), vans: [], listens: false });
    this.kept = JSON.parse(localStorage.getItem("orders") ?? "[]");
    this.draw();
    poll("pizza-service", 1000, () => this.refresh());
  }

  add(order, trace) {
    this.kept = [{ id: order.id, trace }, ...this.kept].slice(0, KEPT);
    this.keep();
    this.update(order);
    this.container.scrollIntoView({ behavior: "smooth", block: "nearest" });
  }

  keep() {
    localStorage.setItem("orders", JSON.stringify(this.kept));
    this.draw();
  }

  async refresh() {
    const open = this.kept.filter(({ id }) => !["delivered", "cancelled"].includes(this.shown.get(id)?.order.status));
    for (const { id } of open) {
      try {
        this.update(await get(`/orders/${id}`));
      } catch (problem) {
        if (problem.status !== 404) throw problem;
        // Of another company, or of one that has begun anew.
        this.kept = this.kept.filter((one) => one.id !== id);
        this.keep();
      }
    }
  }

  draw() {
    if (this.kept.length === 0) {
      put(this.container, empty("No order yet. The first one shows up here, with the van that brings it."));
      return;
    }
    put(this.container, this.kept.map(({ id }) => this.shown.get(id)?.card));
  }

  update(order) {
    const known = this.shown.get(order.id);
    if (known && known.order.status === order.status) return;
    const one = known ?? this.begin(order);
    one.order = order;
    this.steps(one);
    if (!known) this.draw();
  }

  begin(order) {
    const one = { order, steps: h("ol", { class: "steps" }), map: h("div", { class: "map small" }) };
    const { trace } = this.kept.find(({ id }) => id === order.id) ?? {};
    one.card = h("article", { class: "card order", "data-order": order.id },
      h("div", {},
        h("h3", {}, `For ${order.customer}`),
        h("p", {}, order.items.map((item) => `${item.quantity} × ${item.pizza}, ${item.size}`).join(" · ")),
        h("p", { class: "hint" }, order.address, " · ", price(order.total_cents)),
        one.steps,
        trace && h("p", {}, traceLink(this.site, trace, "Its trace"))),
      order.sticker ? this.boxed(order.sticker) : h("p", { class: "hint" }, "No sticker this time."),
      one.map);
    const map = new TownMap(one.map, this.town);
    const place = this.town.place(order.address);
    if (place) map.showPins(map.pin(place, order.address));
    const vans = new Vans(map, { only: (name) => name === one.order.vehicle && one.order.status === "dispatched" });
    this.vans.push(vans);
    this.follow();
    this.shown.set(order.id, one);
    return one;
  }

  /** The box has a number and a name; types are the Pokédex's to know. */
  boxed({ id, name }) {
    const box = h("div", { class: "boxed" }, sticker({ id, name }));
    get(`/pokemon/${id}`).then((pokemon) => put(box, sticker(pokemon)), () => {});
    return box;
  }

  steps({ order, steps }) {
    const reached = STEPS.findIndex(([status]) => status === order.status);
    const cancelled = order.status === "cancelled" && h("li", { class: "now" }, "Cancelled");
    put(steps, STEPS.map(([status, word], index) => {
      const van = status === "dispatched" && order.vehicle ? `, ${order.vehicle}` : "";
      const state = index < reached ? "done" : index === reached ? "now" : "";
      return h("li", { class: state, "aria-current": index === reached && "step" }, word + van);
    }), cancelled);
  }

  /** One stream for the vans of all orders. */
  follow() {
    if (this.listens) return;
    this.listens = true;
    const each = (method) => ({ vehicles }) => this.vans.forEach((vans) => vans[method](vehicles));
    listen("/vehicles/stream", "position-tracker", { vehicles: each("all"), positions: each("newest") });
  }
}
