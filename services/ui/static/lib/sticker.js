// A sticker: a number, a name and types; the picture is for whoever remembers it.

import { h } from "./dom.js";

export function sticker({ id, name, types = [] }) {
  return h(
    "div",
    { class: "sticker", "data-type": types[0]?.toLowerCase() },
    h("span", { class: "number" }, `#${String(id).padStart(4, "0")}`),
    h("strong", {}, name),
    h("span", { class: "types" }, types.map((type) => h("span", { "data-type": type.toLowerCase() }, type))),
  );
}
