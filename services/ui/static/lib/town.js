// The town: its streets as lines, addresses on them, and the way from one place to another.

import { get } from "./api.js";

const METRES_A_HOUSE = 8;

export const WIDTH = { main: 22, street: 14, lane: 9 };

export async function town() {
  return new Town(await get("/town"));
}

export class Town {
  constructor(data) {
    Object.assign(this, data);
    const corner = new Map(data.corners.map((one) => [one.id, one]));
    this.streets = data.streets.map((street) => ({
      ...street,
      line: street.corners.map((id) => corner.get(id)),
    }));
    this.shopAt = corner.get(data.shop);
    this.stretches = this.streets.flatMap((street) =>
      street.line.slice(1).map((to, index) => ({ from: street.line[index], to })),
    );
    this.next = new Map(data.corners.map(({ id }) => [id, []]));
    for (const { from, to } of this.stretches) {
      const metres = distance(from, to);
      this.next.get(from.id).push({ to, metres });
      this.next.get(to.id).push({ to: from, metres });
    }
  }

  /** The address that is nearest to a point. */
  address(point) {
    let best = { metres: Infinity };
    for (const street of this.streets) {
      let before = 0;
      for (let index = 1; index < street.line.length; index += 1) {
        const [from, to] = [street.line[index - 1], street.line[index]];
        const length = distance(from, to);
        const share = shareAlong(point, from, to);
        const metres = distance(point, between(from, to, share));
        if (metres < best.metres) best = { metres, street, along: before + share * length };
        before += length;
      }
    }
    const last = Math.floor(length(best.street.line) / METRES_A_HOUSE);
    const number = Math.min(Math.max(Math.round(best.along / METRES_A_HOUSE), 1), last);
    return `${number} ${best.street.name}`;
  }

  /** Where an address of the map is; null for any other text. */
  place(address) {
    const [, number, name] = /^\s*(\d+)\s+(.*\S)\s*$/.exec(address) ?? [];
    const street = this.streets.find((one) => one.name.toLowerCase() === name?.toLowerCase());
    let metres = Number(number) * METRES_A_HOUSE;
    if (!street || metres === 0 || metres > length(street.line)) return null;
    for (let index = 1; index < street.line.length; index += 1) {
      const [from, to] = [street.line[index - 1], street.line[index]];
      const here = distance(from, to);
      if (metres <= here) return between(from, to, metres / here);
      metres -= here;
    }
    return street.line.at(-1);
  }

  /** The way along the streets from one point to another, both beside a street. */
  way(from, to) {
    const [a, b] = [this.snap(from), this.snap(to)];
    if (a.stretch === b.stretch) return [from, to];
    const corners = this.shortest(a, b);
    return corners ? [from, ...corners, to] : [from, to];
  }

  snap(point) {
    let best = { metres: Infinity };
    for (const stretch of this.stretches) {
      const at = between(stretch.from, stretch.to, shareAlong(point, stretch.from, stretch.to));
      const metres = distance(point, at);
      if (metres < best.metres) best = { metres, stretch, at };
    }
    return best;
  }

  /** Dijkstra: 139 corners need no better. */
  shortest(a, b) {
    const open = new Map();
    const done = new Map();
    for (const end of [a.stretch.from, a.stretch.to]) {
      open.set(end.id, { corner: end, metres: distance(a.at, end), before: null });
    }
    const ends = new Set([b.stretch.from.id, b.stretch.to.id]);
    let best = null;
    while (open.size) {
      const [id, here] = [...open].reduce((least, one) => (one[1].metres < least[1].metres ? one : least));
      if (best && here.metres >= best.metres) break;
      open.delete(id);
      done.set(id, here);
      if (ends.has(id)) {
        const metres = here.metres + distance(here.corner, b.at);
        if (!best || metres < best.metres) best = { metres, last: here };
      }
      for (const { to, metres } of this.next.get(id)) {
        const total = here.metres + metres;
        if (!done.has(to.id) && !(open.get(to.id)?.metres <= total)) {
          open.set(to.id, { corner: to, metres: total, before: here });
        }
      }
    }
    if (!best) return null;
    const corners = [];
    for (let here = best.last; here; here = here.before) corners.unshift(here.corner);
    return corners;
  }
}

export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

export const length = (line) =>
  line.slice(1).reduce((sum, point, index) => sum + distance(line[index], point), 0);

const between = (from, to, share) => ({
  x: from.x + (to.x - from.x) * share,
  y: from.y + (to.y - from.y) * share,
});

function shareAlong(point, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  return Math.min(Math.max(share, 0), 1);
}

/** The point a share of the way along a line, and the heading there in degrees from north. */
export function along(line, share) {
  let metres = length(line) * share;
  for (let index = 1; index < line.length; index += 1) {
    const [from, to] = [line[index - 1], line[index]];
    const here = distance(from, to);
    if (metres <= here && here > 0) {
      const heading = (Math.atan2(to.x - from.x, to.y - from.y) * 180) / Math.PI;
      return { ...between(from, to, metres / here), heading };
    }
    metres -= here;
  }
  return { ...line.at(-1) };
}
