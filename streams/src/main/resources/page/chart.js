// The drawing. It costs in proportion to the points on the screen and the intervals in sight, not to what there is.

import { day, days, ticks } from "./time.js";
import { shares } from "./scene.js";

const AXIS = 42, CLUSTER = 46, ROW = 26, SPACE = 8, FOOT = 24;
const LEAST_SHARE = 0.36; // of a row's height, so that a single short interval is seen
const TICK = 78, NARROW_TICK = 46; // least points between two ticks
const FONT = '13px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
const SMALL = '11.5px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';

export class Chart {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.theme();
  }

  /** Reads the colours again: after a change between light and dark. */
  theme() {
    const style = getComputedStyle(document.documentElement);
    const names = ["card", "line", "text", "quiet", "safe", "unsafe", "unsafe-ink", "gap", "gap-ink", "archived", "none", "none-ink", "base", "mark", "now", "focus"];
    this.color = Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.patterns = null;
  }

  height(scene) {
    return AXIS + CLUSTER + SPACE + (scene.rows.length - 1) * (ROW + SPACE) + FOOT;
  }

  get labelWidth() {
    return this.width < 560 ? 78 : 132;
  }

  /** view: {from, to}; cursor: the chosen time or null; focus: the interval in hand or null. */
  draw(scene, view, cursor, focus) {
    this.fit(this.height(scene));
    this.scene = scene;
    this.view = view;
    const c = this.context;
    c.fillStyle = this.color.card;
    c.fillRect(0, 0, this.width, this.tall);
    this.axis();
    scene.rows.forEach((row, i) => this.row(row, this.top(i), i === 0 ? CLUSTER : ROW));
    this.marks(scene, cursor, focus);
  }

  fit(tall) {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.parentElement.clientWidth;
    if (this.width !== width || this.tall !== tall || this.ratio !== ratio) {
      Object.assign(this, { width, tall, ratio });
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(tall * ratio);
      this.canvas.style.height = `${tall}px`;
      this.patterns = null;
    }
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.patterns ??= this.makePatterns(this.context);
  }

  top(i) {
    return i === 0 ? AXIS : AXIS + CLUSTER + SPACE + (i - 1) * (ROW + SPACE);
  }

  /** The row under a height, or null. */
  rowAt(y) {
    return this.scene.rows.find((row, i) => y >= this.top(i) && y < this.top(i) + (i === 0 ? CLUSTER : ROW)) ?? null;
  }

  get left() { return this.labelWidth; }

  get plot() { return Math.max(10, this.width - this.left - 10); }

  x(time) {
    return this.left + (time - this.view.from) / (this.view.to - this.view.from) * this.plot;
  }

  time(x) {
    return this.view.from + (x - this.left) / this.plot * (this.view.to - this.view.from);
  }

  axis() {
    const c = this.context, { from, to } = this.view;
    const { step, marks } = ticks(from, to, (to - from) / this.plot * (this.plot < 420 ? NARROW_TICK : TICK));
    c.font = SMALL;
    c.textAlign = "center";
    c.textBaseline = "alphabetic";
    for (const mark of marks) {
      const x = Math.round(this.x(mark.at)) + 0.5;
      this.line(x, AXIS - 6, this.tall - FOOT, mark.midnight ? this.color["none-ink"] : this.color.line, mark.midnight ? 1.5 : 1);
      c.fillStyle = this.color.text;
      if (x - this.left > 14 && this.width - x > 16) c.fillText(mark.label, x, AXIS - 11);
    }
    if (step < 86400) this.dates(from, to);
  }

  /** The date at the left edge and at each midnight in sight. */
  dates(from, to) {
    const c = this.context;
    c.textAlign = "left";
    c.fillStyle = this.color.quiet;
    const marks = days(from, to).map(at => ({ x: this.x(at), label: day(at) }));
    const first = day(from, true);
    const edge = this.left + c.measureText(first).width + 14;
    if (!marks.length || marks[0].x > edge) c.fillText(first, this.left, 13);
    let free = 0;
    for (const mark of marks) {
      if (mark.x >= free && this.width - mark.x > 40) {
        c.fillText(mark.label, mark.x - 1, 13);
        free = mark.x + c.measureText(mark.label).width + 12;
      }
    }
  }

  row(row, top, tall) {
    this.label(row, top, tall);
    const c = this.context;
    c.save();
    c.beginPath();
    c.rect(this.left, top, this.plot, tall);
    c.clip();
    this.bar("none", this.view.from, this.view.to, top, tall);
    if (row.cluster) this.clusterRow(row, top, tall); else this.shardRow(row, top, tall);
    c.restore();
    c.strokeStyle = this.color.line;
    c.lineWidth = 1;
    c.strokeRect(this.left + 0.5, top + 0.5, this.plot - 1, tall - 1);
  }

  clusterRow(row, top, tall) {
    if (row.reach) {
      this.bar("safe", row.reach.from, row.reach.to, top, tall);
      this.density(row.merged, "unsafe", top, tall);
      this.density(row.holes, "gap", top, tall);
      this.words(row, top, tall);
    }
  }

  shardRow(row, top, tall) {
    if (row.captured !== null) this.bar("captured", row.from, Math.min(row.captured, row.left), top, tall);
    if (row.archived !== null) this.bar("archived", row.from, Math.min(row.archived, row.left), top, tall);
    this.density(row.merged, "unsafe", top, tall);
    this.density(row.gaps, "gap", top, tall);
    this.words(row, top, tall);
    for (const base of row.bases) this.diamond(this.x(base.at), top + tall / 2);
  }

  label(row, top, tall) {
    const c = this.context;
    const room = this.left - 8;
    c.textAlign = "left";
    c.textBaseline = "middle";
    c.fillStyle = this.color.text;
    c.font = row.cluster ? `600 ${FONT}` : FONT;
    const name = this.clipped(row.label, room);
    const wide = c.measureText(name).width;
    c.fillText(name, 0, top + tall / 2 + 0.5);
    if (row.sub !== row.label && wide + 40 < room) {
      c.font = SMALL;
      c.fillStyle = this.color.quiet;
      c.fillText(this.clipped(row.sub, room - wide - 7), wide + 7, top + tall / 2 + 1);
    }
  }

  clipped(text, room) {
    const c = this.context;
    if (c.measureText(text).width <= room) return text;
    let end = text.length;
    while (end > 1 && c.measureText(`${text.slice(0, end)}…`).width > room) end--;
    return `${text.slice(0, end)}…`;
  }

  bar(kind, from, to, top, tall) {
    const a = Math.max(this.left, this.x(from)), b = Math.min(this.left + this.plot, this.x(to));
    if (b > a) this.fill(kind, a, top, b - a, tall);
  }

  fill(kind, x, y, wide, tall) {
    const c = this.context;
    c.fillStyle = this.color[kind === "captured" ? "none" : kind];
    c.fillRect(x, y, wide, tall);
    if (this.patterns[kind]) {
      c.fillStyle = this.patterns[kind];
      c.fillRect(x, y, wide, tall);
    }
  }

  /** Columns that lie wholly in the ranges are filled; of others the share, from below. */
  density(ranges, kind, top, tall) {
    const columns = Math.floor(this.plot);
    const levels = this.levels(shares(ranges, this.view.from, this.view.to, columns));
    for (let x = 0; x < columns;) {
      const level = levels[x];
      let end = x + 1;
      while (end < columns && levels[end] === level) end++;
      if (level > 0) {
        const high = Math.round(tall * level);
        this.fill(kind, this.left + x, top + tall - high, Math.max(end - x, 2), high);
      }
      x = end;
    }
  }

  /** Heights in steps, so that neighbours join; an interval that begins or ends within a column has straight edges. */
  levels(share) {
    const levels = share.map(one => one <= 0 ? 0 : one >= 0.98 ? 1 : LEAST_SHARE + Math.round(one * 8) / 8 * (0.9 - LEAST_SHARE));
    for (let x = 0; x < levels.length;) {
      let end = x + 1;
      if (levels[x] > 0) {
        while (end < levels.length && levels[end] > 0) end++;
        const run = levels.subarray(x, end);
        const partial = run.filter(one => one < 1).length;
        if (partial <= 2 && end - x > 2) run.fill(1);
        else if (end - x <= 3) run.fill(Math.max(...run));
      }
      x = end;
    }
    return levels;
  }

  /** What it is, where there is room for it. */
  words(row, top, tall) {
    const c = this.context;
    c.font = SMALL;
    c.textBaseline = "middle";
    c.textAlign = "left";
    let free = 0, drawn = 0;
    const least = 30 * (this.view.to - this.view.from) / this.plot; // no word is shorter
    for (const one of [...(row.gaps ?? []), ...row.unsafe]) {
      if (one.to - one.from < least || one.to < this.view.from || one.from > this.view.to) continue;
      const a = Math.max(this.left, this.x(one.from)), b = Math.min(this.left + this.plot, this.x(one.to));
      const wide = c.measureText(one.kind).width + 10;
      if (b - a < wide + 8 || a < free) continue;
      c.fillStyle = this.color.card;
      c.fillRect(a + 4, top + tall / 2 - 8, wide, 16);
      c.fillStyle = this.color.text;
      c.fillText(one.kind, a + 9, top + tall / 2 + 0.5);
      free = a + wide + 12;
      if (++drawn > 200) return;
    }
  }

  diamond(x, y, c = this.context) {
    c.beginPath();
    c.moveTo(x, y - 8);
    c.lineTo(x + 7, y);
    c.lineTo(x, y + 8);
    c.lineTo(x - 7, y);
    c.closePath();
    c.fillStyle = this.color.base;
    c.fill();
    c.strokeStyle = this.color.card;
    c.lineWidth = 1.5;
    c.stroke();
  }

  marks(scene, cursor, focus) {
    const labels = [];
    labels.push(this.mark(scene.watermark, "watermark", this.color.mark, [6, 3]));
    labels.push(this.mark(scene.now, "now", this.color.now, [2, 3]));
    this.placed(labels.filter(Boolean));
    if (focus) this.outline(focus);
    if (cursor !== null && cursor >= this.view.from && cursor <= this.view.to) this.pointer(this.x(cursor));
  }

  mark(at, name, color, dash) {
    if (at < this.view.from || at > this.view.to || at <= 0) return null;
    const x = Math.round(this.x(at)) + 0.5;
    this.context.setLineDash(dash);
    this.line(x, AXIS - 4, this.tall - FOOT + 4, color, 2);
    this.context.setLineDash([]);
    return { x, name, color };
  }

  /** Labels beneath the rows, none over another. */
  placed(labels) {
    const c = this.context;
    c.font = SMALL;
    c.textBaseline = "alphabetic";
    c.textAlign = "left";
    let free = this.width;
    for (const { x, name, color } of labels.sort((a, b) => b.x - a.x)) {
      const wide = c.measureText(name).width;
      const at = Math.max(this.left, Math.min(x - wide / 2, free - wide));
      c.fillStyle = color;
      c.fillText(name, at, this.tall - 7);
      free = at - 10;
    }
  }

  pointer(x) {
    const c = this.context;
    const at = Math.round(x) + 0.5;
    this.line(at, AXIS - 6, this.tall - FOOT + 2, this.color.card, 4);
    this.line(at, AXIS - 6, this.tall - FOOT + 2, this.color.text, 2);
    c.fillStyle = this.color.text;
    c.beginPath();
    c.moveTo(at - 6, AXIS - 9);
    c.lineTo(at + 6, AXIS - 9);
    c.lineTo(at, AXIS);
    c.closePath();
    c.fill();
  }

  outline(range) {
    const c = this.context;
    const a = Math.max(this.left, this.x(range.from)), b = Math.min(this.left + this.plot, Math.max(this.x(range.to), this.x(range.from) + 3));
    if (b < this.left || a > this.left + this.plot) return;
    c.strokeStyle = this.color.focus;
    c.lineWidth = 2.5;
    c.strokeRect(a - 1.5, AXIS - 2, b - a + 3, CLUSTER + 4);
  }

  line(x, from, to, color, wide) {
    const c = this.context;
    c.strokeStyle = color;
    c.lineWidth = wide;
    c.beginPath();
    c.moveTo(x, from);
    c.lineTo(x, to);
    c.stroke();
  }

  makePatterns(context) {
    const tile = (size, paint) => {
      const sheet = document.createElement("canvas");
      sheet.width = sheet.height = Math.round(size * this.ratio);
      const c = sheet.getContext("2d");
      c.scale(sheet.width / size, sheet.height / size);
      paint(c, size);
      const pattern = context.createPattern(sheet, "repeat");
      pattern.setTransform(new DOMMatrix().scale(size / sheet.width));
      return pattern;
    };
    const strokes = (c, color, wide, lines) => {
      c.strokeStyle = color;
      c.lineWidth = wide;
      c.beginPath();
      for (const [a, b, d, e] of lines) { c.moveTo(a, b); c.lineTo(d, e); }
      c.stroke();
    };
    const rising = s => [[-1, 1, 1, -1], [-1, s + 1, s + 1, -1], [s - 1, s + 1, s + 1, s - 1]];
    const falling = s => [[-1, -1, s + 1, s + 1], [-1, s - 1, 1, s + 1], [s - 1, -1, s + 1, 1]];
    return {
      unsafe: tile(7, (c, s) => strokes(c, this.color["unsafe-ink"], 1.5, rising(s))),
      gap: tile(7, (c, s) => strokes(c, this.color["gap-ink"], 1, [...rising(s), ...falling(s)])),
      captured: tile(6, (c, s) => strokes(c, this.color.archived, 2.5, [[0, s / 2, s, s / 2]])),
      none: tile(6, c => { c.fillStyle = this.color["none-ink"]; c.fillRect(2, 2, 1.5, 1.5); }),
    };
  }

  /** The same patterns, small. */
  legend(canvases) {
    const own = this.context;
    for (const canvas of canvases) {
      const ratio = window.devicePixelRatio || 1;
      const wide = canvas.dataset.key === "base" ? 18 : 36;
      canvas.width = wide * ratio;
      canvas.height = 18 * ratio;
      canvas.style.width = `${wide}px`;
      canvas.style.height = "18px";
      const c = canvas.getContext("2d");
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.ratio = ratio;
      this.patterns = this.makePatterns(c);
      this.context = c;
      const key = canvas.dataset.key;
      if (key === "base") {
        this.diamond(9, 9);
      } else {
        this.fill(key === "mixed" ? "safe" : key, 1, 2, 34, 14);
        if (key === "mixed") this.fill("unsafe", 1, 9, 34, 7);
        c.strokeStyle = this.color.line;
        c.strokeRect(1, 2, 34, 14);
      }
    }
    this.context = own;
    this.patterns = null;
  }
}
