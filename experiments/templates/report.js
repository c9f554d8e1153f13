// What the page adds where scripts run: without them it reads as it stands. Every number comes from the page
// itself (#numbers), nothing is fetched, and text from files is only ever set as text.

const numbers = JSON.parse(document.getElementById("numbers").textContent);

// -- elements -------------------------------------------------------------------------------------

/** An element with attributes and children; strings become text, and are never read as markup. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

let made = 0;

/** A control with its label, `label for=`; returns both in a paragraph. */
function labelled(words, control) {
  control.id = `control-${(made += 1)}`;
  return make("p", { class: "control" }, make("label", { for: control.id }, words), control);
}

function choice(options, change) {
  const found = make("select", {}, ...options.map(([value, words]) => make("option", { value }, words)));
  found.addEventListener("change", change);
  return found;
}

// -- tables: sorted by a column, filtered by words ------------------------------------------------

const FEWEST_SORTED = 3, FEWEST_FILTERED = 8; // rows; what is shorter is read at a glance
const NUMBER = /[-+−]?(\d[\d,]*\.?\d*|\.\d+|∞)/;

/** The first number of a cell: a rate before its interval, a count before "of"; NaN where there is none. */
function valueOf(cell) {
  const found = cell.textContent.replace("exactly ", "").match(NUMBER);
  if (!found) return NaN;
  const text = found[0].replaceAll(",", "").replace("−", "-").replace("∞", "Infinity");
  return Number(text);
}

/** By number where the column has any, what has none last; else by words. */
function compare(column, numeric, sign) {
  return (a, b) => {
    if (!numeric) return sign * words(a.cells[column]).localeCompare(words(b.cells[column]));
    const [x, y] = [valueOf(a.cells[column]), valueOf(b.cells[column])];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  };
}

const words = (cell) => cell.textContent.trim().replace(/\s+/g, " ");

function sortable(table) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], kept = [...body.rows];
  if (kept.length < FEWEST_SORTED || kept.some((row) => row.cells.length !== heads.length)) return;
  heads.forEach((head, column) => {
    const button = make("button", { type: "button", class: "sort" }, "↕");
    button.setAttribute("aria-label", `Sort by ${words(head)}`);
    head.append(" ", button);
    button.addEventListener("click", () => sort(table, heads, column, kept));
  });
}

/** Up, then down, then as the page had it. */
function sort(table, heads, column, kept) {
  const head = heads[column], next = { none: "ascending", ascending: "descending", descending: "none" };
  const order = next[head.getAttribute("aria-sort") ?? "none"];
  const told = kept.map((row) => row.cells[column]).filter((cell) => words(cell) !== "");
  const numeric = told.filter((cell) => !Number.isNaN(valueOf(cell))).length > told.length / 2;
  const rows = [...kept];
  if (order !== "none") rows.sort(compare(column, numeric && column > 0, order === "ascending" ? 1 : -1));
  unsorted(table);
  if (order !== "none") head.setAttribute("aria-sort", order);
  head.querySelector(".sort").textContent = { none: "↕", ascending: "↑", descending: "↓" }[order];
  table.tBodies[0].append(...rows);
}

/** No column says that rows are in its order. */
function unsorted(table) {
  for (const button of table.tHead.querySelectorAll(".sort")) {
    button.closest("th").removeAttribute("aria-sort");
    button.textContent = "↕";
  }
}

/** A field above a long table: rows stay that have every word, in any cell. */
function filterable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < FEWEST_FILTERED) return;
  const field = make("input", { type: "search", placeholder: "words" });
  const told = make("output", { class: "faint" });
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
    }
    const left = rows.filter((row) => !row.hidden).length;
    told.textContent = wanted.length ? `${left} of ${rows.length} rows` : "";
  });
  const place = labelled("Rows with", field);
  place.append(told);
  place.classList.add("filter");
  (table.closest(".wide") ?? table).before(place);
}

