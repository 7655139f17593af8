// Asks the server, keeps what is chosen, and has it drawn.

import { ask, askWindows, ServerError } from "./api.js";
import { Chart } from "./chart.js";
import { element, eventsTable, explanation, latestSafe, shardsTable, summary, unsafeTable } from "./lists.js";
import { scene as sceneOf } from "./scene.js";
import { iso, lasting, position, shown } from "./time.js";

const REFRESH_MILLIS = 10_000;
const SHORTEST_SECONDS = 10;
const CLICK_POINTS = 4;
const TINY = 1e-6; // seconds; finer than a drawing time is exact
const byId = id => document.getElementById(id);
const box = byId("chart");
const chart = new Chart(byId("canvas"));

const state = {
  policy: "exact", scene: null, windows: null, shards: null, cluster: null,
  view: null, follow: true, cursor: null, asked: null, focus: null, lostSince: null,
};

// ---- asking

async function refresh() {
  try {
    const [health, cluster, windows, shards] = await Promise.all(
      [ask("healthz"), ask("api/cluster"), askWindows(state.policy), ask("api/shards")]);
    const began = performance.now();
    Object.assign(state, { cluster, windows, shards, lostSince: null });
    state.scene = sceneOf(windows, shards);
    state.focus &&= state.scene.unsafe.find(one => one.fromTime === state.focus.fromTime && one.event === state.focus.event) ?? null;
    if (!state.view || state.follow) showAll();
    drawNow();
    box.dataset.drawMillis = (performance.now() - began).toFixed(1);
    box.dataset.intervals = state.scene.unsafe.length;
    told(health);
    words();
    box.dataset.readyMillis = performance.now().toFixed(0);
  } catch (problem) {
    failed(problem);
  }
}

function told(health) {
  pill(health.status === "ok" ? "up to date" : health.status, health.status === "ok");
  banner(health.status === "ok" ? "" : health.message);
}

function failed(problem) {
  if (problem instanceof ServerError && problem.status === 503) {
    pill("loading", false);
    banner(problem.message);
    if (!state.scene) byId("summary").textContent = "The timeline is being loaded. This page asks again every 10 s.";
  } else {
    state.lostSince ??= new Date();
    pill("no answer", false);
    const since = `${state.lostSince.toISOString().slice(11, 19)} UTC`;
    const why = problem instanceof ServerError ? problem.message : "The server can't be reached.";
    banner(`${why} No answer since ${since}; ${state.scene ? "what you see is as it was then" : "nothing can be shown yet"}. This page asks again every 10 s.`);
    if (!state.scene) byId("summary").textContent = "Nothing is known: the server did not answer.";
  }
}

function pill(text, good) {
  byId("health").textContent = text;
  byId("health").className = `pill ${good ? "ok" : "bad"}`;
}

function banner(text) {
  if (byId("banner").textContent !== text) byId("banner").textContent = text;
  byId("banner").hidden = !text;
}

/** What stands around the drawing. */
function words() {
  const { cluster, windows, shards } = state;
  byId("cluster").textContent = cluster.cluster;
  document.title = `${cluster.cluster}: restore timeline`;
  for (const policy of ["exact", "strict"]) byId(`share-${policy}`).textContent = percent(cluster.restorableShare[policy]);
  summary(byId("summary"), windows, shards);
  shardsTable(byId("shards"), shards, time => choose(time, true));
  byId("empty").hidden = windows.earliest !== null;
  byId("empty").textContent = windows.earliest === null ? "No base snapshot reaches what is archived, so no time can be restored. Take a base snapshot of every replica set." : "";
  if (state.asked === null) latestSafe(byId("answer"), windows, cluster, shards);
  later();
}

