// The widget of a run that is watched, behind map.js in one module: it draws what the model sends, and passes
// on what the viewer asks for. Names are put in as text and never as markup. Play, step and reset are Mesa's
// own buttons, which are pressed here too, so that there is one word on whether it plays.

const LINGER = 2 * DAY, PACES = [["1 tick", 0], ["1 hour", 60], ["6 hours", 360], ["1 day", DAY], ["1 week", 7 * DAY]];
const PLAY = "▶", PAUSE = "❚❚";

const TWICE_MS = 500; // within which a second press is one of a double click

// What a viewer has set, which is to outlive a reset: Mesa then makes the widget anew.
const kept = (globalThis.dmzWatch ??= { view: null, pace: DAY, slow: true });

function make(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in found && name !== "role" && !name.startsWith("aria")) found[name] = value;
    else found.setAttribute(name, value);
  }
  found.append(...children);
  return found;
}

/** Mesa's button with one of these texts, outside of this widget. */
function mesas(el, ...texts) {
  return [...document.querySelectorAll("button")].find((each) => !el.contains(each) && texts.includes(each.textContent.trim()));
}

const packed = (value) => (value instanceof DataView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value));

/** Days as seen.packed_days packs them: tension of both sides, and where the talks stood in a word. */
function readDays(bytes, words) {
  const days = bytes.byteLength / 9, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const each = (get) => Array.from({ length: days }, (_, day) => get(day));
  return { tension: each((day) => [0, 4].map((at) => view.getFloat32(8 * day + at, true))), talks: each((day) => words[bytes[8 * days + day]]) };
}

class Live {
  constructor(model, el) {
    Object.assign(this, { model, el, redraws: 0, wanted: false, told: null, following: null, asks: 0, units: [], border: null, read: {} });
    this._build();
    this.begin();
    const on = (names, act) => model.on(names.map((name) => `change:${name}`).join(" "), () => (act && act(), this.want()));
    on(["ground"], () => this.begin());
    on(["border"], () => this._lines());
    on(["units"], () => this._places());
    on(["told"], () => this._stories());
    on(["played"], () => this._said());
    on(["duty"], () => this._duty());
    on(["daily", "dots", "now"], null);
    const sized = new ResizeObserver(() => {
      for (const each of [this.map, this.line]) each.resize();
      this.want();
    });
    sized.observe(this.el);
    this.keys = (event) => (this.el.isConnected ? this._key(event) : this.close());
    addEventListener("keydown", this.keys);
    this.ask({ do: "open" });
    this._pace();
    this.poll = setInterval(() => this._pressed(), 150);
  }

  close() {
    removeEventListener("keydown", this.keys);
    clearInterval(this.poll);
  }

  /** What the model says by this name; text is JSON, which is read once. */
  get(name) {
    const raw = this.model.get(name);
    if (typeof raw !== "string") return raw;
    if (this.read[name]?.raw !== raw) this.read[name] = { raw, value: JSON.parse(raw) };
    return this.read[name].value;
  }

  // - what stands in the page