// -- who counts what: a definition, a line, whose units -------------------------------------------

function countingSwitch(place) {
  const { arms, definitions, lines, units } = numbers.counting;
  const arm = choice(Object.keys(arms).map((name) => [name, name]), () => show());
  const slider = make("input", { type: "range", min: 0, max: definitions.length - 1, step: 1, value: 0 });
  const line = choice([], () => show()), whose = choice([], () => show());
  const told = make("p", { role: "status", class: "told" }), says = make("p", { class: "faint" });
  const track = make("div", { class: "track", "aria-hidden": "true" });
  const refill = (select, options) => {
    const before = select.value;
    select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
    if (options.some(([value]) => value === before)) select.value = before;
    select.closest("p").hidden = options.length < 2;
  };
  const show = () => {
    const definition = definitions[slider.valueAsNumber];
    slider.setAttribute("aria-valuetext", definition.name);
    refill(line, definition.lines.map((key) => [key, definition.judged[key] ?? lines[key]]));
    refill(whose, definition.units.map((key) => [key, units[key]]));
    const counts = arms[arm.value];
    const cell = counts.find(
      (each) => each.definition === definition.name && each.line === line.value && each.units === whose.value,
    );
    told.replaceChildren(
      make("strong", {}, definition.name),
      `: ${cell.rate} a year (${cell.span}), n = ${cell.n}; ${cell.times} times the recorded crossings.`,
    );
    says.textContent = `${definition.says} Who counts so: ${definition.source}.`;
    drawTrack(track, counts, cell);
  };
  slider.addEventListener("input", show);
  place.append(
    make("h3", {}, "Count it yourself"),
    ...(Object.keys(arms).length > 1 ? [labelled("Arm", arm)] : []),
    labelled("From the narrowest definition to the broadest", slider),
    labelled("Judged by", line),
    labelled("Units", whose),
    told, track,
    make("p", { class: "faint scale" }, "Events a year, on a logarithmic scale: each mark a count of the table below, the dot the one chosen, the bar its interval."),
    says,
  );
  show();
}

/** All counts as ticks on one logarithmic scale, the chosen one with its interval. */
function drawTrack(track, counts, chosen) {
  const shown = counts.map((each) => each.values[1]).filter((rate) => rate > 0);
  const [low, high] = [Math.log10(Math.min(...shown)) - 0.5, Math.log10(Math.max(...shown)) + 0.5];
  const at = (rate) => 100 * Math.min(1, Math.max(0, (Math.log10(rate) - low) / (high - low)));
  const ticks = shown.map((rate) => make("i", { style: `left: ${at(rate)}%` }));
  const [from, rate, to] = chosen.values;
  const parts = [];
  if (from !== null || to !== null) {
    const [a, b] = [from > 0 ? at(from) : 0, to === null ? 100 : at(to)];
    parts.push(make("u", { style: `left: ${a}%; width: ${Math.max(0, b - a)}%` }));
  }
  if (rate > 0) parts.push(make("b", { style: `left: ${at(rate)}%` }));
  const powers = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, k) => Math.ceil(low) + k);
  const scale = powers.map((power) =>
    make("s", { style: `left: ${at(10 ** power)}%` }, (10 ** power).toLocaleString("en-US", { maximumSignificantDigits: 1 })),
  );
  track.replaceChildren(...ticks, ...scale, ...parts);
}

// -- weights: sliders, and a table that follows ------------------------------------------------------

/**
 * Sliders that weigh parts, and a table that follows: `parts` in words, `rowsOf` weights, and what is `told`.
 * Its rows are put in their new order.
 */
