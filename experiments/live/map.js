// Draws what frames.py sees of a run: the map of the line, and the timeline below it. An ES module that
// imports nothing: a page inlines it, a widget imports it. It decides nothing: all figures come from Python.
//
// The line lies on its real course where the whole of it is in view, and straight, as the model has it,
// close by; in between the one turns into the other. Metres across the line are drawn too wide where the
// whole line is in view, by a scale that `LineMap.widths` tells, and to scale in a view of 4 km and less.

const INK = "#1a1a1a", FAINT = "#767676", PALE = "#d9d9d9", BAND = "#f3f3ee", CLEAR = "#ffffff";
export const SIDES = [
  { name: "north", ink: "#1d7a58", fill: "#4dba93", dash: [] },
  { name: "south", ink: "#882255", fill: "#b05a86", dash: [7, 4] },
];
export const RUNG_INK = ["#6b6b6b", "#b97700", "#d55e00", "#b00020", "#800018", "#4a0010", "#000000"];
const BOTH_CLAIM = "#e8a58a", NEITHER_CLAIMS = "#a9c6e2"; // ground that both sides hold for theirs, or neither
const TALKS_FILL = {
  none: CLEAR, proposed: "#bbbbbb", ignored: "#f0c14b", refused: "#d55e00", accepted: "#9ad0f0",
  in_session: "#56b4e9", agreed: "#0072b2", collapsed: "#882255", implemented: "#4dba93", suspended: INK,
};
const FONT = '"dmz letters", system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif';
const ABSENT = 255, PLANES = 4, QUANTUM_M = 0.1; // as packing.py
const TRUE_BELOW_M = 4000, STRAIGHT_BELOW_M = 6000, COURSE_ABOVE_M = 30000; // widths of the view
const NARROWEST_M = 60, CLOSE_MPP = 8, NEAR_M = 20;
const HALF_BAND = 0.11; // of the canvas: half of what the ground within 2 km of the line takes, from afar
const DAY = 1440;
const PARTS = Array.from({ length: 25 }, (_, k) => k / 24); // of a county's stretch, where it is looked for in the view
export const UNSEEN = 0, WATCHED = 1, IN_INCIDENT = 2; // frames.Doing

// -- what packing.py packed ----------------------------------------------------------------------

function planes(bytes, at, rows, columns, quantum = QUANTUM_M) {
  const n = rows * columns, found = new Float32Array(n);
  for (let row = 0, i = 0; row < rows; row++) {
    let whole = 0;
    for (let column = 0; column < columns; column++, i++) {
      let step = 0;
      for (let plane = 0; plane < PLANES; plane++) step |= bytes[at + plane * n + i] << (8 * plane);
      whole += step;
      found[i] = whole * quantum;
    }
  }
  return found;
}

/** Frames in a row: by outing `row`, `side`, ..; by outing and frame `s`, `d`, .. (outing * ticks + frame). */
export function readFrames(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [n, ticks, matrices] = [0, 4, 8].map((at) => view.getUint32(at, true)), quantum = view.getFloat32(12, true);
  let at = 16;
  const take = (count, size, get) => {
    const found = Array.from({ length: count }, (_, i) => get.call(view, at + i * size, true));
    at += count * size;
    return found;
  };
  const minutes = take(ticks, 8, view.getFloat64);
  const row = take(n, 4, view.getInt32), watcher = take(n, 4, view.getInt32);
  const margin = take(n, 4, view.getFloat32), what = take(3 * n, 1, view.getUint8);
  const each = (k) => Array.from({ length: n }, (_, i) => what[3 * i + k]);
  const doing = bytes.subarray(at, at + n * ticks);
  at += n * ticks;
  const matrix = (k) => planes(bytes, at + k * PLANES * n * ticks, n, ticks, quantum);
  const [s, d, thought, fixed] = [0, 1, 2, 3].map((k) => (k < matrices ? matrix(k) : null));
  return { n, ticks, minutes, row, watcher, margin, side: each(0), kind: each(1), persons: each(2), doing,
    s, d, thought: thought || d, fixed: fixed || d };
}

/**
 * The lines in force: `lines` north, south, commission, and what north and south act on; `standing`. `before`:
 * the border from which what was packed differs, if it was packed so.
 */
export function readBorder(bytes, before = null) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nodes = view.getUint32(0, true), markers = view.getUint32(4, true);
  const all = planes(bytes, 8 + markers, 5, nodes);
  const lines = Array.from({ length: 5 }, (_, i) => all.subarray(i * nodes, (i + 1) * nodes));
  if (before) lines.forEach((line, i) => line.forEach((_, j) => (line[j] += before.lines[i][j])));
  return { standing: bytes.subarray(8, 8 + markers), lines };
}

/** The units on shift at minute `t` of some frames: between two of them on the straight way. */
export function unitsAt(frames, t) {
  const { minutes, ticks } = frames, units = [];
  let k = 0;
  while (k + 1 < ticks && minutes[k + 1] <= t) k++;
  const share = k + 1 < ticks ? Math.min(1, Math.max(0, (t - minutes[k]) / (minutes[k + 1] - minutes[k]))) : 0;
  for (let i = 0; i < frames.n; i++) {
    const here = i * ticks + k;
    if (frames.doing[here] === ABSENT) continue;
    const goes = share > 0 && frames.doing[here + 1] !== ABSENT;
    const between = (of) => (goes ? of[here] + share * (of[here + 1] - of[here]) : of[here]);
    units.push({
      row: frames.row[i], side: frames.side[i], kind: frames.kind[i], persons: frames.persons[i],
      watcher: frames.watcher[i], margin: frames.margin[i], doing: frames.doing[here],
      s: between(frames.s), d: between(frames.d), thought: between(frames.thought), fixed: between(frames.fixed),
    });
  }
  return units;
}

