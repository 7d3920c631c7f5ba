// Asking again and again, while somebody looks.

import { found, tell } from "./connection.js";

/**
 * Calls `read`, then again `pause` ms after it has ended; slower while it fails, and not at all while
 * the page is hidden. Returns what stops it, and what asks at once.
 */
export function poll(what, pause, read) {
  let timer;
  let failures = 0;
  let stopped = false;

  async function once() {
    clearTimeout(timer);
    try {
      await read();
      failures = 0;
      found(what);
      found("server");
    } catch (problem) {
      failures += 1;
      if (!tell(what, problem)) console.warn(what, problem);
    }
    if (!stopped && !document.hidden) timer = setTimeout(once, Math.min(pause * 2 ** failures, 10_000));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !stopped) once();
  });
  once();
  return {
    now: once,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
