// What the drawing shows, in words: tables, the explanation of a time, and the command for it.

import { iso, lasting, local, position, shown } from "./time.js";

const MOST_ROWS = 100;
const MOVES = new Set(["moveChunk", "movePrimary"]);
/** Kinds that say little without the server's own word. */
const VAGUE = new Set(["unknown", "technical", "balancing"]);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Where: a namespace, shards, or both. */
function where(one) {
  const moved = MOVES.has(one.kind) && one.shards.length === 2;
  const shards = moved ? one.shards.join(" → ") : `on ${one.shards.join(", ")}`;
  return [one.ns, one.target ? `→ ${one.target}` : "", one.shards.length ? shards : ""].filter(Boolean).join(" ") || "whole cluster";
}

function note(text, columns) {
  return element("tr", { className: "more" }, element("td", { colSpan: columns, textContent: text }));
}

function timeButton(seconds, label, go) {
  const button = element("button", { type: "button", textContent: shown(seconds) });
  button.setAttribute("aria-label", `${label} at ${shown(seconds)}`);
  button.addEventListener("click", () => go(seconds));
  return button;
}

/** The keyboard stays where it is: a button that has the focus hands it to its successor. */
function replaceRows(body, made) {
  const held = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  body.replaceChildren(...made);
  if (held) [...body.querySelectorAll("button")].find(button => button.getAttribute("aria-label") === held)?.focus({ preventScroll: true });
}

/** Intervals in sight; choose(interval) is called for the one that is clicked. */
export function unsafeTable(body, count, found, chosen, choose) {
  const made = [];
  for (const one of found.slice(0, MOST_ROWS)) {
    const button = timeButton(one.from, `Show ${one.kind}`, () => choose(one));
    made.push(element("tr", { className: one === chosen ? "chosen" : "" },
      element("td", {}, button), element("td", { textContent: lasting(one.to - one.from) }), element("td", { textContent: one.kind }),
      element("td", { textContent: where(one) }), element("td", { textContent: one.reason })));
  }
  if (!found.length) made.push(note("None in sight.", 5));
  if (found.length > MOST_ROWS) made.push(note(`${(found.length - MOST_ROWS).toLocaleString()} more: zoom in to see them.`, 5));
  replaceRows(body, made);
  count.textContent = `${found.length.toLocaleString()} in sight`;
}

export function eventsTable(body, count, answer, go) {
  const made = [];
  for (const event of answer.events) {
    const from = position(event.from);
    const lasts = event.through === null ? "under way" : lasting(position(event.through) - from);
    made.push(element("tr", {}, element("td", {}, timeButton(from, `Go to ${event.kind}`, go)), element("td", { textContent: lasts }),
      element("td", { textContent: VAGUE.has(event.kind) ? `${event.kind}: ${event.what}` : event.kind, title: event.id }), element("td", { textContent: where(event) }),
      element("td", { textContent: event.startSeen ? event.outcome : `${event.outcome}; its start was not captured` })));
  }
  if (!answer.events.length) made.push(note("None in sight.", 5));
  if (answer.next !== null) made.push(note(`${(answer.total - answer.events.length).toLocaleString()} more: zoom in, or name a namespace or a kind.`, 5));
  replaceRows(body, made);
  count.textContent = `${answer.total.toLocaleString()} in sight`;
}

export function shardsTable(body, answer, go) {
  const made = [];
  for (const shard of answer.shards) {
    const bases = element("td");
    shard.bases.slice(-3).forEach(base => bases.append(timeButton(position(base.usableFrom), `Base ${base.id}`, go), " "));
    if (!shard.bases.length) bases.append("none");
    made.push(element("tr", {}, element("td", { textContent: shard.shard }), element("td", { textContent: shard.replicaSet }),
      element("td", { textContent: until(shard.capturedUntilUtc, shard.capturedLagSeconds) }),
      element("td", { textContent: until(shard.archivedUntilUtc, shard.archivedLagSeconds) }), bases, element("td", { textContent: notes(shard) })));
  }
  replaceRows(body, made);
}

function until(utc, lag) {
  return utc === null ? "nothing yet" : `${utc.replace("T", " ").replace("Z", "")}, ${lasting(lag)} ago`;
}

function notes(shard) {
  const all = [];
  if (shard.left !== null) all.push(`left the cluster at ${shown(position(shard.left))}`);
  if (shard.holdsBackArchived) all.push("holds the archive's watermark back");
  if (shard.holdsBackCaptured) all.push("holds capture's watermark back");
  const gaps = shard.gaps.filter(gap => gap.kind !== "noBase").length;
  if (gaps) all.push(`${gaps} ${gaps === 1 ? "gap" : "gaps"}`);
  return all.join("; ");
}

