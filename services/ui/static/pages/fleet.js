// Where the vans are, and where one of them was.

import { get } from "../lib/api.js";
import { byId, empty, h, put } from "../lib/dom.js";
import { clock } from "../lib/format.js";
import { TownMap } from "../lib/map.js";
import { listen } from "../lib/stream.js";
import { town } from "../lib/town.js";
import { Vans } from "../lib/vans.js";

const MINUTES = 5;
let chosen = null;

function list(vehicles) {
  if (vehicles.length === 0) {
    put(byId("vans"), empty("No van has been seen yet. The first order sends one out."));
    return;
  }
  put(byId("vans"), h("ul", {}, vehicles.map(({ name, position }) =>
    h("li", {}, h("button", {
      type: "button",
      "aria-pressed": String(name === chosen),
      onclick: () => choose(name),
    },
    h("b", {}, name),
    h("span", {}, what(position)))))));
}

function what({ trip_id, speed }) {
  if (!trip_id) return "waits at the shop";
  return speed > 0 ? `on a trip, ${speed.toFixed(0)} km/h` : "at a door";
}

async function choose(name) {
  chosen = name;
  await history();
}

async function history() {
  if (!chosen) return;
  const name = chosen;
  try {
    const since = new Date(Date.now() - MINUTES * 60_000).toISOString();
    const path = `/vehicles/${encodeURIComponent(name)}/history?since=${since}&limit=600`;
    const { positions } = await get(path);
    if (name === chosen) showHistory(name, positions);
  } catch (problem) {
    put(byId("history"), empty(`Where ${name} was is not to be had: ${problem.detail}`));
  }
}

function showHistory(name, positions) {
  const line = positions.map(({ x, y }) => ({ x, y }));
  map.showPins(map.past(line));
  const trips = new Set(positions.map(({ trip_id }) => trip_id).filter(Boolean));
  const moving = positions.filter(({ speed }) => speed > 0).length;
  const rows = positions.slice(-8).reverse();
  put(byId("history"),
    h("h3", {}, `${name}, the last ${MINUTES} minutes`),
    h("p", {}, `${trips.size} trips, ${positions.length ? Math.round((moving / positions.length) * 100) : 0} % of the time on the road.`),
    h("table", {},
      h("thead", {}, h("tr", {}, ["at", "near", "km/h"].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map((position) => h("tr", {},
        h("td", {}, clock(new Date(position.at).getTime() / 1000)),
        h("td", {}, map.town.address(position)),
        h("td", { class: "number" }, position.speed.toFixed(0)))))));
}

let map;

async function open() {
  put(byId("vans"), empty("Looking for vans …"));
  map = new TownMap(byId("map"), await town(), { role: "group" });
  const newest = new Map();
  const vans = new Vans(map, { pick: choose });
  const seen = (vehicles) => {
    for (const vehicle of vehicles) newest.set(vehicle.name, vehicle);
  };
  listen("/vehicles/stream", "position-tracker", {
    vehicles: ({ vehicles }) => {
      newest.clear();
      seen(vehicles);
      vans.all(vehicles);
      list([...newest.values()]);
    },
    positions: ({ vehicles }) => {
      seen(vehicles);
      vans.newest(vehicles);
    },
  });
  // The list is for reading: it must not change under a finger, nor be read out each second.
  setInterval(() => {
    if (!byId("vans").contains(document.activeElement)) list([...newest.values()]);
  }, 2000);
  setInterval(history, 5000);
}

open().catch((problem) => put(byId("vans"), empty("This page could not be opened: ", problem.message)));