// -- words ---------------------------------------------------------------------------------------

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n) => String(n).padStart(2, "0");

function dateOf(ground, minute) {
  return new Date(Date.parse(ground.first + "T00:00:00Z") + 60000 * Math.round(minute));
}

/** A minute of the run as a date and a time of day. */
export function clock(ground, minute) {
  const at = dateOf(ground, minute);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ` +
    `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** A depth in words: on whose side of the true line. */
export function sideOf(d) {
  const metres = Math.abs(d) < 9.95 ? Math.abs(d).toFixed(1) : Math.abs(d).toFixed(0);
  return Math.abs(d) < 0.05 ? "on the line" : `${metres} m ${d > 0 ? "north" : "south"}`;
}

export function length(metres) {
  const round = (x) => (x >= 9.95 ? x.toFixed(0) : x >= 0.995 ? String(+x.toFixed(1)) : String(+x.toPrecision(2)));
  return metres >= 1000 ? `${round(metres / 1000)} km` : `${round(metres)} m`;
}

/** The mean of a line around node `j`, over as many nodes as are drawn as one. */
function mean(line, j, stride) {
  if (stride < 2) return line[j];
  const from = Math.max(0, j - (stride >> 1)), to = Math.min(line.length, from + stride);
  let sum = 0;
  for (let k = from; k < to; k++) sum += line[k];
  return sum / (to - from);
}

// -- the map -------------------------------------------------------------------------------------

/** The map of a run on a canvas. `ground` is packing.plain_ground's. Set a border, then draw moments. */
export class LineMap {
  constructor(canvas, ground) {
    this.canvas = canvas;
    this.ground = ground;
    this.pen = canvas.getContext("2d");
    this.still = document.createElement("canvas");
    this.border = null;
    this.only = null; // a side, of whose lines alone something is drawn
    this.changed = () => {};
    this._course();
    this.resize();
    this.view = { s: ground.length / 2, d: 0, width: this.whole };
    this._pointers();
  }

  // - where it looks

  _course() {
    const { course, length } = this.ground, n = 4000;
    this.xs = new Float64Array(n + 1);
    this.ys = new Float64Array(n + 1);
    for (let i = 0, j = 0; i <= n; i++) {
      const s = (length * i) / n;
      while (j + 2 < course.length && course[j + 1][0] < s) j++;
      const [a, b] = [course[j], course[j + 1]], share = Math.min(1, (s - a[0]) / (b[0] - a[0]));
      this.xs[i] = a[1] + share * (b[1] - a[1]);
      this.ys[i] = a[2] + share * (b[2] - a[2]);
    }
    const of = (values) => [Math.min(...values), Math.max(...values)];
    this.box = [...of(this.xs), ...of(this.ys)];
  }

  resize() {
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const was = this.view && this.view.width >= 0.999 * this.whole;
    this.w = Math.max(50, this.canvas.clientWidth);
    this.h = Math.max(50, this.canvas.clientHeight);
    for (const each of [this.canvas, this.still]) {
      each.width = Math.round(this.w * ratio);
      each.height = Math.round(this.h * ratio);
      each.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.ratio = ratio;
    const [left, right, bottom, top] = this.box, band = 2.6 * HALF_BAND * Math.min(this.h, this.w);
    const mpp = Math.max((right - left) / (this.w - band * 0.9), (top - bottom) / (this.h - band));
    this.whole = mpp * this.w; // metres across the canvas at which the whole line is in view
    if (was) this.view.width = this.whole;
    this.stale = true;
  }

  look({ s = this.view.s, d = this.view.d, width = this.view.width }, quiet = false) {
    const most = this.whole, { length, half } = this.ground;
    this.view = {
      width: Math.min(most, Math.max(NARROWEST_M, width)),
      s: Math.min(length, Math.max(0, s)),
      d: Math.min(half, Math.max(-half, d)),
    };
    this.stale = true;
    if (!quiet) this.changed(this.view);
  }

  zoomBy(factor, x = this.w / 2) {
    const before = this.along(x);
    this.look({ width: this.view.width * factor }, true);
    this.look({ s: this.view.s + before - this.along(x) });
  }

  /** Whether it is close enough for lines, marks and errors to be told apart: 8 m a pixel. */
  get close() {
    return this.view.width / this.w < CLOSE_MPP;
  }

  /** Roughly where along the line a pixel from the left is. */
  along(x) {
    return this.view.s + (x - this.w / 2) * (this.view.width / this.w);
  }

  panBy(px) {
    this.look({ s: this.view.s + px * (this.view.width / this.w) });
  }

  _pointers() {
    const down = new Map();
    let moved = 0;
    const canvas = this.canvas;
    canvas.style.touchAction = "pan-y";
    canvas.addEventListener("pointerdown", (event) => {
      down.set(event.pointerId, event.offsetX);
      moved = 0;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!down.has(event.pointerId)) return;
      const was = down.get(event.pointerId), others = [...down].filter(([id]) => id !== event.pointerId);
      down.set(event.pointerId, event.offsetX);
      moved += Math.abs(event.offsetX - was);
      if (others.length === 1) {
        const fixed = others[0][1], before = Math.abs(was - fixed), now = Math.abs(event.offsetX - fixed);
        if (before > 5 && now > 5) this.zoomBy(before / now, (fixed + event.offsetX) / 2);
      } else if (!others.length) this.panBy(was - event.offsetX);
    });
    const up = (event) => {
      if (down.delete(event.pointerId) && moved < 5 && event.type === "pointerup") {
        const found = this.nearest(event.offsetX, event.offsetY);
        if (found) this.picked(found);
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey && document.activeElement !== canvas) return; // the page scrolls
      event.preventDefault();
      this.zoomBy(Math.exp(0.002 * (event.deltaY || event.deltaX)), event.offsetX); // with shift a wheel goes across
    }, { passive: false });
  }

  picked() {} // an incident of the last moment that was clicked

  nearest(x, y) {
    let best = null, least = 24 ** 2;
    for (const [incident, at] of this.flares || []) {
      const away = (at[0] - x) ** 2 + (at[1] - y) ** 2;
      if (away < least) [best, least] = [incident, away];
    }
    return best;
  }

  // - from the model's metres to pixels

  _lay() {
    const { width, s } = this.view, { half } = this.ground, clamp = (x) => Math.min(1, Math.max(0, x));
    this.mpp = width / this.w;
    const inLog = (x, low, high) => clamp(Math.log(x / low) / Math.log(high / low));
    const atMost = (metres, share) => Math.min(metres, share * this.whole); // a line may be a kilometre long
    this.bent = inLog(width, atMost(STRAIGHT_BELOW_M, 0.3), atMost(COURSE_ABOVE_M, 0.8)); // 0: straight
    const far = inLog(width, atMost(TRUE_BELOW_M, 0.2), this.whole), band = HALF_BAND * Math.min(this.h, this.w);
    this.toScale = far === 0;
    this.near = NEAR_M * 10 ** (3.5 * (1 - far)); // metres up to which widths grow evenly
    this.half = Math.exp((1 - far) * Math.log(half) + far * Math.log(Math.max(half, band * this.mpp)));
    this.asinh = Math.asinh(half / this.near);
    this.chord = Math.max(4000, 1.2 * this.half);
    const [left, right, bottom, top] = this.box, middle = [(left + right) / 2, (bottom + top) / 2];
    const nearer = clamp(Math.log(this.whole / width) / Math.log(3)), at = this._on(s);
    this.centre = [0, 1].map((i) => middle[i] + nearer * (at[i] - middle[i]));
    this.across = this.toScale ? this.view.d : 0;
  }

  /** Metres that are drawn for `d` metres across the line. */
  drawn(d) {
    return this.toScale ? d : Math.sign(d) * this.half * Math.asinh(Math.abs(d) / this.near) / this.asinh;
  }

  /** How many times too wide the ground beside the line is drawn. */
  get widths() {
    return this.toScale ? 1 : this.half / (this.near * this.asinh);
  }

  _on(s) {
    const n = this.xs.length - 1, at = Math.min(n, Math.max(0, (s / this.ground.length) * n));
    const i = Math.min(n - 1, Math.floor(at)), share = at - i;
    return [this.xs[i] + share * (this.xs[i + 1] - this.xs[i]), this.ys[i] + share * (this.ys[i + 1] - this.ys[i])];
  }

  /** The pixel of a place of the model. */
  pixel(s, d) {
    const wide = this.drawn(d);
    let x = (s - this.view.s) / this.mpp + this.w / 2, y = this.h / 2 - (wide - this.across) / this.mpp;
    if (this.bent > 0) {
      const [px, py] = this._on(s), a = this._on(s - this.chord), b = this._on(s + this.chord);
      const east = b[0] - a[0], north = b[1] - a[1], long = Math.hypot(east, north) || 1;
      const cx = (px - (wide * north) / long - this.centre[0]) / this.mpp + this.w / 2;
      const cy = this.h / 2 - (py + (wide * east) / long - this.centre[1]) / this.mpp;
      x += this.bent * (cx - x);
      y += this.bent * (cy - y);
    }
    return [x, y];
  }

  /** From and to where along the line something can be in view. */
  _inView() {
    if (this.bent > 0.5) return [0, this.ground.length];
    const reach = this.view.width * (0.55 + 3 * this.bent);
    return [Math.max(0, this.view.s - reach), Math.min(this.ground.length, this.view.s + reach)];
  }

  // - what stands still

  setBorder(border) {
    if (border !== this.border) this.stale = true;
    this.border = border;
  }

  _path(pen, values, from, to, stride) {
    const step = this.ground.step;
    pen.beginPath();
    for (let j = from; j <= to; j += stride) pen.lineTo(...this.pixel(j * step, values ? mean(values, j, stride) : 0));
  }

  _drawStill() {
    this._lay();
    const pen = this.still.getContext("2d"), { step, length, half } = this.ground, [low, high] = this._inView();
    const nodes = this.border ? this.border.lines[0].length - 1 : Math.ceil(length / step);
    const from = Math.max(0, Math.floor(low / step) - 1), to = Math.min(nodes, Math.ceil(high / step) + 1);
    const stride = this.mpp < step ? 1 : Math.ceil((3 * this.mpp) / step);
    pen.fillStyle = CLEAR;
    pen.fillRect(0, 0, this.w, this.h);
    this._drawBand(pen, from, to, stride, half);
    if (this.border && this.only === null) this._drawContested(pen, from, to, stride);
    this._drawCounties(pen, low, high);
    this._drawMarkers(pen, low, high);
    this._drawLines(pen, from, to, stride);
    this._drawPosts(pen, low, high);
    this._drawScale(pen);
    this.stale = false;
  }

  _drawBand(pen, from, to, stride, half) {
    const edge = (d) => {
      for (let j = from; j <= to; j += stride) pen.lineTo(...this.pixel(j * this.ground.step, d));
    };
    pen.beginPath();
    edge(half);
    for (let j = to; j >= from; j -= stride) pen.lineTo(...this.pixel(j * this.ground.step, -half));
    pen.fillStyle = BAND;
    pen.fill();
    pen.strokeStyle = PALE;
    pen.lineWidth = 1;
    for (const d of [half, -half]) {
      pen.beginPath();
      edge(d);
      pen.stroke();
    }
  }

  _drawContested(pen, from, to, stride) {
    const [north, south] = this.border.lines, step = this.ground.step;
    const claims = { [BOTH_CLAIM]: new Path2D(), [NEITHER_CLAIMS]: new Path2D() };
    for (let j = from; j < to; j += stride) {
      const k = Math.min(to, j + stride), [n0, n1, s0, s1] = [north, south].flatMap((line) => [mean(line, j, stride), mean(line, k, stride)]);
      const path = claims[n0 + n1 < s0 + s1 ? BOTH_CLAIM : NEITHER_CLAIMS];
      path.moveTo(...this.pixel(j * step, n0));
      path.lineTo(...this.pixel(k * step, n1));
      path.lineTo(...this.pixel(k * step, s1));
      path.lineTo(...this.pixel(j * step, s0));
      path.closePath();
    }
    for (const [fill, path] of Object.entries(claims)) {
      pen.fillStyle = fill;
      pen.fill(path);
    }
  }

  _drawCounties(pen, low, high) {
    const half = this.ground.half;
    pen.textBaseline = "middle";
    for (const [name, begins, ends] of this.ground.counties) {
      if (begins > low) {
        const [a, b] = [this.pixel(begins, half), this.pixel(begins, -half)];
        pen.strokeStyle = PALE;
        pen.setLineDash([2, 3]);
        pen.beginPath();
        pen.moveTo(...a);
        pen.lineTo(...b);
        pen.stroke();
        pen.setLineDash([]);
      }
      const from = Math.max(begins, low), to = Math.min(ends, high);
      if (from >= to) continue;
      const seen = PARTS.map((share) => from + share * (to - from)).filter((s) => this.bent === 0 || this._shows(...this.pixel(s, 0)));
      if (!seen.length) continue; // its stretch is near enough, and yet outside: the line bends
      const middle = (seen[0] + seen[seen.length - 1]) / 2;
      const edge = this.pixel(middle, -half), inner = this.pixel(middle, 0);
      const away = Math.hypot(edge[0] - inner[0], edge[1] - inner[1]) || 1;
      const [x, y] = [0, 1].map((i) => edge[i] + (14 * (edge[i] - inner[i])) / away);
      const size = this.w < 500 ? 10 : 12, room = 0.32 * size * name.length + 4;
      const inside = Math.min(this.w - room, Math.max(room, x));
      this._say(pen, name, inside, Math.min(y, this.h - 34), { ink: FAINT, align: "center", size });
    }
    if (this.bent === 1) {
      const [west, east] = this.ground.ends, size = this.w < 500 ? 10 : 12;
      const [a, b] = [this.pixel(0, -half), this.pixel(this.ground.length, half)];
      this._say(pen, west, Math.max(4, a[0] - 8), Math.min(a[1] + 14, this.h - 34), { ink: "#2b6a94", size, italic: true });
      this._say(pen, east, Math.min(this.w - 6, b[0] + 30), Math.max(12, b[1] - 12), { ink: "#2b6a94", size, align: "right", italic: true });
    }
  }

  _shows(x, y) {
    return x >= 0 && x <= this.w && y >= 0 && y <= this.h;
  }

  _drawMarkers(pen, low, high) {
    if (!this.border) return;
    const [wide, tall] = this.mpp < 30 ? [4, 13] : [1, 7];
    for (const stands of [0, 1]) {
      const path = new Path2D();
      this.ground.markers.forEach((s, i) => {
        if (s < low || s > high || !this.border.standing[i] !== !stands) return;
        const [x, y] = this.pixel(s, 0);
        if (stands) path.rect(x - wide / 2, y - tall / 2, wide, tall);
        else if (this.mpp < 30) (path.moveTo(x + wide / 2, y), path.arc(x, y, wide / 2, 0, 7));
      });
      pen.strokeStyle = FAINT;
      pen.fillStyle = this.mpp < 30 ? "#caa200" : "#dcc050";
      pen.lineWidth = 1;
      if (stands) pen.fill(path);
      if (this.mpp < 30) pen.stroke(path);
    }
  }

  /** The belief lines and what is acted on, and in a close view their names at the right edge. */
  _drawLines(pen, from, to, stride) {
    const names = [];
    const draw = (values, name, ink, width, dash) => {
      pen.strokeStyle = ink;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      this._path(pen, values, from, to, stride);
      pen.stroke();
      pen.setLineDash([]);
      const s = Math.min(this.ground.length, this.view.s + 0.5 * this.view.width), j = Math.min(to, Math.max(from, Math.round(s / this.ground.step)));
      names.push({ name, ink, y: this.pixel(s, values ? values[j] : 0)[1] });
    };
    const close = this.close;
    if (this.border) {
      const [north, south, commission, northActs, southActs] = this.border.lines;
      if (close && this.only === null) draw(commission, "commission's line", "#555555", 1, [1, 3]);
      for (const [side, line, acts] of [[0, north, northActs], [1, south, southActs]]) {
        if (this.only !== null && side !== this.only) continue;
        let apart = 0;
        for (let j = from; j <= to; j++) apart = Math.max(apart, Math.abs(line[j] - acts[j]));
        const { name, ink, dash } = SIDES[side];
        draw(line, `${name}'s line${apart < 0.05 && close ? ", and acts on it" : ""}`, ink, close ? 2 : 1, dash);
        if (close && apart >= 0.05) draw(acts, `${name} acts on this`, ink, 1, [12, 3, 2, 3]);
      }
    }
    if (this.only === null) draw(null, "true line", close ? INK : "#555555", close ? 1.5 : 0.6, []);
    if (!close) return;
    names.sort((a, b) => a.y - b.y);
    const gap = 15, shown = names.filter(({ y }) => y > 0 && y < this.h);
    let last = -Infinity;
    for (const each of shown) last = each.at = Math.max(each.y - 7, last + gap);
    let limit = this.h - 44;
    for (const each of [...shown].reverse()) limit = (each.at = Math.min(each.at, limit)) - gap;
    for (const each of shown) this._say(pen, each.name, this.w - 8, each.at, { ink: each.ink, align: "right", halo: true });
  }

  _drawPosts(pen, low, high) {
    const size = this.mpp < 30 ? 5 : 2.2;
    for (const side of [0, 1]) {
      const path = new Path2D();
      for (const [whose, s, d] of this.ground.posts) {
        if (whose !== side || s < low || s > high) continue;
        const [x, y] = this.pixel(s, d), up = side === 0 ? 1 : -1; // a post points at the line
        path.moveTo(x - size, y - up * size);
        path.lineTo(x + size, y - up * size);
        path.lineTo(x, y + up * size);
        path.closePath();
      }
      pen.fillStyle = SIDES[side].ink;
      pen.globalAlpha = this.mpp < 30 ? 1 : 0.55;
      pen.fill(path);
      pen.globalAlpha = 1;
    }
  }

  /** What a length is on the map, along the line and across it. */
  _drawScale(pen) {
    const most = this.mpp * Math.min(160, this.w / 3), base = 10 ** Math.floor(Math.log10(most));
    const metres = [5, 2, 1].map((k) => k * base).find((x) => x <= most), px = metres / this.mpp, y = this.h - 12;
    pen.strokeStyle = INK;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(10, y - 4);
    pen.lineTo(10, y);
    pen.lineTo(10 + px, y);
    pen.lineTo(10 + px, y - 4);
    pen.stroke();
    this._say(pen, `${length(metres)}${this.toScale ? ", to scale both ways" : " along"}`, 16 + px, y - 3, { halo: true });
    if (this.toScale) return;
    pen.strokeStyle = INK;
    pen.lineWidth = 1.5;
    const x = this.w - 12, marks = [10, 50, 200, 1000, this.ground.half].filter((d) => d <= this.ground.half);
    const zero = this.h - 14, up = (d) => zero - this.drawn(d) / this.mpp;
    pen.beginPath();
    pen.moveTo(x, zero);
    pen.lineTo(x, up(this.ground.half));
    pen.stroke();
    const all = [0, ...marks];
    for (const d of all) {
      pen.moveTo(x, up(d));
      pen.lineTo(x - 5, up(d));
    }
    pen.stroke();
    let last = zero + 30;
    for (const d of all) {
      const at = up(d), crowded = last - at < 11 || (d !== this.ground.half && at - up(this.ground.half) < 11);
      if (crowded && d !== this.ground.half) continue;
      last = at;
      this._say(pen, length(d).replace(/^0 m$/, "line"), x - 8, at, { align: "right", size: 10, halo: true });
    }
    const words = `across: ×${this.widths >= 10 ? this.widths.toFixed(0) : this.widths.toFixed(1)} at the line`;
    this._say(pen, words, x + 6, up(this.ground.half) - 12, { align: "right", size: 11, halo: true });
  }

  _say(pen, text, x, y, { ink = INK, align = "left", size = this.w < 500 ? 11 : 12, halo = false, italic = false, bold = false } = {}) {
    pen.font = `${italic ? "italic " : ""}${bold ? "600 " : ""}${size}px ${FONT}`;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    if (halo) {
      pen.strokeStyle = "rgba(255,255,255,0.85)";
      pen.lineWidth = 4;
      pen.lineJoin = "round";
      pen.strokeText(text, x, y);
    }
    pen.fillStyle = ink;
    pen.fillText(text, x, y);
  }

  // - what moves

  /**
   * Draw a moment: `units` as unitsAt gives them, `incidents` (plain ones, `rung` so far, `age` minutes since
   * they opened, `over` where they have closed), and the misjudged look of one of them, where that is wanted.
   */
  draw({ units, incidents, told = null }) {
    if (this.stale) this._drawStill();
    const pen = this.pen;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.still, 0, 0);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const [low, high] = this._inView(), close = this.close;
    const inView = units.filter(({ s }) => s >= low && s <= high);
    for (const unit of inView) if (close && unit.doing !== UNSEEN && !told) this._drawErrors(unit);
    this._drawFlares(incidents);
    for (const unit of inView) this._drawUnit(unit, close);
    if (told && told.misjudged && close) this._drawMisjudged(told);
  }

  _shape(kind, x, y, r) {
    const pen = this.pen;
    pen.beginPath();
    if (kind === 0) pen.arc(x, y, r, 0, 7);
    else if (kind === 1) pen.rect(x - r, y - r, 2 * r, 2 * r);
    else {
      pen.moveTo(x, y - 1.3 * r);
      pen.lineTo(x + 1.3 * r, y);
      pen.lineTo(x, y + 1.3 * r);
      pen.lineTo(x - 1.3 * r, y);
      pen.closePath();
    }
  }

  _drawUnit(unit, close) {
    const pen = this.pen, [x, y] = this.pixel(unit.s, unit.d), r = close ? 6 : this.w < 500 ? 2.4 : 3.2;
    this._shape(unit.kind, x, y, r);
    pen.fillStyle = SIDES[unit.side].fill;
    pen.strokeStyle = unit.doing === UNSEEN ? SIDES[unit.side].ink : INK;
    pen.lineWidth = unit.doing === UNSEEN ? 1 : 1.8;
    pen.fill();
    pen.stroke();
  }

  /** Of a unit that is watched: a hollow mark where it thinks it is, a cross where its watcher's fix puts it. */
  _drawErrors(unit) {
    const pen = this.pen, at = this.pixel(unit.s, unit.d);
    const thinks = this.pixel(unit.s, unit.thought), seen = this.pixel(unit.s, unit.fixed);
    pen.lineWidth = 1;
    pen.strokeStyle = SIDES[unit.side].ink;
    this._shape(unit.kind, thinks[0], thinks[1], 6);
    pen.stroke();
    this._link(at, thinks, SIDES[unit.side].ink, []);
    this._link(at, seen, SIDES[1 - unit.side].ink, [3, 3]);
    this._cross(seen, SIDES[1 - unit.side].ink);
    const post = this.ground.posts[unit.watcher];
    if (post) this._link(this.pixel(post[1], post[2]), seen, SIDES[1 - unit.side].fill, [1, 4]);
  }

  _link(a, b, ink, dash) {
    const pen = this.pen;
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(...a);
    pen.lineTo(...b);
    pen.stroke();
    pen.setLineDash([]);
  }

  _cross([x, y], ink, r = 6, wide = 2.2) {
    const pen = this.pen;
    pen.strokeStyle = ink;
    pen.lineWidth = wide;
    pen.beginPath();
    for (const way of [1, -1]) (pen.moveTo(x - r, y - way * r), pen.lineTo(x + r, y + way * r));
    pen.stroke();
  }

  _drawFlares(incidents) {
    const pen = this.pen, [low, high] = this._inView();
    this.flares = [];
    for (const each of incidents) {
      if (each.s < low || each.s > high) continue;
      const at = this.pixel(each.s, each.misjudged ? each.misjudged.d : each.d), r = 8 + 4 * each.rung;
      this.flares.push([each, at]);
      pen.strokeStyle = RUNG_INK[each.rung];
      pen.globalAlpha = each.over ? 0.35 : 1;
      pen.lineWidth = each.over ? 1 : 2.5;
      pen.beginPath();
      pen.arc(at[0], at[1], r, 0, 7);
      pen.stroke();
      if (!each.over) { // it spreads while it is open
        const spread = (0.12 * each.age) % 1;
        pen.globalAlpha = 1 - spread;
        pen.lineWidth = 1.5;
        pen.beginPath();
        pen.arc(at[0], at[1], r * (1 + 1.4 * spread), 0, 7);
        pen.stroke();
        pen.globalAlpha = 0.16;
        pen.fillStyle = RUNG_INK[each.rung];
        pen.fill();
      }
      pen.globalAlpha = 1;
    }
  }

  /** The look that opened an incident: where the unit was, thought it was, and was seen; by which lines. */
  _drawMisjudged(incident) {
    const look = incident.misjudged, side = 1 - incident.first, sign = side === 0 ? 1 : -1;
    const [unit, watcher] = [SIDES[side], SIDES[incident.first]];
    const at = this.pixel(look.s, look.d), thinks = this.pixel(look.s, look.thought), seen = this.pixel(look.s, look.fixed);
    const call = this.pixel(look.s, look.limit - sign * look.margin);
    const pen = this.pen, post = this.ground.posts[look.watcher];
    if (post) this._link(this.pixel(post[1], post[2]), seen, watcher.fill, [1, 4]);
    const narrow = this.w < 700, short = Math.min(70, this.w / 9);
    this._link([call[0] - short, call[1]], [call[0] + short, call[1]], watcher.ink, [2, 2]);
    this._link(at, thinks, unit.ink, []);
    this._link(at, seen, watcher.ink, [4, 3]);
    pen.strokeStyle = unit.ink;
    pen.lineWidth = 1.5;
    this._shape(incident.kind, thinks[0], thinks[1], 7);
    pen.fillStyle = "rgba(255,255,255,0.8)";
    pen.fill();
    pen.stroke();
    this._shape(incident.kind, at[0], at[1], 7);
    pen.fillStyle = unit.fill;
    pen.strokeStyle = INK;
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
    this._cross(seen, CLEAR, 7.5, 4.5);
    this._cross(seen, watcher.ink, 7);
    const lets = `${watcher.name} lets ${length(look.margin)} past its line go`;
    const labels = [
      { from: at, ink: INK, text: `${narrow ? "is" : "it is"} ${sideOf(look.d)}` },
      { from: thinks, ink: unit.ink, text: `thinks ${narrow ? "" : "it is "}${sideOf(look.thought)}` },
      { from: seen, ink: watcher.ink, text: `${narrow ? "" : "is "}seen ${sideOf(look.fixed)}` },
      { from: [call[0] - short, call[1]], ink: watcher.ink, text: narrow ? `let go: ${length(look.margin)}` : lets },
    ].sort((a, b) => a.from[1] - b.from[1]);
    let last = -Infinity;
    for (const each of labels) last = each.at = Math.max(each.from[1], last + 16, 20);
    let most = this.h - 40;
    for (const each of [...labels].reverse()) most = (each.at = Math.min(each.at, most)) - 16;
    const x = at[0] - short - (narrow ? 8 : 26);
    for (const each of labels) {
      this._link([x + 3, each.at], each.from, "#999999", [1, 2]);
      this._say(pen, each.text, x, each.at, { ink: each.ink, align: "right", halo: true, bold: true });
    }
  }
}

