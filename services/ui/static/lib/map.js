// The town as a picture. North is up: the map counts metres to the north, a picture downwards.

import { h, s, put } from "./dom.js";
import { WIDTH } from "./town.js";

// How wide a letter of a street's name is about, in metres of the map.
const LETTER = 17;

export class TownMap {
  /** `role` is `group` where there is something on it to choose. */
  constructor(container, town, { pick, role = "img", label = `Map of ${town.name}` } = {}) {
    this.town = town;
    this.layers = {
      trails: s("g", { class: "trails" }),
      pins: s("g", { class: "pins" }),
      vans: s("g", { class: "vans" }),
    };
    this.svg = s(
      "svg",
      { viewBox: `0 0 ${town.width} ${town.height}`, role, "aria-label": label },
      town.parks.map((park) => s("polygon", { class: "park", points: this.line(park.outline.map(pair)) })),
      s("polyline", {
        class: "river",
        points: this.line(town.river.line.map(pair)),
        "stroke-width": town.river.width,
      }),
      this.streets("casing", 5),
      this.streets("road", 0),
      this.names(),
      this.layers.trails,
      this.shop(),
      this.layers.pins,
      this.layers.vans,
    );
    if (pick) this.picks(pick);
    put(container, this.svg);
  }

  point({ x, y }) {
    return { x, y: this.town.height - y };
  }

  line(points) {
    return points
      .map((point) => this.point(point))
      .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
      .join(" ");
  }

  streets(kind, more) {
    return this.town.streets.map((street) =>
      s(
        "polyline",
        {
          class: `${kind} ${street.class}`,
          points: this.line(street.line),
          "stroke-width": WIDTH[street.class] + more,
        },
        s("title", {}, street.name),
      ),
    );
  }

  /** Along the longest stretch of each main street where no other name is. */
  names() {
    const taken = [];
    const main = this.town.streets.filter((street) => street.class === "main");
    return main.map((street) => {
      const half = (street.name.length * LETTER) / 2;
      const free = ({ middle }) => taken.every((other) => distance(other.middle, middle) > other.half + half);
      const side = sides(street.line).find(free);
      if (!side) return null;
      taken.push({ middle: side.middle, half });
      const { x, y } = this.point(side.middle);
      const place = `translate(${x} ${y}) rotate(${side.angle.toFixed(1)})`;
      return s("text", { class: "street-name", transform: place, dy: -18 }, street.name);
    });
  }

  shop() {
    const { x, y } = this.point(this.town.shopAt);
    return s(
      "g",
      { class: "shop", transform: `translate(${x} ${y})` },
      s("title", {}, "The shop"),
      s("path", { d: "M-34 8h68v34h-68z" }),
      s("path", { class: "awning", d: "M-42 8l12-30h60l12 30z" }),
    );
  }

  /** A house that an order goes to. */
  pin(point, label) {
    const { x, y } = this.point(point);
    return s(
      "g",
      { class: "pin", transform: `translate(${x} ${y})` },
      s("title", {}, label),
      s("path", { d: "M0 0C-8-22-30-34-30-58a30 30 0 0 1 60 0C30-34 8-22 0 0z" }),
      s("circle", { cy: -58, r: 12 }),
    );
  }

  /** Where something was. */
  past(line) {
    return s("polyline", { class: "past", points: this.line(line) });
  }

  showPins(...pins) {
    put(this.layers.pins, pins);
  }

  picks(pick) {
    this.svg.classList.add("pickable");
    this.svg.addEventListener("click", (event) => {
      const matrix = this.svg.getScreenCTM().inverse();
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
      pick({ x, y: this.town.height - y });
    });
  }
}

const pair = ([x, y]) => ({ x, y });

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** A line's stretches, the longest first, each with its middle and the angle that is read without turning one's head. */
function sides(line) {
  const stretches = line.slice(1).map((to, index) => [line[index], to]);
  stretches.sort((one, other) => distance(...other) - distance(...one));
  return stretches.map(([a, b]) => {
    let angle = (Math.atan2(a.y - b.y, b.x - a.x) * 180) / Math.PI;
    if (angle > 90) angle -= 180;
    if (angle < -90) angle += 180;
    return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, angle };
  });
}

/** What the colours and shapes of a map mean. */
export const legend = (...entries) =>
  h("ul", { class: "legend" }, entries.map(([mark, text]) => h("li", { class: mark }, text)));
