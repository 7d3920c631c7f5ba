// The shop: what there is, what is wanted, where it goes, and how far it has come.

import { ask, get } from "../lib/api.js";
import { tell } from "../lib/connection.js";
import { byId, empty, h, put } from "../lib/dom.js";
import { price } from "../lib/format.js";
import { TownMap } from "../lib/map.js";
import { town } from "../lib/town.js";
import { Orders } from "../lib/orders.js";

const basket = new Map();
let menu = { currency: "EUR", pizzas: [] };

function showMenu() {
  put(byId("menu"), menu.pizzas.map((pizza) =>
    h("article", { class: "pizza" },
      h("h3", {}, pizza.name),
      h("p", { class: "sizes" }, pizza.sizes.map(({ size, price_cents }) =>
        h("button", { type: "button", onclick: () => add(pizza, size, price_cents) },
          h("span", { class: "unseen" }, `${pizza.name}, `),
          h("span", {}, size), " ", h("b", {}, price(price_cents, menu.currency))))))));
}

function add(pizza, size, price_cents) {
  const key = `${pizza.pizza} ${size}`;
  const line = basket.get(key) ?? { pizza: pizza.pizza, name: pizza.name, size, price_cents, quantity: 0 };
  if (line.quantity < 50 && (basket.has(key) || basket.size < 20)) line.quantity += 1;
  basket.set(key, line);
  showBasket();
}

function change(key, by) {
  const line = basket.get(key);
  line.quantity = Math.min(line.quantity + by, 50);
  if (line.quantity < 1) basket.delete(key);
  showBasket();
}

function showBasket() {
  if (basket.size === 0) {
    put(byId("basket"), empty("Nothing yet. Choose from the menu."));
    return;
  }
  const lines = [...basket].map(([key, { name, size, price_cents, quantity }]) =>
    h("li", {},
      h("span", {}, `${quantity} × ${name}, ${size}`),
      h("b", {}, price(price_cents * quantity, menu.currency)),
      h("button", { type: "button", "aria-label": `One ${name}, ${size} less`, onclick: () => change(key, -1) }, "−"),
      h("button", { type: "button", "aria-label": `One ${name}, ${size} more`, onclick: () => change(key, 1) }, "+")));
  const total = [...basket.values()].reduce((sum, line) => sum + line.price_cents * line.quantity, 0);
  put(byId("basket"),
    h("ul", { class: "basket" }, lines),
    h("p", { class: "total" }, "Total ", h("b", {}, price(total, menu.currency))));
}

function refuse(line) {
  byId("refusal").textContent = line ?? "";
  byId("refusal").hidden = !line;
}

/** The form's own field for a field of the interface. */
const FIELDS = { customer: "customer", address: "address" };

async function order(event, orders) {
  event.preventDefault();
  const form = event.target;
  refuse();
  if (basket.size === 0) return refuse("Choose a pizza first.");
  for (const field of [form.customer, form.address]) {
    if (field.value.trim()) continue;
    field.focus();
    return refuse(`${field.labels[0].firstChild.textContent.trim()} is missing.`);
  }
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const items = [...basket.values()].map(({ pizza, size, quantity }) => ({ pizza, size, quantity }));
    const body = { customer: form.customer.value, address: form.address.value, items };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const { data, headers: answered } = await ask("/orders", { method: "POST", body, headers });
    localStorage.setItem("customer", body.customer);
    basket.clear();
    showBasket();
    orders.add(data, answered.get("traceresponse")?.split("-")[1]);
  } catch (problem) {
    refuse(problem.line ?? String(problem));
    for (const { field } of problem.errors ?? []) form[FIELDS[field]]?.focus();
  } finally {
    button.disabled = false;
  }
}

async function open() {
  showBasket();
  const form = byId("order");
  form.customer.value = localStorage.getItem("customer") ?? "";
  const [streets, site] = await Promise.all([town(), get("/site")]);
  const pick = new TownMap(byId("pick"), streets, {
    label: `Map of ${streets.name}: a click chooses an address`,
    pick: (point) => {
      form.address.value = streets.address(point);
      pinned();
    },
  });
  const pinned = () => {
    const place = streets.place(form.address.value);
    pick.showPins(...(place ? [pick.pin(place, form.address.value)] : []));
  };
  form.address.addEventListener("input", pinned);
  put(byId("streets"), streets.streets.map(({ name }) => h("option", { value: `1 ${name}` })));
  const orders = new Orders(byId("orders"), streets, site);
  form.addEventListener("submit", (event) => order(event, orders));
  await loadMenu();
}

async function loadMenu() {
  try {
    menu = await get("/menu");
    showMenu();
  } catch (problem) {
    tell("pizza-service", problem);
    put(byId("menu"), empty("The menu is not to be had: ", problem.detail, ". Trying again …"));
    setTimeout(loadMenu, 2000);
  }
}

open().catch((problem) => {
  put(byId("menu"), empty("This page could not be opened: ", problem.message));
});
