// Numbers and times, for people.

const money = (currency) => new Intl.NumberFormat("en", { style: "currency", currency });

export const price = (cents, currency = "EUR") => money(currency).format(cents / 100);

export const title = (word) =>
  word.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join(" ");

/** Three digits at most: 12 300 is 12.3k. */
export function short(value) {
  if (value == null) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  return size >= 100 ? value.toFixed(0) : trim(value);
}

const trim = (value) => String(Number(value.toPrecision(3)));

export const percent = (ratio) => (ratio == null ? "–" : `${trim(ratio * 100)} %`);

export const bytes = (count) => (count == null ? "–" : `${(count / 1024 ** 2).toFixed(1)} MiB`);

/** From seconds. */
export function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds < 0.001) return `${trim(seconds * 1e6)} µs`;
  if (seconds < 1) return `${trim(seconds * 1e3)} ms`;
  if (seconds < 60) return `${trim(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** From seconds since 1970. */
export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour12: false });