  _build() {
    const button = (id, text, title, act, label = null) => {
      const found = make("button", { type: "button", id: `w-${id}`, title, textContent: text, onclick: act });
      if (label) found.setAttribute("aria-label", label);
      return found;
    };
    this.play = button("play", `${PLAY} play`, "space bar", () => this.toggle());
    this.clock = make("output", { id: "w-clock", "aria-label": "Date and time in the run" });
    this.pace = make("select", { id: "w-pace", onchange: () => this._pace() }, ...PACES.map(([name, value]) => make("option", { value, textContent: name })));
    this.pace.value = kept.pace;
    this.slow = make("input", { type: "checkbox", id: "w-slow", checked: kept.slow, onchange: () => this._pace() });
    const group = (...children) => make("span", { className: "keys" }, ...children);
    const controls = make("div", { className: "controls", role: "group", "aria-label": "Playing" },
      group(this.play, (this.onward = button("step", "step", "key →", () => this.press("Step"), "One frame on")), (this.forward = button("next", "incident ▶▶", "key n", () => this.next())),
        button("reset", "reset", "key r: begin anew, with what has been changed", () => this.reset(), "Begin the run anew, with what has been changed")),
      this.clock,
      make("label", {}, "a frame is ", this.pace),
      make("label", {}, this.slow, " slow at incidents"),
      group(button("farther", "−", "key −", () => this.zoom(1 / 0.6), "Farther away"), button("closer", "+", "key +", () => this.zoom(0.6), "Closer"),
        button("whole", "whole line", "key 0", () => this.near(Infinity)), button("near", "2 km", "key 2", () => this.near(2000)),
        button("moment", "the moment", "key m", () => this.moment())));
    this.title = make("h1");
    this.about = make("p", { className: "faint" });
    this.duty = make("p", { id: "w-duty" });
    this.warning = make("div", { className: "changed", role: "status" });
    this.question = make("section", { className: "question", id: "w-question", hidden: true, tabIndex: -1 });
    this.canvas = make("canvas", { className: "map", id: "w-map", tabIndex: 0, role: "img",
      "aria-label": "Map of the line with units, posts, markers and incidents; drag or keys a and d to move along, + and − to zoom" });
    this.said = make("p", { className: "now", id: "w-now" });
    this.strip = make("canvas", { className: "timeline", id: "w-timeline", role: "img", "aria-label": "Timeline: tension of both sides, incidents by rung, talks" });
    this.list = make("ol", { className: "stories", tabIndex: 0, "aria-label": "Stories of incidents, the newest first" });
    this.rule = make("p", { className: "faint", id: "w-widths" });
    const left = make("div", { className: "sight" }, this.canvas, this.rule, this.said, this.strip);
    const right = make("div", { className: "beside" }, make("h2", { textContent: "Incidents" }), this.list);
    this.el.classList.add("dmz-watch");
    this.el.append(make("header", {}, this.title, this.about, this.duty, this.warning), controls, this.question, make("div", { className: "stage" }, left, right), this._legend());
    // Mesa's grid would drag the component
    for (const each of ["pointerdown", "mousedown", "touchstart"]) this.el.addEventListener(each, (event) => event.stopPropagation());
  }

  _legend() {
    const lines = [
      "○ patrols, □ work parties, ◇ survey teams: green the north's, dark red the south's; a dark rim: somebody watches it.",
      "▼ ▲ guard posts; yellow bars: markers that stand; close by, small circles are lost ones.",
      "Both sides' own lines as each believes them to be, full and dashed; between them orange where both hold the ground for theirs, blue where neither does: the contested strip.",
      "Where the whole line is in view, widths across it are not to scale: the ruler at the lower right says what is drawn how wide. In a view of 4 km or less all is to scale, and the line is straight, as the model has it.",
      "Close by: a hollow mark is where a watched unit thinks it is, a cross where its watcher's fix puts it. The moment (key m) shows the look that opened the incident told: past the dashed bar the watcher calls a violation.",
      "Rings are incidents, wider and darker the higher their rung. Keys: space plays, → a frame, n the next incident, m the moment, 2 two kilometres, 0 the whole line, + − zoom, a d along it, r begins anew.",
    ];
    return make("details", { className: "legend" }, make("summary", { textContent: "What is drawn" }), make("ul", {}, ...lines.map((text) => make("li", { textContent: text }))),
      (this.source = make("p", { className: "faint" })));
  }

  // - what the model says

  begin() {
    const ground = this.get("ground");
    this.ground = ground;
    this.pace.options[0].textContent = `${PACES[0][0]} (${ground.tick} min)`;
    for (const name of ["canvas", "strip"]) { // the former map listens to the former canvas
      const fresh = this[name].cloneNode();
      this[name].replaceWith(fresh);
      this[name] = fresh;
    }
    this.map = new LineMap(this.canvas, ground);
    this.map.changed = (view) => {
      kept.view = view;
      this.want();
    };
    this.map.picked = (incident) => this.tell(incident.row);
    this.line = new Timeline(this.strip, ground, { tension: [], talks: [], incidents: [] }, ground.rungs);
    this.line.chosen = (_, incident) => incident && this.tell(incident.row);
    if (kept.view && kept.view.width < 0.99 * this.map.whole) this.map.look(kept.view, true);
    this.source.textContent = ground.attribution;
    this.told = this.following = null;
    this._lines();
    this._places();
    this._said();
    this._stories();
    this._duty();
    this.want();
  }

