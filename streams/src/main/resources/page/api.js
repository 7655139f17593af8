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
