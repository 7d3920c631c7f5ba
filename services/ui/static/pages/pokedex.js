// Looking a Pokémon up by number, by name, or by the beginning of one.

import { get } from "../lib/api.js";
import { byId, empty, put } from "../lib/dom.js";
import { sticker } from "../lib/sticker.js";

const PAGE = 24;
let next = null;
let asked = 0;

async function find(wanted) {
  const turn = (asked += 1);
  byId("more").hidden = true;
  try {
    const found = await look(wanted.trim());
    if (turn === asked) show(found.pokemon, found.next, wanted);
  } catch (problem) {
    if (turn !== asked) return;
    const line = problem.status === 404 ? `There is no Pokémon ${wanted}.` : problem.line;
    put(byId("found"), empty(line));
  }
}

async function look(wanted) {
  if (/^\d+$/.test(wanted)) return { pokemon: [await get(`/pokemon/${Number(wanted)}`)], next: null };
  return get(`/pokemon?${query(wanted)}`);
}

function query(name, after) {
  return new URLSearchParams({ limit: PAGE, ...(name && { name }), ...(after && { after }) });
}

function show(pokemon, after, wanted) {
  next = after;
  byId("more").hidden = !after;
  put(byId("found"), pokemon.length ? pokemon.map(sticker) : empty(`No name begins with ${wanted}.`));
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = byId("wanted");
  history.replaceState(null, "", value ? `#${encodeURIComponent(value)}` : location.pathname);
  find(value);
});

byId("more").addEventListener("click", async () => {
  try {
    const page = await get(`/pokemon?${query(byId("wanted").value.trim(), next)}`);
    byId("found").append(...page.pokemon.map(sticker));
    next = page.next;
    byId("more").hidden = !next;
  } catch (problem) {
    byId("found").append(empty(problem.line));
  }
});

byId("wanted").value = decodeURIComponent(location.hash.slice(1));
find(byId("wanted").value);
