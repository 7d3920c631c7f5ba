// The control room: how the company is, what the monitoring says, and what to break next.

import { get } from "../lib/api.js";
import { byId, empty, h, put } from "../lib/dom.js";
import { poll } from "../lib/poll.js";
import { Alerts } from "../control/alerts.js";
import { board } from "../control/board.js";
import { Catalogue } from "../control/catalogue.js";
import { charts } from "../control/charts.js";
import { Desk } from "../control/desk.js";

const MINUTES = 15;

/** What asks Prometheus, unless there is none: then one line says how to get it. */
function monitoring(site) {
  if (!site.monitoring) {
    put(byId("missing"),
      h("b", {}, "No Prometheus."), " Figures and alerts need one: ",
      h("code", {}, "apt-get install prometheus prometheus-alertmanager"),
      " and start the company again, or set ", h("code", {}, "METRICS_URL"), ".");
    byId("missing").hidden = false;
    for (const id of ["board", "charts", "alerts"]) put(byId(id), empty("Nothing without a Prometheus."));
    return;
  }
  poll("prometheus", 2000, async () => put(byId("board"), board(await get("/board"), site)));
  poll("prometheus", 4000, async () => put(byId("charts"), charts(await get(`/charts?minutes=${MINUTES}`), site, MINUTES)));
  const alerts = new Alerts(byId("alerts"), site);
  poll("prometheus", 2000, async () => alerts.show(await get(`/alerts?minutes=${MINUTES}`)));
}

async function open() {
  const site = await get("/site");
  monitoring(site);
  const desk = new Desk(site);
  const catalogue = new Catalogue(byId("catalogue"), byId("filter"), (name) => desk.start(name));
  desk.onchange = (busy) => catalogue.busy(busy);
  desk.open();
  catalogue.load();
}

open().catch((problem) => put(byId("board"), empty("This page could not be opened: ", problem.message)));
