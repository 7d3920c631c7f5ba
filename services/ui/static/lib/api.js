// Asking this server. Every error is a Problem, whoever made it.

export class Problem extends Error {
  constructor(status, code, detail, errors = []) {
    super(detail);
    Object.assign(this, { status, code, detail, errors });
  }

  /** What is wrong, in a line for people. */
  get line() {
    const fields = this.errors.map(({ field, message }) => `${field}: ${message}`);
    return fields.length ? fields.join("; ") : this.detail;
  }
}

/** Sends a request. Returns the answer's body, from JSON, and its headers. */
export async function ask(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = body === undefined ? {} : { "content-type": "application/json" };
  let answer;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      headers: { ...sent, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "offline", "this server does not answer");
  }
  const text = await answer.text();
  const data = parse(text);
  if (!answer.ok) {
    const { code = "error", detail, title, errors } = data ?? {};
    throw new Problem(answer.status, code, detail ?? title ?? `answered ${answer.status}`, errors);
  }
  return { data, headers: answer.headers };
}

export const get = async (path, options) => (await ask(path, options)).data;

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
