// Says when something that the page lives on is away, and when it is back.

import { byId } from "./dom.js";

const away = new Map();

/** Something does not answer; `line` says what, for people. */
export function lost(what, line) {
  away.set(what, line);
  show();
}

/** It answers. */
export function found(what) {
  if (away.delete(what)) show();
}

function show() {
  const bar = byId("connection");
  const lines = [...new Set(away.values())];
  bar.textContent = lines.length ? `${lines.join(" · ")}. Trying again …` : "";
  bar.hidden = lines.length === 0;
}

/** What a problem means for the connection: a line, or nothing where the page itself must tell. */
export function tell(what, problem) {
  if (problem.code === "offline") lost("server", "Connection lost");
  else if (problem.status === 503) lost(what, `No answer: ${problem.detail}`);
  else return false;
  return true;
}
