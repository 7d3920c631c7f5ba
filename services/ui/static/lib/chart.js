// Lines over time, with the limits that alerts have drawn in.

import { h, s } from "./dom.js";
import { clock } from "./format.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 190, 52, 10, 10, 22];
const COLOURS = 6;

/**
 * A chart. `lines` are `{label, points: [[seconds, value|null]]}`; `limits` are `{at, label}`;
 * `show` writes a value.
 */
export function chart({ title, lines, from, to, limits = [], show, link }) {
  const drawn = lines.filter((line) => line.points.some(([, value]) => value != null));
  const values = drawn.flatMap((line) => line.points.map(([, value]) => value ?? 0));
  const top = ceiling(Math.max(...values, ...limits.filter(({ always }) => always).map(({ at }) => at), 0));
  const x = (seconds) => LEFT + ((seconds - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const newest = drawn.map(({ label, points }) => {
    const last = points.findLast(([, value]) => value != null);
    return { label, value: last && last[0] > to - 60 ? last[1] : null };
  });
  const words = newest.map(({ label, value }) => `${label || title}: ${show(value)}`).join(", ");
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, link ? h("a", { href: link, rel: "noopener", target: "_blank" }, title) : title),
    s(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}. ${words || "nothing yet"}` },
      [0, 0.5, 1].map((share) => [
        s("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(top * share), y2: y(top * share) }),
        s("text", { class: "tick", x: LEFT - 6, y: y(top * share) + 4, "text-anchor": "end" }, show(top * share)),
      ]).flat(),
      [from, (from + to) / 2, to].map((at, index) =>
        s("text", {
          class: "tick",
          x: x(at),
          y: HEIGHT - 6,
          "text-anchor": ["start", "middle", "end"][index],
        }, clock(at).slice(0, 5))),
      limits.filter(({ at }) => at <= top).map(({ at, label }) => [
        s("line", { class: "limit", x1: LEFT, x2: WIDTH - RIGHT, y1: y(at), y2: y(at) }),
        s("text", { class: "limit-label", x: WIDTH - RIGHT - 4, y: y(at) - 4, "text-anchor": "end" }, label),
      ]).flat(),
      drawn.map(({ points }, index) =>
        s("path", { class: `line c${index % COLOURS}`, d: path(points, x, y) })),
      drawn.length === 0 && s("text", { class: "none", x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle" }, "nothing yet"),
    ),
    h("ul", { class: "keys" },
      newest.map(({ label, value }, index) =>
        h("li", { class: `c${index % COLOURS}` }, h("span", {}, label || "now"), h("b", {}, show(value))))),
  );
}

/** A line breaks off where there is no value. */
function path(points, x, y) {
  let pen = "M";
  let text = "";
  for (const [at, value] of points) {
    if (value == null) pen = "M";
    else {
      text += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
    }
  }
  return text;
}

/** The next of 1, 2, 5 times a power of ten. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 7.5, 10].map((factor) => factor * power).find((round) => round >= value * 1.02) ?? power * 20;
}