function weighing(place, { title, about, parts, empty, rowsOf, told, note }) {
  const body = document.getElementById(place.dataset.table).tBodies[0];
  const status = make("p", { role: "status", class: "told" });
  const sliders = parts.map(() => make("input", { type: "range", min: 0, max: 4, step: 0.25, value: 1 }));
  const outputs = sliders.map(() => make("output"));
  const show = () => {
    const weights = sliders.map((slider) => slider.valueAsNumber);
    weights.forEach((weight, i) => {
      outputs[i].textContent = `× ${weight}`;
      sliders[i].setAttribute("aria-valuetext", `${weight} times`);
    });
    if (empty(weights)) {
      status.textContent = "Nothing weighs anything: the table stands as it was.";
      return;
    }
    const found = rowsOf(weights);
    unsorted(body.parentElement);
    status.textContent = told(weights, found);
    const rows = new Map([...body.rows].map((row) => [words(row.cells[0]), row]));
    for (const { name, cells } of found) {
      const row = rows.get(words({ textContent: name }));
      cells.forEach((text, i) => (row.cells[i + 1].textContent = text));
      body.append(row);
    }
  };
  const reset = make("button", { type: "button" }, "All weigh the same");
  reset.addEventListener("click", () => {
    for (const slider of sliders) slider.value = 1;
    show();
  });
  for (const slider of sliders) slider.addEventListener("input", show);
  const controls = sliders.map((slider, i) => {
    const row = labelled(parts[i], slider);
    row.append(outputs[i]);
    return row;
  });
  place.append(
    make("h4", {}, title), make("p", {}, about), ...controls, reset, status,
    make("p", { class: "faint" },
      `${note} Each setting is told by itself: who tries many finds one that says what is wanted.`),
  );
  show();
}

function regionSliders(place) {
  const found = numbers.regions.futures[place.dataset.future];
  weighing(place, {
    title: "Weigh what nobody knows",
    about: "Draws in whose own world perceived violations say that:",
    parts: found.regions.map((key, i) => `${numbers.regions.words[key]}: ${many(found.draws[i], "draw")}`),
    empty: (weights) => !dot(weights, found.draws),
    rowsOf: (weights) => weighedRows(found, weights, numbers.regions),
    told: (weights) => weighedWords(found, weights, numbers.regions),
    note: "Rates, ratios, shares and their intervals in the table follow.",
  });
}

function futureSliders(place) {
  const found = numbers.mixture;
  weighing(place, {
    title: "Weigh the futures",
    about: "How much each future counts, beside the others:",
    parts: found.futures,
    empty: (weights) => !sum(weights),
    rowsOf: (weights) => mixtureRows(found, weights),
    told: (_, rows) => mixtureWords(rows),
    note: "Rates, ranks, regret and its intervals in the table follow.",
  });
}

function mixtureWords(rows) {
  const open = rows.filter(({ ranks: [first] }) => first === 1), n = rows.length;
  if (open.length === n) return "Under these weights nothing is decided: none is ruled out as the best.";
  const best = rows.find(({ ranks: [, last] }) => last === 1);
  const told = best ? `the best is ${best.name}` : "which is the best is undecided";
  return `Under these weights ${told}: ${open.length} of ${n} are not ruled out as the best.`;
}

// -- the map: a circle opens what happened in its stretch, and shuts the others ----------------------

function opening(map) {
  const places = new Map([...document.querySelectorAll("details.place")].map((each) => [each.id, each]));
  map.addEventListener("click", (event) => {
    const place = places.get(event.target.closest("a")?.getAttribute("href").slice(1));
    if (!place) return;
    event.preventDefault();
    for (const each of places.values()) each.open = each === place;
    place.scrollIntoView({ block: "nearest" });
    place.querySelector("summary").focus();
  });
}

// -- all of it ------------------------------------------------------------------------------------

for (const table of document.querySelectorAll("main table")) {
  sortable(table);
  filterable(table);
}
const live = { counting: countingSwitch, regions: regionSliders, futures: futureSliders };
document.querySelectorAll("svg.map").forEach(opening);
for (const place of document.querySelectorAll("[data-live]")) live[place.dataset.live](place);
