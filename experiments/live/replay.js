// The page of a replay, beside map.js: plays the recordings that stand in the page, and tells their stories.
// Everything that is shown comes from the page's data; names are put in as text and never as markup.

const DAY_M = 1440, LINGER_M = 45, SLOW = 12, AROUND_M = [40, 15]; // minutes; and minutes a second
const LONGEST_FRAME_MS = 250; // what is more is a page that was not in sight, and did not play
const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
const byId = (id) => document.getElementById(id);

async function unpacked(text) {
  const zipped = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A run that was recorded, as the page holds it, unpacked. */
class Run {
  static async of(plain) {
    const run = Object.assign(new Run(), plain);
    run.windows = await Promise.all(plain.windows.map(async (text) => readFrames(await unpacked(text))));
    run.noons = readFrames(await unpacked(plain.noons));
    let before = null;
    for (const each of run.borders) before = each.border = readBorder(await unpacked(each.packed), before);
    return run;
  }

  window(t) {
    return this.windows.find(({ minutes }) => minutes[0] <= t && t <= minutes[minutes.length - 1]);
  }

  units(t) {
    if (this.over(t)) return [];
    const window = this.window(t);
    if (window) return unitsAt(window, t);
    const { minutes } = this.noons; // of the nearest noon: nobody walks straight from one to the next
    let nearest = 0;
    minutes.forEach((noon, k) => Math.abs(noon - t) < Math.abs(minutes[nearest] - t) && (nearest = k));
    return unitsAt(this.noons, minutes[nearest]);
  }

  border(t) {
    return this.borders.filter(({ since }, k) => k === 0 || since <= t).at(-1);
  }

  /** Whether the run had ended by `t`, before its horizon: nobody is on shift then, and nothing open. */
  over(t) {
    return this.ended !== null && this.ended < t;
  }

  /** The minute at which an incident closed, or the run ended with it open; null where neither was. */
  close({ closed }) {
    return closed ?? this.ended;
  }

  /** Incidents that are open at `t`, or were so not `linger` minutes ago, as far as they had come. */
  incidents(t, linger, age) {
    return this.told
      .filter((each) => each.opened <= t && t <= (this.close(each) ?? Infinity) + linger)
      .map((each) => ({
        ...each, age, over: this.close(each) !== null && this.close(each) < t,
        rung: Math.max(...each.climbed.filter(([minute]) => minute <= t).map(([, rung]) => rung)),
      }));
  }
}

class Replay {
  constructor(data, runs) {
    Object.assign(this, { data, runs, ground: data.ground, t: data.ground.begins, playing: false, told: null, shown: runs.map(() => null) });
    this.redraws = 0;
    this.maps = runs.map((run, k) => new LineMap(byId(`map-${k}`), { ...this.ground, posts: run.posts }));
    const most = Math.max(0.1, ...runs.flatMap((run) => run.tension.flat()));
    this.lines = runs.map((run, k) => {
      const shown = { tension: run.tension, talks: run.talks, incidents: run.told, parts: data.parts, most, ended: run.ended };
      return new Timeline(byId(`timeline-${k}`), this.ground, shown, data.rungs);
    });
    this.maps.forEach((map, k) => {
      map.changed = (view) => {
        this.maps.forEach((other) => other !== map && other.look(view, true));
        this.draw();
      };
      map.picked = (incident) => this.jump(k, incident.row);
    });
    this.lines.forEach((line, k) => {
      line.chosen = (minute, incident) => (incident ? this.jump(k, incident.row) : this.go(minute));
    });
    this._buttons();
    this._keys();
    const sized = new ResizeObserver(() => {
      for (const each of [...this.maps, ...this.lines]) each.resize();
      this.draw();
    });
    for (const each of this.maps) sized.observe(each.canvas);
    addEventListener("hashchange", () => this._linked());
    if (!this._linked()) this.go(this.ground.begins);
  }

  get speed() {
    return Number(byId("speed").value);
  }

  get least() {
    return Number(byId("least").value);
  }

  // - to a minute, to an incident

  go(minute) {
    this.t = Math.min(this.ground.horizon, Math.max(0, minute));
    this.draw();
  }

  step(ticks) {
    this.pause();
    const { tick } = this.ground, at = ticks > 0 ? Math.floor(this.t / tick) : Math.ceil(this.t / tick);
    this.go((at + ticks) * tick);
  }

  jump(k, row, near = null) {
    const incident = this.runs[k].told.find((each) => each.row === row);
    this.pause();
    this.tell(k, incident);
    this.t = incident.opened;
    const close = near ?? this.maps[k].view.width < 4500; // close by it stays close, and else shows the line
    if (close) this.moment();
    else this.maps[k].look({ s: incident.s });
    this.go(incident.opened);
  }

  next(way) {
    const each = this.runs.flatMap((run, k) => run.told.map((its) => [k, its])).filter(([, its]) => its.rung >= this.least);
    each.sort(([, a], [, b]) => a.opened - b.opened);
    const first = new Map(each.toReversed().map(([k, { opened }]) => [opened, k]));
    const all = each.filter(([k, { opened }]) => first.get(opened) === k); // one that both runs have is one stop
    const at = this.told && all.findIndex(([k, { row }]) => k === this.told.k && row === this.told.row);
    let found;
    if (at !== null && at >= 0 && all[at][1].opened === this.t) found = all[at + way];
    else found = way > 0 ? all.find(([, { opened }]) => opened > this.t) : all.filter(([, { opened }]) => opened < this.t).at(-1);
    if (found) this.jump(found[0], found[1].row);
  }

  /** Look at the place of the incident that is told: all of a misjudged look, to scale. */
  moment() {
    const told = this.told && this.shown[this.told.k];
    if (!told) return this.near(2000);
    const map = this.maps[this.told.k], look = told.misjudged;
    if (!look) return map.look({ s: told.s, d: 0.6 * told.d, width: 2000 });
    const sign = told.first === 1 ? 1 : -1;
    const all = [0, look.d, look.thought, look.fixed, look.own, look.limit, look.limit - sign * look.margin];
    const low = Math.min(...all), high = Math.max(...all), metres = Math.max(20, high - low) / 0.6;
    map.look({ s: look.s, d: (low + high) / 2, width: Math.min(2000, (metres * map.w) / map.h) });
  }

  near(width) {
    for (const map of this.maps) map.look({ width, d: 0 }, true);
    this.draw();
  }

  /** Open the story of an incident, and beside it that of the other run's, if it has the same one. */
  tell(k, incident) {
    for (const open of document.querySelectorAll("li.told")) open.classList.remove("told");
    this.told = { k, row: incident.row };
    this.shown = this.runs.map((run, other) =>
      other === k ? incident : run.told.find(({ opened, s }) => opened === incident.opened && s === incident.s) ?? null);
    this.shown.forEach((each, other) => {
      if (!each) return;
      const item = byId(`incident-${other}-${each.row}`);
      item.classList.add("told");
      item.hidden = false;
      item.closest(".stories").scrollTop = item.offsetTop - 8;
    });
    byId("said").textContent = byId(`incident-${k}-${incident.row}`).querySelector("button").textContent;
  }

  _linked() {
    const found = /^#incident-(\d+)-(\d+)$/.exec(location.hash);
    if (!found || !this.runs[found[1]]?.told.some(({ row }) => row === Number(found[2]))) return false;
    this.jump(Number(found[1]), Number(found[2]), true);
    return true;
  }

  // - playing

  play() {
    if (this.playing) return this.pause();
    if (this.t >= this.ground.horizon) this.t = this.ground.begins;
    this.playing = true;
    this._pressed();
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      this.go(this.after(Math.min(LONGEST_FRAME_MS, Math.max(0, now - before)) / 1000));
      before = now;
      if (this.t >= this.ground.horizon) this.pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  pause() {
    this.playing = false;
    this._pressed();
  }

  /** The minute after so many seconds of playing: where it is to go slowly, it does not leap over. */
  after(seconds) {
    const next = this.t + seconds * this.rate(), begins = this.slow.map(([from]) => from);
    return Math.min(next, ...begins.filter((from) => this.t < from));
  }

  /** From and to when it goes slowly, if that is wished: around each incident. */
  get slow() {
    if (!byId("slow").checked) return [];
    const [before, after] = AROUND_M, told = this.runs.flatMap((run) => run.told.map((each) => [each, run.close(each)]));
    return told
      .filter(([{ rung }]) => rung >= this.least)
      .map(([{ opened }, closed]) => [opened - before, (closed ?? Infinity) + after]);
  }

  /** Minutes of the run a second: no more than a few where it goes slowly. */
  rate() {
    const slow = this.slow.some(([from, to]) => from <= this.t && this.t <= to);
    return slow ? Math.min(SLOW, this.speed) : this.speed;
  }

  // - drawing

  draw() {
    const linger = this.playing ? Math.max(LINGER_M, 1.2 * this.rate()) : LINGER_M, age = performance.now() / 130;
    this.redraws++;
    document.body.dataset.redraws = this.redraws;
    byId("clock").textContent = clock(this.ground, this.t);
    this.runs.forEach((run, k) => {
      const all = run.units(this.t), incidents = run.incidents(this.t, linger, age), border = run.border(this.t);
      const told = this.shown[k];
      const shown = told && this.t >= told.opened - 1 && this.t <= (run.close(told) ?? Infinity) + LINGER_M ? told : null;
      const judged = this.maps[k].close && shown?.misjudged && this.t < shown.opened + this.ground.tick; // marks tell more
      const units = judged ? all.filter(({ row }) => !shown.units.includes(row)) : all;
      this.maps[k].setBorder(border.border);
      this.maps[k].draw({ units, incidents, told: shown });
      this.lines[k].draw(this.t, told);
      const open = incidents.filter(({ over }) => !over).length, day = Math.min(run.talks.length - 1, Math.floor(this.t / DAY_M));
      byId(`now-${k}`).textContent = run.over(this.t) ? `The run ended on ${clock(this.ground, run.ended)}.` :
        `${many(all.length, "unit")} on shift, ${many(open, "open incident")}; contested ` +
        `${border.km2.toFixed(2)} km²; talks: ${run.talks[day].replace("_", " ")}. ` +
        (run.window(this.t) ? "Tick by tick." : "Units as at noon: tick by tick around incidents only.") +
        (this.t < this.ground.begins ? " Warm-up, which does not count." : "");
      this._steps(k, told);
    });
  }

  /** Steps of the story that is told light up when they have come. */
  _steps(k, told) {
    if (!told) return;
    for (const step of document.querySelectorAll(`#incident-${k}-${told.row} [data-minute]`)) {
      step.classList.toggle("come", Number(step.dataset.minute) <= this.t + 0.01);
    }
  }

  _pressed() {
    const button = byId("play");
    button.textContent = this.playing ? "❚❚ pause" : "▶ play";
    button.setAttribute("aria-pressed", String(this.playing));
  }

  // - buttons and keys

  _buttons() {
    const acts = {
      play: () => this.play(), back: () => this.step(-1), on: () => this.step(1),
      before: () => this.next(-1), after: () => this.next(1),
      whole: () => this.near(Infinity), near: () => this.near(2000), moment: () => (this.moment(), this.draw()),
      closer: () => this.maps[0].zoomBy(0.6), farther: () => this.maps[0].zoomBy(1 / 0.6),
    };
    for (const [id, act] of Object.entries(acts)) byId(id).addEventListener("click", act);
    for (const button of document.querySelectorAll("button.jump")) {
      button.addEventListener("click", () => this.jump(Number(button.dataset.arm), Number(button.dataset.row), true));
    }
    for (const button of document.querySelectorAll("button.part")) {
      button.addEventListener("click", () => {
        this.pause();
        this.maps[0].look({ s: Number(button.dataset.s), width: Math.min(this.maps[0].view.width, 20000) });
        this.go(Number(button.dataset.minute));
      });
    }
    byId("least").addEventListener("change", () => {
      for (const item of document.querySelectorAll("li.incident")) item.hidden = Number(item.dataset.rung) < this.least;
      this.draw();
    });
    this._pressed();
  }

  _keys() {
    const pan = (share) => this.maps[0].panBy(share * this.maps[0].w);
    const acts = {
      " ": () => this.play(), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1),
      n: () => this.next(1), p: () => this.next(-1), a: () => pan(-0.2), d: () => pan(0.2),
      "+": () => this.maps[0].zoomBy(0.6), "=": () => this.maps[0].zoomBy(0.6), "-": () => this.maps[0].zoomBy(1 / 0.6),
      0: () => this.near(Infinity), 2: () => this.near(2000), m: () => (this.moment(), this.draw()),
      Home: () => this.go(this.ground.begins), End: () => this.go(this.ground.horizon),
    };
    addEventListener("keydown", (event) => {
      const typing = /^(SELECT|INPUT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
      const pressing = event.target.tagName === "BUTTON" || event.target.type === "checkbox" || event.target.tagName === "SUMMARY";
      if (typing || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && pressing)) return;
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }
}

async function begin() {
  const data = JSON.parse(byId("run").textContent);
  const runs = await Promise.all(data.runs.map((plain) => Run.of(plain)));
  byId("loading").hidden = true;
  byId("stage").classList.add("laid"); // a canvas that is not laid out has no size
  new Replay(data, runs);
  byId("stage").classList.add("ready");
}
begin().catch((error) => {
  byId("loading").textContent = `This page could not be opened: ${error.message}`;
  throw error;
});