// -- the timeline --------------------------------------------------------------------------------

/**
 * Tension of both sides, where the talks stand, and incidents by rung, over a whole run. `run`:
 * {tension: [[north, south]..] by day, talks: [word..] by day, incidents, parts: [{minute}], most: the tension
 * up to which it is drawn, where several runs stand side by side, ended: the minute at which the run ended, if
 * before its horizon}.
 */
export class Timeline {
  constructor(canvas, ground, run, rungs) {
    Object.assign(this, { canvas, ground, run, rungs, pen: canvas.getContext("2d") });
    this.still = document.createElement("canvas");
    this.chosen = () => {};
    this.resize();
    let pressed = null; // on an incident, which a hand that trembles does not leave
    const choose = (event) => {
      const found = this.incidentAt(event.offsetX, event.offsetY);
      pressed = found ? event.offsetX : null;
      this.chosen(found ? found.opened : this.minuteAt(event.offsetX), found);
    };
    canvas.style.touchAction = "pan-y";
    canvas.addEventListener("pointerdown", (event) => (canvas.setPointerCapture(event.pointerId), choose(event)));
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons || (pressed !== null && Math.abs(event.offsetX - pressed) < 5)) return;
      pressed = null;
      this.chosen(this.minuteAt(event.offsetX), null);
    });
  }

  resize() {
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    this.ratio = ratio;
    this.w = Math.max(50, this.canvas.clientWidth);
    this.h = Math.max(50, this.canvas.clientHeight);
    for (const each of [this.canvas, this.still]) {
      each.width = Math.round(this.w * ratio);
      each.height = Math.round(this.h * ratio);
      each.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.left = this.w < 500 ? 64 : 122;
    this.stale = true;
  }

  x(minute) {
    return this.left + ((this.w - this.left - 10) * minute) / this.ground.horizon;
  }

  minuteAt(x) {
    const share = (x - this.left) / (this.w - this.left - 10);
    return Math.min(this.ground.horizon, Math.max(0, share * this.ground.horizon));
  }

  _row(rung) { // pixels from the top of a rung's row
    const rows = this.h - 24 - 14 - this.top;
    return this.top + rows * (1 - (rung + 0.5) / this.rungs.length);
  }

  get top() {
    return Math.round(0.36 * this.h);
  }

  incidentAt(x, y) {
    let best = null, least = 9 ** 2;
    for (const each of this.run.incidents) {
      const away = (this.x(each.opened) - x) ** 2 + (this._row(each.rung) - y) ** 2;
      if (away < least) [best, least] = [each, away];
    }
    return best;
  }

  draw(minute, told) {
    if (this.stale) this._drawStill();
    const pen = this.pen, x = this.x(minute);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.still, 0, 0);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (told) {
      pen.strokeStyle = INK;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(this.x(told.opened), this._row(told.rung), 8, 0, 7);
      pen.stroke();
    }
    pen.strokeStyle = "#0057b8";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, this.h - 14);
    pen.stroke();
  }

  _drawStill() {
    const pen = this.still.getContext("2d"), { ground, run } = this, small = this.w < 500 ? 9.5 : 11;
    const say = (text, x, y, { align = "right", ink = INK } = {}) => {
      pen.font = `${small}px ${FONT}`;
      pen.textAlign = align;
      pen.textBaseline = "middle";
      pen.fillStyle = ink;
      pen.fillText(text, x, y);
    };
    pen.fillStyle = CLEAR;
    pen.fillRect(0, 0, this.w, this.h);
    const warm = this.x(ground.begins), foot = this.h - 14, end = this.x(ground.horizon);
    pen.fillStyle = "#efefef";
    pen.fillRect(this.left, 0, warm - this.left, foot);
    if (warm - this.left > 46) say("warm-up", (this.left + warm) / 2, this.top - 17, { align: "center", ink: FAINT });
    if (run.ended) { // after it there is nothing
      pen.fillStyle = "#efefef";
      pen.fillRect(this.x(run.ended), 0, end - this.x(run.ended), foot);
      if (end - this.x(run.ended) > 46) say("ended", (this.x(run.ended) + end) / 2, this.top - 17, { align: "center", ink: FAINT });
    }
    this._drawMonths(pen, say, foot, end);
    // tension
    const most = run.most ?? Math.max(0.1, ...run.tension.flat()), height = this.top - 16, y = (v) => 8 + height * (1 - v / most);
    const short = this.w < 500;
    say(short ? most.toFixed(2) : `tension, to ${most.toFixed(2)}`, this.left - 6, 12);
    if (short) say("tension", this.left - 6, 26);
    say("0", this.left - 6, y(0));
    pen.strokeStyle = PALE;
    pen.beginPath();
    pen.moveTo(this.left, y(0));
    pen.lineTo(end, y(0));
    pen.stroke();
    for (const side of [0, 1]) {
      pen.strokeStyle = SIDES[side].ink;
      pen.setLineDash(SIDES[side].dash);
      pen.lineWidth = 1.5;
      pen.beginPath();
      run.tension.forEach((both, day) => pen.lineTo(this.x(day * DAY), y(both[side])));
      pen.stroke();
      pen.setLineDash([]);
      if (this.w >= 500) say(SIDES[side].name, this.left - 6, 26 + 13 * side, { ink: SIDES[side].ink });
    }
    // incidents by rung
    this.rungs.forEach((name, rung) => {
      say(this.w < 500 ? name.replace("casualties by fire", "casualties").replace("fire in another area", "other area").replace("warning shots", "warning").replace("heavy weapons", "heavy") : name, this.left - 6, this._row(rung), { ink: RUNG_INK[rung] });
      pen.strokeStyle = "#eeeeee";
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(this.left, this._row(rung));
      pen.lineTo(end, this._row(rung));
      pen.stroke();
    });
    for (const each of run.incidents) {
      pen.fillStyle = RUNG_INK[each.rung];
      pen.strokeStyle = CLEAR;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.arc(this.x(each.opened), this._row(each.rung), 4, 0, 7);
      pen.fill();
      pen.stroke();
    }
    // talks
    const at = this.h - 24 - 12;
    say("talks", this.left - 6, at + 6);
    run.talks.forEach((word, day) => {
      pen.fillStyle = TALKS_FILL[word] || PALE;
      pen.fillRect(this.x(day * DAY), at, this.x((day + 1) * DAY) - this.x(day * DAY) + 0.5, 11);
    });
    pen.strokeStyle = PALE;
    pen.strokeRect(this.left, at, end - this.left, 11);
    for (let day = 1, begun = 0; day <= run.talks.length; day++) {
      if (day < run.talks.length && run.talks[day] === run.talks[begun]) continue;
      const word = run.talks[begun].replace("_", " "), room = this.x(day * DAY) - this.x(begun * DAY);
      pen.font = `${small - 1}px ${FONT}`;
      const dark = ["agreed", "collapsed", "suspended", "refused"].includes(word);
      if (pen.measureText(word).width + 6 < room) say(word, this.x(begun * DAY) + 4, at + 6, { align: "left", ink: dark ? CLEAR : INK });
      begun = day;
    }
    for (const { minute } of run.parts || []) { // where two runs part
      const x = this.x(minute);
      pen.fillStyle = "#0057b8";
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x + 6, 7);
      pen.lineTo(x, 14);
      pen.lineTo(x - 6, 7);
      pen.closePath();
      pen.fill();
      pen.fillRect(x - 0.5, 0, 1, foot);
    }
    this.stale = false;
  }

  _drawMonths(pen, say, foot, end) {
    const days = Math.ceil(this.ground.horizon / DAY), room = (end - this.left) / (days / 30.4);
    const every = room > 34 ? 1 : room > 17 ? 2 : 3, short = days < 45; // then days are named, and no month between them
    const year = (date) => (room * every > 58 ? ` ${date.getUTCFullYear()}` : ` ’${String(date.getUTCFullYear()).slice(2)}`);
    for (let day = 0; day < days; day++) {
      const date = dateOf(this.ground, day * DAY), month = date.getUTCMonth();
      if (date.getUTCDate() !== 1 || month % every) continue;
      const x = this.x(day * DAY);
      pen.strokeStyle = "#e4e4e4";
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, foot);
      pen.stroke();
      if (x < end - 24 && !short) say(month === 0 || day < 31 ? MONTHS[month] + year(date) : MONTHS[month], x + 2, this.h - 6, { align: "left", ink: FAINT });
    }
    if (short) {
      for (let day = 0, each = Math.ceil(days / 8); day < days; day += each) {
        const date = dateOf(this.ground, day * DAY);
        say(`${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`, this.x(day * DAY) + 2, this.h - 6, { align: "left", ink: FAINT });
      }
    }
  }
}
