// What the page reckons of its own numbers, as these modules do in Python: wording.py, statistics/weighted.py,
// findings/weighing_words.py, statistics/intervals.py, findings/mixture.py. It knows no page; the tests hold its
// results against theirs.

// -- numbers in words, as experiments/wording.py has them ------------------------------------------

/** `places` decimals; a tie goes to the even digit, as in Python (toFixed takes it up). */
function fixed(x, places) {
  const size = Math.abs(x), up = size.toFixed(places);
  const tie = Number.isInteger(size * 2 ** 20) && (size * 10 ** places) % 1 === 0.5;
  const text = tie && Number(up.at(-1)) % 2 ? (Number(up) - 10 ** -places).toFixed(places) : up;
  const [whole, rest] = text.split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${x < 0 ? "-" : ""}${commas}${rest === undefined ? "" : `.${rest}`}`;
}

function figure(x) {
  if (x === null) return "unknown";
  if (Math.abs(x) < 1e-9) return "0";
  if (Math.abs(x) >= 10) return fixed(x, 0);
  return fixed(x, Math.max(1, 1 - Math.floor(Math.log10(Math.abs(x)))));
}

/** A share in percent, in which only 1 is shown as 100%. */
function percent(share) {
  const text = `${fixed(100 * share, 0)}%`;
  return text === "100%" && share < 1 ? ">99%" : text;
}

/** A count, to three digits below a hundred. */
function number(x) {
  if (x >= 100) return fixed(x, 0);
  const places = 2 - Math.floor(Math.log10(x || 1)); // a tie goes to the even digit here too
  return String(Number(fixed(x, Math.max(0, places))));
}

const many = (x, noun) => `${number(x)} ${noun}${number(x) === "1" ? "" : "s"}`;
const spread = ([middle, low, high]) => `${middle} (${low} - ${high})`;
const sum = (values) => values.reduce((a, b) => a + b, 0);
const dot = (a, b) => sum(a.map((each, i) => each * b[i]));

// -- draws weighed by region: the same as findings/weighing_words.py -------------------------------

const SPREAD = [0.5, 0.05, 0.95];

/** Of values of which some weigh more: linear between them, each at the middle of its weight. */
function weightedQuantiles(values, weights, shares) {
  const held = values.map((value, i) => [value, weights[i]]).filter(([, weight]) => weight > 0);
  held.sort(([a], [b]) => a - b);
  let before = 0;
  const middles = held.map(([, weight]) => (before += weight) - weight / 2);
  const [first, last] = [middles[0], middles.at(-1)];
  const ascending = held.map(([value]) => value);
  return shares.map((share) => between(first + share * (last - first), middles, ascending));
}

/** Linear between points whose `x` ascend. */
function between(at, x, y) {
  const next = x.findIndex((each) => each >= at);
  if (next <= 0) return next === 0 ? y[0] : y.at(-1);
  const share = (at - x[next - 1]) / (x[next] - x[next - 1]);
  return y[next - 1] + share * (y[next] - y[next - 1]);
}

const quantiles = (values, shares) => weightedQuantiles(values, values.map(() => 1), shares);

/** In which place of a histogram of weighted values a quantile lies. */
function talliedQuantile(tallies, values, share) {
  const wanted = share * sum(tallies) * (1 - 1 / values);
  let reached = 0;
  return tallies.findIndex((each) => (reached += each) > wanted);
}

/** The share of draws in which a policy lowers clashes, with its interval. */
function lowered(found, policy, weights) {
  const whole = dot(weights, found.draws);
  const shares = policy.lowers.map((row) => dot(row, weights) / whole);
  const [low, high] = quantiles(shares, [0.025, 0.975]);
  return { estimate: sum(shares) / shares.length, low, high };
}

/** The share of draws in which a policy leaves clashes as they are. */
const unchanged = (found, policy, weights) => dot(weights, policy.unchanged) / dot(weights, found.draws);

const isAll = (share) => share > 1 - 1e-9;

/** Every option: its name, what it is sorted `by`, and its cells; `words` for no policy and no change. */
function weighedRows(found, weights, words) {
  const each = found.region_of.map((region) => weights[region]), whole = dot(weights, found.draws);
  const n = found.laws * sum(found.draws);
  const rows = found.options.map((option, i) => {
    const aYear = spread(weightedQuantiles(found.per_year[i], each, SPREAD).map(figure));
    const policy = option === null ? undefined : found.policies[option];
    if (!policy) return { name: option ?? words.none, by: -1, cells: [aYear, "-", "-", "-", "-"] };
    const tallies = policy.ratios.map((_, k) => dot(policy.tallies.map((of) => of[k]), weights));
    const ratio = SPREAD.map((share) => policy.ratios[talliedQuantile(tallies, n, share)]);
    const { estimate, low, high } = lowered(found, policy, weights);
    const same = isAll(unchanged(found, policy, weights));
    const lowers = same ? words.unchanged : spread([estimate, low, high].map(percent));
    const best = [policy.best, policy.near_best].map((of) => dot(of, weights) / whole / found.laws);
    const cells = [aYear, spread(ratio), lowers, ...best.map(percent)];
    return { name: option, by: Number(ratio[0].replaceAll(",", "")), cells };
  });
  return rows.sort((a, b) => a.by - b.by);
}

/** How a policy stands, by the whole interval of the shares of draws in which it lowers and raises clashes. */
function kindOf({ low, high }, same, { most, nearly_all: nearly, undecided, unchanged: none }) {
  if (isAll(same)) return none;
  if (low > most) return low >= nearly ? "lower" : "mostly lower";
  const raises = 1 - same - high;
  if (raises > most) return raises >= nearly - 1e-9 ? "higher" : "mostly higher";
  return undecided;
}

/** `by`: of how few draws shares are rough, or tell nothing; what `most` are; the `kinds` in words. */
function weighedWords(found, weights, by) {
  const each = found.region_of.map((region) => weights[region]);
  const worth = Number((sum(each) ** 2 / dot(each, each)).toFixed(9));
  const rough = worth < by.few ? "; shares of so few are rough" : "";
  const kinds = {};
  for (const [name, policy] of Object.entries(found.policies)) {
    const stands = kindOf(lowered(found, policy, weights), unchanged(found, policy, weights), by);
    const kind = worth < by.fewest ? by.undecided : stands;
    (kinds[kind] ??= []).push(name);
  }
  const told = Object.entries(by.kinds)
    .filter(([kind]) => kinds[kind])
    .map(([kind, [verb, much]]) => {
      const so = verb ? `${verb} clashes in ${much} draws` : "undecided";
      return `${so}: ${kinds[kind].join(", ")}`;
    })
    .join("; ");
  return `As good as ${many(worth, "draw")} of one weight${rough}. ${told[0].toUpperCase()}${told.slice(1)}.`;
}

// -- futures weighed, by the gamma interval -----------------------------------------------------------

/** log of the gamma function: Lanczos, g = 7 (Numerical Recipes, 6.1). */
function logGamma(a) {
  const of = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const x = a - 1, t = x + 7.5;
  const series = of.slice(1).reduce((total, each, i) => total + each / (x + i + 1), of[0]);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(series);
}

/** The lower regularised incomplete gamma function: its series, or its continued fraction beyond a + 1. */
function gammaShare(a, x) {
  if (x <= 0) return 0;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a, total = term;
    for (let n = 1; n < 10000 && term > total * 1e-16; n += 1) total += term *= x / (a + n);
    return scale * total;
  }
  let b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (let n = 1, step = 0; n < 10000 && Math.abs(step - 1) > 1e-15; n += 1) {
    const an = n * (a - n);
    b += 2;
    d = 1 / (an * d + b || 1e-300);
    c = b + an / c || 1e-300;
    h *= step = d * c;
  }
  return 1 - scale * h;
}

/** Its inverse, by halving on the logarithm: slow, and sure of its last digits. */
function gammaQuantile(a, p) {
  let low = -700, high = Math.log(a + 10 * Math.sqrt(a) + 40);
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (gammaShare(a, Math.exp(middle)) < p) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** Limits of the mean of a sum `s` with squares `q`, a cluster not yet seen weighing `weight`. */
function gammaBounds(s, q, weight, level) {
  const tail = (1 - level) / 2, [more, squares] = [s + weight, q + weight ** 2];
  return [
    s > 0 ? (q / s) * gammaQuantile(s ** 2 / q, tail) : 0,
    (squares / more) * gammaQuantile(more ** 2 / squares, 1 - tail),
  ];
}

/** Of events by world of two options over the same years: their rates' difference with its limits. */
function difference(found, y, x, years) {
  const apart = y.map((each, i) => each - x[i]), squared = (values) => dot(values, values);
  const [up, down] = [apart.map((each) => Math.max(each, 0)), apart.map((each) => Math.max(-each, 0))];
  const size = (its) => (sum(its) > 0 ? [squared(its) / sum(its)] : []);
  const weight = (its) => {
    const sizes = [...size(its), ...(found.unseen === null ? [] : [found.unseen])];
    return Math.max(...(sizes.length && found.kind === "expected" ? sizes : [1, ...sizes]));
  };
  const [s, q] = [[sum(up), sum(down)], [squared(up), squared(down)]];
  const a = gammaBounds(s[0], q[0], weight(y), found.level);
  const b = gammaBounds(s[1], q[1], weight(x), found.level);
  const gap = s[0] - s[1], all = q[0] + q[1];
  const differ = apart.filter((each) => each !== 0).length;
  const rests = found.kind === "expected" ? (all > 0 ? (s[0] + s[1]) ** 2 / all : 0) : differ;
  return {
    low: (gap - Math.hypot(s[0] - a[0], b[1] - s[1])) / years,
    high: (gap + Math.hypot(a[1] - s[0], s[1] - b[0])) / years,
    enough: rests >= found.fewest_discordant,
  };
}

function mixtureRows(found, weights) {
  const each = weights.map((weight, i) => weight / sum(weights) / found.years[i]);
  const years = 1 / sum(each);
  const events = found.events.map((futures) =>
    futures[0].map((_, world) => sum(futures.map((its, i) => its[world] * each[i] * years))),
  );
  const rates = events.map((its) => sum(its) / years);
  const rows = found.options.map((name, i) => {
    const gaps = events.flatMap((its, j) => (i === j ? [] : [difference(found, events[i], its, years)]));
    const enough = gaps.filter((gap) => gap.enough);
    const first = 1 + enough.filter(({ low }) => low > 0).length;
    const last = events.length - enough.filter(({ high }) => high < 0).length;
    const [low, high] = [gaps.map((gap) => gap.low), gaps.map((gap) => gap.high)];
    const regret = [rates[i] - Math.min(...rates), Math.max(0, ...low), Math.max(0, ...high)];
    const rank = first === last ? `${first}` : `${first} to ${last}`;
    const cells = [figure(rates[i]), rank, spread(regret.map(figure))];
    return { name, by: rates[i], ranks: [first, last], cells };
  });
  return rows.sort((a, b) => a.by - b.by);
}