  _lines() {
    const bytes = this.get("border");
    if (bytes?.byteLength) this.map.setBorder((this.border = readBorder(packed(bytes))));
  }

  _places() {
    const bytes = this.get("units");
    if (!bytes?.byteLength) return;
    const frames = readFrames(packed(bytes));
    this.units = unitsAt(frames, frames.minutes[0]);
  }

  _said() {
    const { title, about, moved, set, refused } = this.get("played");
    this.title.textContent = title;
    this.about.textContent = about + (set.length ? ` Set on the command line: ${set.join(", ")}.` : "");
    const lines = [];
    if (refused) lines.push(make("p", { className: "refused", textContent: `That cannot be played, so it is as before: ${refused}` }));
    if (moved.length) {
      lines.push(make("p", { textContent: "No longer the scenario as it was opened:" }), make("ul", {}, ...moved.map((text) => make("li", { textContent: text }))));
    }
    this.warning.replaceChildren(...lines);
    this.warning.hidden = !lines.length;
  }

  _stories() {
    const told = this.get("told"), { rungs } = this.ground;
    const newest = told.length ? told[told.length - 1].row : null;
    if (this.told === null || this.told === this.following) this.told = newest; // follow the newest, until one is chosen
    this.following = newest;
    this.items = new Map();
    for (const each of [...told].reverse()) {
      const open = each.row === this.told;
      const name = make("button", { type: "button", className: "jump", onclick: () => this.tell(each.row), "aria-expanded": String(open) },
        make("b", { textContent: clock(this.ground, each.opened) }), ` km ${(each.s / 1000).toFixed(1)}, ${each.county}: ${each.trigger.replace("_", " ")}, `,
        make("span", { className: `rung-${each.rung}`, textContent: rungs[each.rung] }), each.closed === null ? " (open)" : "");
      const item = make("li", { className: open ? "told" : "" }, name);
      if (open) {
        item.append(make("div", { className: "story" }, ...each.head.map((text) => make("p", { textContent: text })),
          make("ol", {}, ...each.steps.map(([minute, text]) => make("li", {}, make("span", { className: "faint", textContent: clock(this.ground, minute).slice(-5) }), ` ${text}`)))));
      }
      this.items.set(each.row, item);
    }
    this.list.replaceChildren(...(this.items.size ? this.items.values() : [make("li", { className: "faint", textContent: "Nothing has happened yet." })]));
  }

