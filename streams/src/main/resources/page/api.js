// Asks the server; an answer that is an error becomes an Error with the server's words.

export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  const response = await fetch(query.size ? `${path}?${query}` : path, { cache: "no-cache" });
  const body = await response.json();
  if (!response.ok && path !== "healthz") {
    throw new ServerError(response.status, body.error ? body.error.message : `status ${response.status}`);
  }
  return body;
}

const PAGE = 5000; // as many as the server gives at once

/** Windows, unsafe intervals and gaps of all pages; the rest is as the last page says it. */
export async function askWindows(policy) {
  const pages = [await ask("api/windows", { policy, limit: PAGE })];
  while (pages.at(-1).next !== null) {
    pages.push(await ask("api/windows", { policy, limit: PAGE, after: pages.at(-1).next }));
  }
  const all = name => pages.flatMap(page => page[name]);
  return { ...pages.at(-1), windows: all("windows"), unsafe: all("unsafe"), gaps: all("gaps") };
}
