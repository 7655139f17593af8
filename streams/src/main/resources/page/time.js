// Cluster times and how they are shown. On the drawing a time is a number: Unix seconds with a fraction for the increment.

const INCREMENTS = 2 ** 32;
const MINUTE = 60, HOUR = 3600, DAY = 86400;
const STEPS = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
  12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function position(clusterTime) {
  const [seconds, increment] = clusterTime.split(":").map(Number);
  return seconds + increment / INCREMENTS;
}

export function iso(seconds) {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace(".000", "");
}

/** 2026-11-20 10:00:00, in UTC. */
export function shown(seconds) {
  return iso(seconds).replace("T", " ").replace("Z", "");
}

export function clock(seconds, withSeconds) {
  return iso(seconds).slice(11, withSeconds ? 19 : 16);
}

export function day(seconds, withYear = false) {
  const date = new Date(seconds * 1000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${withYear ? ` ${date.getUTCFullYear()}` : ""}`;
}

export function local(seconds) {
  return new Date(seconds * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** How long, in at most two units. */
export function lasting(seconds) {
  if (seconds < 1) return "under 1 s";
  const rounded = Math.round(seconds);
  const parts = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => rounded >= size);
  const [size, name] = parts[first];
  const whole = Math.floor(rounded / size);
  const next = parts[first + 1];
  const rest = next ? Math.floor((rounded % size) / next[0]) : 0;
  return `${whole} ${name}${rest ? ` ${rest} ${next[1]}` : ""}`;
}

/** Ticks at round times, at least `apart` seconds from each other. */
export function ticks(from, to, apart) {
  const step = STEPS.find(size => size >= apart) ?? STEPS[STEPS.length - 1];
  const marks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const midnight = at % DAY === 0;
    marks.push({ at, midnight, label: step >= DAY ? day(at) : clock(at, step < MINUTE) });
  }
  return { step, marks };
}

/** Midnights from `from` to `to`, at most a few dozen. */
export function days(from, to) {
  const step = Math.max(1, Math.ceil((to - from) / DAY / 40)) * DAY;
  const marks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(at);
  return marks;
}
