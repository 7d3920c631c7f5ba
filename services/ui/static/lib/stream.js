// Server-sent events that come back by themselves, whatever ended them.

import { found, lost } from "./connection.js";

/**
 * Listens. `handlers` are by event name, and get the data from JSON; `open` is called each time the
 * stream has opened, for what was missed meanwhile.
 */
export function listen(path, what, handlers, open = () => {}) {
  let source;
  let pause = 1000;

  function begin() {
    source = new EventSource(`/api${path}`);
    source.addEventListener("open", () => {
      pause = 1000;
      found("server");
      open();
    });
    source.addEventListener("source", ({ data }) => {
      if (JSON.parse(data).up) found(what);
      else lost(what, `No answer: ${what}`);
    });
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, ({ data }) => handle(JSON.parse(data), name));
    }
    source.addEventListener("error", () => {
      lost("server", "Connection lost");
      // Left to itself a browser gives up on an answer that is no stream.
      source.close();
      setTimeout(begin, pause);
      pause = Math.min(pause * 2, 10_000);
    });
  }

  begin();
  addEventListener("pagehide", () => source.close());
}