/** Rounded down: 100 % means all. */
function percent(share) {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

// ---- what is in sight

function limits() {
  const { first, now, watermark } = state.scene;
  const last = Math.max(now, watermark, first + SHORTEST_SECONDS);
  const edge = (last - first) * 0.015 + 1;
  return { from: first - edge, to: last + edge };
}

function showAll() {
  state.view = limits();
  state.follow = true;
}

function show(from, to) {
  const all = limits();
  const span = Math.min(Math.max(to - from, SHORTEST_SECONDS), all.to - all.from);
  const middle = (from + to) / 2;
  const begin = Math.min(Math.max(middle - span / 2, all.from), all.to - span);
  state.view = { from: begin, to: begin + span };
  state.follow = span >= (all.to - all.from) * 0.999;
  draw();
  later();
}

/** factor below 1 zooms in; `at` stays where it is. */
function zoom(factor, at) {
  const { from, to } = state.view;
  const span = Math.max((to - from) * factor, SHORTEST_SECONDS);
  const share = (at - from) / (to - from);
  show(at - span * share, at + span * (1 - share));
}

function pan(share) {
  const step = (state.view.to - state.view.from) * share;
  show(state.view.from + step, state.view.to + step);
}

let asked = 0;
function draw() {
  if (!asked) asked = requestAnimationFrame(() => { asked = 0; drawNow(); });
}

function drawNow() {
  if (!state.scene) return;
  const began = performance.now();
  chart.draw(state.scene, state.view, state.cursor, state.focus);
  box.dataset.frameMillis = (performance.now() - began).toFixed(1);
  const { from, to } = state.view;
  Object.assign(box.dataset, { from, to, left: chart.left, width: chart.plot }); // for tests: where a time is drawn
  byId("range").textContent = `${shown(from)} – ${shown(to)} UTC (${lasting(to - from)})`;
  for (const button of document.querySelectorAll("[data-span]")) {
    const pressed = button.dataset.span === "all" ? state.follow : !state.follow && Math.abs(to - from - button.dataset.span) < 1;
    button.setAttribute("aria-pressed", pressed);
  }
  slider();
}

/** What a screen reader says of the drawing. */
function slider() {
  const at = state.cursor ?? (state.view.from + state.view.to) / 2;
  box.setAttribute("aria-valuemin", Math.floor(limits().from));
  box.setAttribute("aria-valuemax", Math.ceil(limits().to));
  box.setAttribute("aria-valuenow", Math.floor(at));
  box.setAttribute("aria-valuetext", `${shown(at)} UTC, ${standing(at)}`);
}

function standing(at) {
  const { scene } = state;
  const meant = Number.isInteger(at) ? secondsEnd(at) : at;
  if (scene.earliest === null || meant < scene.earliest) return "before the first base";
  if (meant > scene.watermark + TINY) return "not archived yet";
  const here = scene.unsafe.filter(one => one.from <= meant + TINY && one.to >= meant - TINY);
  return here.length ? `unsafe: ${here.slice(0, 3).map(one => `${one.kind} ${one.ns}`.trim()).join(", ")}` : "safe";
}

/** What a whole second means to a restore: its last cluster time. */
function secondsEnd(second) {
  return Math.floor(second) + 1 - TINY;
}

// ---- lists of what is in sight, a moment after the last change

let pause = 0;
function later() {
  clearTimeout(pause);
  pause = setTimeout(lists, 120);
}

function lists() {
  const { from, to } = state.view;
  const found = state.scene.unsafe.filter(one => one.to >= from && one.from <= to);
  unsafeTable(byId("unsafe"), byId("unsafe-count"), found, state.focus, focusOn);
  findEvents();
}

let searches = 0;
async function findEvents() {
  const own = ++searches;
  const { from, to } = state.view;
  const search = { from: iso(Math.max(0, from)), to: iso(to + 1), ns: byId("ns").value.trim(), kind: byId("kind").value.trim(), limit: "100" };
  try {
    const answer = await ask("api/events", search);
    if (own === searches) eventsTable(byId("events"), byId("events-count"), answer, time => choose(time, true));
  } catch (problem) {
    if (own === searches) byId("events-count").textContent = problem.message;
  }
}

// ---- choosing a time

/** time: drawing time for a whole second, or a cluster time as text. */
async function choose(time, intoSight) {
  state.asked = typeof time === "string" ? time : Math.floor(time);
  state.cursor = typeof time === "string" ? position(time) : state.asked;
  const { from, to } = state.view;
  if (intoSight && (state.cursor < from || state.cursor > to)) show(state.cursor - (to - from) / 2, state.cursor + (to - from) / 2);
  draw();
  await explain();
}

/** So that the address can be handed to a colleague. */
function remember(at) {
  history.replaceState(null, "", `#${new URLSearchParams({ at, policy: state.policy })}`);
}

/** The time and policy that the address names. */
async function recall() {
  const named = new URLSearchParams(location.hash.slice(1));
  if (named.get("policy") === "strict") {
    state.policy = "strict";
    document.querySelector("[name=policy][value=strict]").checked = true;
  }
  await refresh();
  if (state.scene && named.get("at")) await read(named.get("at"));
}

async function explain() {
  if (state.asked === null) return;
  const asked = state.asked;
  const at = typeof asked === "string" ? asked : iso(Math.max(0, asked));
  byId("at").value = at;
  remember(at);
  try {
    const answer = await ask("api/explain", { at, policy: state.policy });
    if (asked === state.asked) explanation(byId("answer"), answer, asked, { ...state, go: time => choose(time, true) });
  } catch (problem) {
    byId("answer").replaceChildren(element("p", { className: "quiet", textContent: problem.message }));
  }
}

/** An unsafe interval, from the lists or by key: marked, in sight, explained. */
function focusOn(interval) {
  state.focus = interval;
  const { from, to } = state.view;
  if (interval.to < from || interval.from > to) show(interval.from - (to - from) / 2, interval.from + (to - from) / 2);
  choose(secondsEnd(interval.from) <= interval.to ? Math.floor(interval.from) : interval.fromTime);
  tip([interval], chart.x(Math.max(interval.from, state.view.from)), 60);
  later();
}

function neighbour(step) {
  const { unsafe } = state.scene;
  if (!unsafe.length) return;
  const at = state.cursor ?? (step > 0 ? state.view.from : state.view.to);
  const own = state.focus ? unsafe.indexOf(state.focus) : -1;
  const next = own >= 0 ? own + step
    : step > 0 ? unsafe.findIndex(one => one.from > at) : unsafe.findLastIndex(one => one.from < at);
  focusOn(unsafe[Math.min(Math.max(next, 0), unsafe.length - 1)]);
}

// ---- the tip

function tip(found, x, y) {
  const place = byId("tip");
  place.hidden = !found.length;
  if (!found.length) return;
  const [one] = found;
  place.replaceChildren();
  if (found.length > 3) {
    place.append(element("b", { textContent: `${found.length.toLocaleString()} unsafe intervals here` }), element("span", { className: "quiet", textContent: `${kinds(found)}. Zoom in to tell them apart.` }));
  } else if (one.text) {
    place.append(element("b", { textContent: one.text }), element("span", { className: "quiet", textContent: one.more }));
  } else {
    for (const each of found) {
      place.append(element("b", { textContent: `${each.kind} ${each.ns}`.trim() }), element("span", { className: "quiet", textContent: `${shown(each.from)} – ${shown(each.to)}, ${lasting(each.to - each.from)}` }), element("span", { textContent: each.reason }));
    }
  }
  const room = box.clientWidth - place.offsetWidth;
  place.style.left = `${Math.max(0, Math.min(x + 14, room))}px`;
  place.style.top = `${y + 14}px`;
}

function kinds(found) {
  const counts = {};
  for (const one of found) counts[one.kind] = (counts[one.kind] ?? 0) + 1;
  return Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${kind} × ${count}`).join(", ");
}

/** What lies under a point. */
function under(x, y) {
  if (!state.scene || x < chart.left) return [];
  const row = chart.rowAt(y);
  if (!row) return [];
  const points = 3;
  const from = chart.time(x - points), to = chart.time(x + points);
  const base = row.bases.find(one => Math.abs(chart.x(one.at) - x) < 9);
  if (base) return [{ text: `Base snapshot ${base.id}`, more: `${row.sub} can be restored from ${shown(base.at)} on` }];
  const gap = (row.gaps ?? []).find(one => one.to >= from && one.from <= to);
  if (gap) return [{ text: `Missing: ${gap.reason}`, more: `(${gap.after}, ${gap.through}] of ${row.sub}'s oplog, ${shown(gap.from)} – ${shown(gap.to)}` }];
  return row.unsafe.filter(one => one.to >= from && one.from <= to);
}

// ---- pointer, wheel, keys

const pointers = new Map();
let moved = 0;

function place(event) {
  const edge = box.getBoundingClientRect();
  return { x: event.clientX - edge.left, y: event.clientY - edge.top };
}

box.addEventListener("pointerdown", event => {
  if (!state.scene || event.button > 0) return;
  pointers.set(event.pointerId, place(event));
  box.setPointerCapture(event.pointerId);
  moved = pointers.size > 1 ? Infinity : 0;
});

box.addEventListener("pointermove", event => {
  const to = place(event);
  const from = pointers.get(event.pointerId);
  if (!from) {
    tip(under(to.x, to.y), to.x, to.y);
    return;
  }
  moved += Math.abs(to.x - from.x);
  if (pointers.size === 2) {
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    const before = Math.abs(from.x - other.x), after = Math.abs(to.x - other.x);
    if (before > 10 && after > 10) zoom(before / after, chart.time((to.x + other.x) / 2));
    pointers.set(event.pointerId, to);
  } else if (moved > CLICK_POINTS) {
    box.classList.add("dragging");
    tip([]);
    pan((from.x - to.x) / chart.plot);
    pointers.set(event.pointerId, to);
  }
});

box.addEventListener("pointerup", event => {
  const at = place(event);
  const click = pointers.delete(event.pointerId) && moved <= CLICK_POINTS;
  box.classList.remove("dragging");
  if (click && at.x >= chart.left && chart.rowAt(at.y) !== undefined) {
    state.focus = null;
    choose(chart.time(at.x));
    later();
  }
});

box.addEventListener("pointercancel", event => pointers.delete(event.pointerId));
box.addEventListener("pointerleave", () => tip([]));

box.addEventListener("wheel", event => {
  if (!state.scene || event.ctrlKey) return;
  const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  if (sideways) pan(sideways / 1000); else zoom(Math.exp(event.deltaY / 600), chart.time(Math.max(chart.left, place(event).x)));
  event.preventDefault();
}, { passive: false });

function step(event) {
  const { from, to } = state.view;
  const size = (to - from) / 200 * (event.shiftKey ? 10 : 1) * (event.key === "ArrowLeft" ? -1 : 1);
  const at = (state.cursor ?? (from + to) / 2) + (Math.abs(size) < 1 ? Math.sign(size) : size);
  const all = limits();
  state.cursor = Math.floor(Math.min(Math.max(at, all.from), all.to));
  state.focus = null;
  if (state.cursor < from || state.cursor > to) pan(Math.sign(size) * 0.5); else draw();
}

const keys = {
  ArrowLeft: step, ArrowRight: step,
  Enter: () => choose(state.cursor ?? (state.view.from + state.view.to) / 2),
  " ": () => choose(state.cursor ?? (state.view.from + state.view.to) / 2),
  n: () => neighbour(1), p: () => neighbour(-1),
  "+": () => zoom(0.5, middle()), "=": () => zoom(0.5, middle()), "-": () => zoom(2, middle()), "−": () => zoom(2, middle()),
  0: () => { showAll(); draw(); later(); },
  PageUp: () => pan(-0.8), PageDown: () => pan(0.8),
  Home: () => { state.cursor = Math.ceil(state.scene.earliest ?? state.scene.first); show(state.cursor, state.cursor + state.view.to - state.view.from); },
  End: () => { state.cursor = Math.floor(state.scene.watermark); show(state.cursor - (state.view.to - state.view.from), state.cursor); },
  Escape: () => { tip([]); state.focus = null; draw(); },
};

/** Of a zoom by key: the chosen time where it is in sight. */
function middle() {
  const { from, to } = state.view;
  return state.cursor !== null && state.cursor >= from && state.cursor <= to ? state.cursor : (from + to) / 2;
}

box.addEventListener("keydown", event => {
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act && state.scene && !event.ctrlKey && !event.metaKey && !event.altKey) {
    act(event);
    event.preventDefault();
  }
});

