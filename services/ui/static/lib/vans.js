// Vans that move. A position comes once a second; between two of them a van drives along the streets.

import { s } from "./dom.js";
import { along, distance } from "./town.js";

const TRAIL_MS = 2 * 60 * 1000;
const STEP_MS = 1050;
const COLOURS = 6;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Vans {
  /** `pick` is called with a van's name. `only` says which are shown. */
  constructor(map, { pick, only = () => true, trails = true } = {}) {
    Object.assign(this, { map, pick, only, trails, vans: new Map() });
    requestAnimationFrame((now) => this.frame(now));
  }

  /** All vans there are. */
  all(vehicles) {
    const names = new Set(vehicles.map(({ name }) => name));
    for (const [name, van] of this.vans) if (!names.has(name)) this.remove(name, van);
    this.newest(vehicles);
  }

  /** The newest positions of some. */
  newest(vehicles) {
    for (const { name, position } of vehicles) {
      const van = this.vans.get(name) ?? this.add(name, position);
      if (!(position.at < van.position.at)) this.drive(van, position);
    }
  }

  add(name, position) {
    const van = { name, position, at: position, line: [position, position], begun: 0, trail: [] };
    const colour = `c${this.vans.size % COLOURS}`;
    van.path = s("polyline", { class: `trail ${colour}` });
    van.body = s("g", { class: "body" },
      s("rect", { x: -17, y: -30, width: 34, height: 60, rx: 9 }),
      s("path", { d: "M-12-16h24l-4-10h-16z" }));
    van.mark = s("g", {
      class: `van ${colour}`,
      "data-van": name,
      ...(this.pick && {
        role: "button",
        tabindex: 0,
        "aria-label": name,
        onclick: () => this.pick(name),
        onkeydown: (event) => event.key === "Enter" && this.pick(name),
      }),
    }, s("title", {}, name), van.body, s("text", { y: -44 }, name));
    this.map.layers.trails.append(van.path);
    this.map.layers.vans.append(van.mark);
    this.vans.set(name, van);
    return van;
  }

  remove(name, van) {
    van.mark.remove();
    van.path.remove();
    this.vans.delete(name);
  }

  /** What is seen may be behind: it drives from where it is seen, and its trail is where it was. */
  drive(van, position) {
    const { town } = this.map;
    van.line = distance(van.at, position) > 0.5 ? town.way(van.at, position) : [position, position];
    van.begun = performance.now();
    if (this.trails && distance(van.position, position) > 0.5) {
      const at = Date.now();
      van.trail.push(...town.way(van.position, position).map((point) => ({ ...point, at })));
      van.trail = van.trail.filter((point) => point.at > at - TRAIL_MS);
    }
    van.position = position;
  }

  frame(now) {
    for (const van of this.vans.values()) {
      const share = still.matches ? 1 : Math.min((now - van.begun) / STEP_MS, 1);
      van.at = along(van.line, share);
      const { x, y } = this.map.point(van.at);
      const heading = van.at.heading ?? van.position.heading;
      const shown = this.only(van.name);
      van.mark.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      van.mark.toggleAttribute("hidden", !shown);
      van.mark.classList.toggle("waiting", !van.position.trip_id);
      van.body.setAttribute("transform", `rotate(${heading.toFixed(0)})`);
      van.path.toggleAttribute("hidden", !shown);
      if (this.trails) van.path.setAttribute("points", this.map.line(van.trail));
    }
    requestAnimationFrame((later) => this.frame(later));
  }
}