/** In one or two sentences: until when, how much, who holds it back. */
export function summary(place, windows, shards) {
  const now = Date.parse(shards.now) / 1000;
  const last = windows.windows[windows.windows.length - 1];
  if (!last) {
    place.replaceChildren(element("strong", { textContent: "No time can be restored yet. " }), windows.earliest === null
      ? "There is no base snapshot that reaches what is archived." : "Every time from the first base on is unsafe.");
    return;
  }
  const latest = position(last.to);
  place.replaceChildren("Latest safe time: ", element("strong", { textContent: `${shown(latest)} UTC` }), `, ${lasting(Math.max(0, now - latest))} ago. `);
  const lag = now - position(windows.watermark);
  if (latest < position(windows.watermark) - 1) place.append(`Later ones are unsafe: ${later(windows, latest)}. `);
  const small = [`Safe times begin at ${shown(position(windows.windows[0].from))}; everything is archived until ${shown(position(windows.watermark))}.`];
  if (lag > 60) small.push(`${windows.heldBackBy.join(", ")} ${windows.heldBackBy.length === 1 ? "holds" : "hold"} the watermark back.`);
  place.append(element("small", { textContent: small.join(" ") }));
}

/** What makes the times after the latest safe one unsafe. */
function later(windows, latest) {
  const kinds = windows.unsafe.filter(one => position(one.to) > latest + 1).map(one => `${one.kind} ${one.ns}`.trim());
  return [...new Set(kinds)].slice(0, 3).join(", ");
}

/** Before a time is chosen: the command for the latest safe one. */
export function latestSafe(place, windows, cluster, shards) {
  const last = windows.windows[windows.windows.length - 1];
  const shows = `${windows.policy} ${last ? last.to : ""}`;
  if (place.dataset.latest === shows) return; // a command that somebody is copying stays
  place.dataset.latest = shows;
  if (last) place.replaceChildren(way(`No time is chosen. The latest safe one, ${shown(position(last.to))} UTC:`, command(last.to, windows.policy, cluster, shards)));
  else place.replaceChildren(element("p", { className: "quiet", textContent: "No time is chosen, and none is safe." }));
}

/** The command that restores to a time, with the replica sets that belong to the cluster then. */
export function command(to, policy, cluster, shards) {
  const at = typeof to === "string" ? position(to) : to;
  const lines = [`tidemark restore --cluster ${cluster.cluster} --bucket ${quoted(cluster.bucket ?? "BUCKET")}`,
    `  --to ${typeof to === "string" ? to : iso(to)}${policy === "strict" ? " --policy strict" : ""}`];
  for (const shard of shards.shards) {
    const member = position(shard.joined) <= at && (shard.left === null || position(shard.left) > at);
    if (member) lines.push(`  --target ${shard.shard === "config" ? "config" : shard.replicaSet}=mongodb://NEW_HOST_OF_${shard.replicaSet}/`);
  }
  return lines.join(" \\\n");
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The answer to "can I restore to this time?". */
export function explanation(place, answer, asked, { cluster, shards, go }) {
  const exact = typeof asked === "string";
  const at = exact ? position(asked) : asked;
  const verdict = element("div", { className: `verdict ${answer.safe ? "safe" : "unsafe"}` },
    element("strong", { textContent: answer.safe ? "✓ Safe" : "✕ Not safe" }),
    element("span", { textContent: `${shown(at)} UTC${exact ? ` (${asked})` : ""}` }),
    element("span", { className: "quiet", textContent: `here: ${local(at)} · policy ${answer.policy}` }));
  place.replaceChildren(verdict);
  if (answer.safe) {
    place.append(way("Restore to it, up to and including that " + (exact ? "cluster time" : "second") + ":", command(asked, answer.policy, cluster, shards)));
    return;
  }
  place.append(element("ul", { className: "reasons" }, ...answer.reasons.slice(0, 20).map(reason)));
  const ways = element("div", { className: "ways" });
  for (const side of ["before", "after"]) {
    if (answer[side] !== null) ways.append(nearest(side, answer[side], answer, cluster, shards, go));
  }
  place.append(ways);
}

function reason(one) {
  const text = one.reason.startsWith(one.kind) ? one.reason.slice(one.kind.length) : `: ${one.reason}`;
  const item = element("li", {}, element("strong", { textContent: one.kind }), `${text}.`);
  if (one.evidence.length) {
    const steps = element("ul", {}, ...one.evidence.map(step => element("li", { textContent: `${step.at} (${step.atUtc}) ${step.replicaSet}: ${step.what}` })));
    item.append(element("details", {}, element("summary", { textContent: `${one.evidence.length} oplog ${one.evidence.length === 1 ? "entry" : "entries"} as evidence` }), steps));
  }
  return item;
}

function nearest(side, time, answer, cluster, shards, go) {
  const label = side === "before" ? "Latest safe time before it:" : "Earliest safe time after it:";
  const made = way(label, command(time, answer.policy, cluster, shards));
  const button = element("button", { type: "button", textContent: `${shown(position(time))} UTC` });
  button.addEventListener("click", () => go(time));
  made.querySelector("p").insertBefore(button, made.querySelector(".copy"));
  made.classList.add(side);
  return made;
}

function way(words, text) {
  const copy = element("button", { type: "button", className: "copy", textContent: "Copy command" });
  copy.addEventListener("click", async () => {
    copy.textContent = await copied(text) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { copy.textContent = "Copy command"; }, 2500);
  });
  return element("div", { className: "way" }, element("p", {}, element("span", { textContent: words }), copy), element("pre", { className: "command", textContent: text, tabIndex: 0 }));
}

/** Browsers give the clipboard to secure pages only; elsewhere the old way, or the text is selected for the hand. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const own = [...document.querySelectorAll("pre.command")].find(pre => pre.textContent === text);
    getSelection().selectAllChildren(own);
    return document.execCommand("copy");
  }
}
