// From the server's answers to what is drawn: rows of ranges, in drawing times.

import { position } from "./time.js";

const HOLES = new Set(["gap", "incarnationChange", "noBase"]);

export function intervals(windows) {
  return windows.unsafe.map((own, index) => ({
    index, from: position(own.from), to: position(own.to), hole: HOLES.has(own.kind), ...pick(own),
  }));
}

function pick({ kind, ns, shards, reason, event, evidence, fromUtc, toUtc, from, to }) {
  return { kind, ns, shards, reason, event, evidence, fromUtc, toUtc, fromTime: from, toTime: to };
}

/** Everything that a drawing needs. */
export function scene(windows, shards) {
  const unsafe = intervals(windows);
  const watermark = position(windows.watermark);
  const earliest = windows.earliest === null ? null : position(windows.earliest);
  const rows = [{
    label: "Cluster", sub: windows.policy, cluster: true, unsafe, merged: union(unsafe), holes: union(unsafe.filter(one => one.hole)),
    reach: earliest === null ? null : { from: earliest, to: watermark }, bases: [],
  }];
  for (const shard of shards.shards) rows.push(row(shard, unsafe));
  const now = Date.parse(shards.now) / 1000;
  return { rows, unsafe, watermark, earliest, now, captured: position(shards.captured.watermark), first: first(rows, watermark, now), policy: windows.policy };
}

function row(shard, unsafe) {
  const begun = shard.gaps.find(gap => gap.kind === "noBase");
  const own = unsafe.filter(one => !one.hole && concerns(one, shard));
  return {
    label: shard.shard, sub: shard.replicaSet, shard, unsafe: own, merged: union(own),
    from: Math.max(begun ? position(begun.through) : 0, position(shard.joined)),
    left: shard.left === null ? Infinity : position(shard.left),
    archived: shard.archivedUntil === null ? null : position(shard.archivedUntil),
    captured: shard.capturedUntil === null ? null : position(shard.capturedUntil),
    gaps: shard.gaps.filter(gap => gap.kind !== "noBase")
      .map(gap => ({ ...gap, from: position(gap.after), to: position(gap.through) })),
    bases: shard.bases.map(base => ({ id: base.id, at: position(base.usableFrom), utc: base.usableFromUtc })),
  };
}

/** Its own events, and those that its oplog tells of. */
function concerns(interval, shard) {
  return interval.shards.includes(shard.shard) || interval.evidence.some(one => one.replicaSet === shard.replicaSet);
}

/** The earliest time worth showing. */
function first(rows, watermark, now) {
  const times = [];
  for (const one of rows) {
    if (one.reach) times.push(one.reach.from);
    if (one.from > 0) times.push(one.from);
    for (const base of one.bases) times.push(base.at);
  }
  if (times.length) return Math.min(...times);
  return (watermark > 0 ? Math.min(watermark, now) : now) - 3600;
}

/** Sorted, with overlapping ranges joined: for drawing only. */
function union(ranges) {
  const joined = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined[joined.length - 1];
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else joined.push({ from: range.from, to: range.to });
  }
  return joined;
}

/** The first of sorted, disjoint ranges that ends at or after `time`. */
export function firstEnding(ranges, time) {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle].to < time) low = middle + 1; else high = middle;
  }
  return low;
}

/** Of each of `columns` equal parts of [from, to) the share that lies in the ranges, 0 to 1. */
export function shares(ranges, from, to, columns) {
  const share = new Float64Array(columns);
  const width = (to - from) / columns;
  for (let i = firstEnding(ranges, from); i < ranges.length && ranges[i].from < to; i++) {
    const begin = (Math.max(ranges[i].from, from) - from) / width;
    const end = (Math.min(ranges[i].to, to) - from) / width;
    const left = Math.min(columns - 1, Math.floor(begin)), right = Math.min(columns - 1, Math.floor(end));
    if (left === right) {
      share[left] += Math.max(end - begin, 1e-9);
    } else {
      share[left] += left + 1 - begin;
      for (let x = left + 1; x < right; x++) share[x] = 1;
      share[right] += end - right;
    }
  }
  return share;
}