  /** What a duty officer is asked, or what came of it. */
  _duty() {
    const { side, area, question, verdict, place, decisions, unkept } = this.get("duty");
    if (!side) return;
    this.forward.textContent = "decision ▶▶";
    const whose = area === null ? "whichever of its command posts has to decide" : `its command post of area ${area}`;
    this.duty.textContent = verdict ? "" : `You are on duty for the ${side}: ${whose}. The page has no more than what that side knows.`;
    const lost = unkept ? `What you decide cannot be kept in ${place || "its folder"} (${unkept}).` : "";
    if (lost) this.duty.append(make("strong", { className: "refused", textContent: ` ${lost}` }));
    const facts = (pairs) => make("dl", {}, ...pairs.flatMap(([name, text]) => [make("dt", { textContent: name }), make("dd", { textContent: text })]));
    const asked = question ? `${question.incident} ${question.minute}` : verdict ? "over" : null;
    if (asked === this.asked) return;
    this.asked = asked;
    this.question.hidden = asked === null;
    this.question.classList.toggle("over", Boolean(verdict));
    if (question) {
      const choices = question.options.map(({ choice, said, why_not: why }) => make("button", {
        type: "button", className: "choice", disabled: Boolean(why), onclick: () => this._decide(choice, question) },
      make("b", { textContent: choice }), ` ${said}${why ? ` (${why})` : ""}`));
      choices.forEach((each, k) => each.dataset.choice = question.options[k].choice);
      const open = choices.filter((each) => !each.disabled), rest = (this.decidedAt ?? -Infinity) + TWICE_MS - performance.now();
      if (rest > 0) {
        for (const each of open) each.disabled = true;
        setTimeout(() => open.forEach((each) => (each.disabled = false)), rest);
      }
      this.question.replaceChildren(make("h2", { textContent: `${clock(this.ground, question.minute)}. ${question.title}` }), facts(question.facts), make("div", { className: "choices", role: "group", "aria-label": "Decide" }, ...choices));
      this.told = question.incident;
      this._stories();
      this.map.look({ s: question.s, d: 0, width: 2000 });
      this.question.focus({ preventScroll: true });
    } else if (verdict) {
      const count = (n) => (Number.isInteger(n) ? String(n) : n.toFixed(2));
      const rows = verdict.counts.map(([name, officer, rules]) => make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", { textContent: count(officer) }), make("td", { textContent: count(rules) })));
      const parted = verdict.parted ? `They first part on ${clock(this.ground, verdict.minute)}: ${verdict.parted}.` : "Nothing was done otherwise than by the rules.";
      this.question.replaceChildren(make("h2", { textContent: "The run is over: yours, and its twin by the rules" }),
        make("p", { textContent: `The same world and the same luck. ${decisions} decision${decisions === 1 ? "" : "s"} of yours. ${parted} One run says nothing of what is better in the long run: dmz compare does.` }),
        make("table", {}, make("thead", {}, make("tr", {}, make("th", { textContent: "in this run, after the warm-up" }), make("th", { textContent: "yours" }), make("th", { textContent: "by the rules" }))), make("tbody", {}, ...rows)),
        make("p", { className: "faint", textContent: `${lost || `Kept in ${place}; dmz watch --again ${place} shows both beside each other.`} The map has all of the run now, and no longer what your side knew.` }));
      this.question.focus({ preventScroll: true });
    }
  }

  /** Once, and of the question that was read: another may have come under the finger meanwhile. */
  _decide(choice, { incident, minute }) {
    this.decidedAt = performance.now();
    for (const each of this.question.querySelectorAll("button")) each.disabled = true;
    this.question.append(make("p", { className: "faint", role: "status", textContent: `${choice}: the run plays on …` }));
    this.ask({ do: "decide", choice, incident, minute });
  }

  // - what the viewer asks for

  /** Of what is asked for while the model is busy only the last gets there: so each word has the pace too. */
  ask(what) {
    this.model.set("asked", { ...what, stride: kept.pace, slow: kept.slow, wide: innerWidth >= 960, n: ++this.asks });
    this.model.save_changes();
  }

  _pace() {
    Object.assign(kept, { pace: Number(this.pace.value), slow: this.slow.checked });
    this.ask({ do: "pace" });
  }

  press(...texts) {
    mesas(this.el, ...texts)?.click();
  }

  /** Whether it plays: what Mesa's button says, or will say once the press of it has been to the model and back. */
  get playing() {
    const found = Boolean(mesas(this.el, PAUSE));
    if (this.expected && (found === this.expected.playing || performance.now() > this.expected.until)) this.expected = null;
    return this.expected ? this.expected.playing : found;
  }

  toggle(to = !this.playing) {
    if (to === this.playing) return;
    this.press(PLAY, PAUSE);
    this.expected = { playing: to, until: performance.now() + 3000 };
    this._pressed();
  }

  next() {
    this.toggle(false);
    this.told = this.following; // follow
    this.ask({ do: "next" });
    this.fly = true;
  }

  reset() {
    this.toggle(false);
    this.press("Reset");
  }

  _pressed() {
    const { running } = this.get("now"), text = !running ? "at its end" : this.playing ? `${PAUSE} pause` : `${PLAY} play`;
    if (this.play.textContent !== text) this.play.textContent = text;
    for (const each of [this.play, this.onward, this.forward]) each.disabled = !running;
  }

  tell(row) {
    this.told = row;
    this._stories();
    this.fly = true;
    this.want();
  }

  get incident() {
    return this.get("told").find(({ row }) => row === this.told) ?? null;
  }

  zoom(factor) {
    this.map.zoomBy(factor);
  }

  near(width) {
    this.map.look({ width, d: 0 });
  }

  /** Look at the place of the incident that is told: all of a misjudged look, to scale. */
  moment() {
    const told = this.incident;
    if (!told) return this.near(2000);
    const look = told.misjudged;
    if (!look) return this.map.look({ s: told.s, d: 0.6 * told.d, width: 2000 });
    const sign = told.first === 1 ? 1 : -1;
    const all = [0, look.d, look.thought, look.fixed, look.own, look.limit, look.limit - sign * look.margin];
    const low = Math.min(...all), high = Math.max(...all), metres = Math.max(20, high - low) / 0.6;
    this.map.look({ s: look.s, d: (low + high) / 2, width: Math.min(2000, (metres * this.map.w) / this.map.h) });
  }

  _key(event) {
    const { target } = event, role = target.getAttribute?.("role");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (/^(SELECT|TEXTAREA)$/.test(target.tagName) || role === "slider" || role === "option" || role === "listbox") return;
    if (target.tagName === "INPUT" && target.type !== "checkbox") return;
    if (event.key === " " && (/^(BUTTON|SUMMARY|INPUT)$/.test(target.tagName) || role === "button")) return;
    const pan = (share) => this.map.panBy(share * this.map.w);
    const acts = {
      " ": () => this.toggle(), ArrowRight: () => this.press("Step"), n: () => this.next(), r: () => this.reset(),
      a: () => pan(-0.2), d: () => pan(0.2), "+": () => this.zoom(0.6), "=": () => this.zoom(0.6), "-": () => this.zoom(1 / 0.6),
      0: () => this.near(Infinity), 2: () => this.near(2000), m: () => this.moment(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // - drawing

  want() {
    if (this.wanted) return;
    this.wanted = true;
    requestAnimationFrame(() => {
      this.wanted = false;
      this.draw();
    });
  }

  draw() {
    const now = this.get("now"), daily = this.get("daily"), dots = this.get("dots"), t = now.minute;
    this.redraws++;
    this.el.dataset.redraws = this.redraws;
    this.el.dataset.minute = t;
    this.clock.textContent = clock(this.ground, t);
    const told = this.incident;
    if (this.fly && told) {
      this.fly = false;
      if (this.map.view.width < 4500) this.moment();
      else this.map.look({ s: told.s });
    }
    const incidents = this.get("told").filter(({ closed }) => closed === null || t <= closed + LINGER)
      .map((each) => ({ ...each, age: performance.now() / 130, over: each.closed !== null }));
    const shown = told && this.map.close && (told.closed === null || t <= told.closed + 45) ? told : null;
    const judged = shown?.misjudged && t < shown.opened + 2 * this.ground.tick; // the marks of the look tell more
    if (this.map.only !== now.only) Object.assign(this.map, { only: now.only, stale: true });
    this.map.draw({ units: judged ? this.units.filter(({ row }) => !shown.units.includes(row)) : this.units, incidents, told: judged ? shown : null });
    this.rule.textContent = this.map.toScale ? "All is to scale." : `Widths across the line are not to scale: ground at it is drawn ${this.map.widths.toFixed(this.map.widths < 10 ? 1 : 0)} times too wide.`;
    if (this.line.daily !== daily || this.line.dots !== dots) {
      Object.assign(this.line, { daily, dots, stale: true });
      const { tension, talks } = readDays(packed(daily), this.ground.talks);
      const most = Math.max(0.1, ...tension.flat().filter((each) => !Number.isNaN(each))); // not known: not drawn
      this.line.run = { tension, most, talks, incidents: dots.map(([row, opened, rung, s]) => ({ row, opened, rung, s })) };
    }
    this.line.draw(t, told);
    const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
    const tense = ["north", "south"].flatMap((side, k) => (now.tension[k] === null ? [] : [`${side} ${now.tension[k].toFixed(2)}`])).join(", ");
    this.said.textContent = `${many(now.units, "unit")} ${now.only === null ? "on shift" : "of which you know"}, ${many(now.open.length, "open incident")} of ${now.incidents} so far; tension ${tense}; ` +
      `${now.only === null ? `contested ${now.km2.toFixed(2)} km²; ` : ""}talks: ${now.talks}.` +
      (t < this.ground.begins ? " Warm-up, which does not count." : "") + (now.running ? "" : " The run is over.");
    if (incidents.some(({ over }) => !over)) this.want(); // their rings spread
  }
}

export default {
  render({ model, el }) {
    const live = new Live(model, el);
    return () => live.close();
  },
};