// ---- buttons and forms

const acts = { in: () => zoom(0.5, middle()), out: () => zoom(2, middle()), left: () => pan(-0.5), right: () => pan(0.5) };
for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => state.scene && acts[button.dataset.act]());
for (const button of document.querySelectorAll("[data-span]")) {
  button.addEventListener("click", () => {
    if (!state.scene) return;
    if (button.dataset.span === "all") { keys[0](); return; }
    // The last hours, or those around the chosen time.
    const span = Number(button.dataset.span);
    const end = state.cursor === null ? limits().to : state.cursor + span / 2;
    show(end - span, end);
  });
}
for (const radio of document.querySelectorAll("[name=policy]")) {
  radio.addEventListener("change", async () => {
    state.policy = radio.value;
    state.focus = null;
    await refresh();
    await explain();
  });
}
byId("ask").addEventListener("submit", event => {
  event.preventDefault();
  const text = byId("at").value.trim();
  if (state.scene && text) read(text);
});

/** A time as somebody wrote it. */
async function read(text) {
  const parsed = /^\d+:\d+$/.test(text) ? text : Date.parse(text) / 1000;
  state.focus = null;
  if (typeof parsed === "string" || Number.isFinite(parsed) && /(Z|[+-]\d\d:?\d\d)$/i.test(text)) await choose(parsed, true);
  else byId("answer").replaceChildren(element("p", { className: "quiet", textContent: `'${text}' is no time: write 2026-11-20T10:00:00Z, with Z or an offset, or seconds:increment.` }));
}

byId("search").addEventListener("submit", event => {
  event.preventDefault();
  if (state.scene) findEvents();
});

// ---- the world around

function recolour() {
  chart.theme();
  chart.legend(document.querySelectorAll("#legend canvas"));
  draw();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
new ResizeObserver(draw).observe(box);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), REFRESH_MILLIS);
recolour();
recall();
