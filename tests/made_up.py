"""A made-up study for tests of pictures, and what a figure shows of it."""

import itertools
import json
import warnings

import numpy as np
import pandas as pd
from matplotlib.text import Text

from experiments.findings.alike import alike
from experiments.findings.comparison import Shared, audit, compare, paired
from experiments.findings.counting import counting
from experiments.findings.definitions import columns
from experiments.findings.figures import as_data
from experiments.findings.pools import Pools
from experiments.findings.summary import ambiguity, any_clash, marked, rate
from experiments.measures import CHANCES, EXPECTED, MEASURES, SUMMED, by_world, counted_of, told
from experiments.pictures import NEEDED, pictures
from experiments.pictures.material import Material
from experiments.pictures.sheet import WIDTH, styled
from experiments.statistics.intervals import rate_interval
from experiments.statistics.regression import partial_rank, standardised
from experiments.statistics.verdict import family_level
from sim.codes import Trigger
from sim.outcome.outcome import RUNGS


class Study:
    """A made-up study: futures (by levels of factors) x policies."""

    def __init__(
        self,
        policies=("hotline", "nothing"),
        factors=None,
        worlds=15,
        rate=2.0,
        days=365,
        talks="none",
        prefix="",
        seed=0,
        length_km=248.0,
        rung=0.5,
        ends=False,
        estimate="clashes",
        sample=False,
        of=None,
    ):
        self.sample = sample
        self.of = of  # makers of pictures; all of them if None
        self.rng = np.random.default_rng(seed)
        self.worlds, self.rate, self.days, self.rung, self.ends = worlds, rate, days, rung, ends
        self.length_km = length_km
        factors = factors or {}
        self.manifest = {
            "kind": "study",
            "name": prefix + "a study",
            "description": "",
            "version": "0.1.0",
            "seed": 1,
            "command": "dmz study",
            "lucks_per_world": 2,
            "rule": {"runs": 2 * worlds},
            "estimate": [estimate],
            "factors": factors,
            "arms": {},
        }
        cross = zip(*factors.values(), strict=True) if sample else itertools.product(*factors.values())
        for point in cross:
            future = prefix + ("baseline" if not factors else ", ".join(point))
            levels = dict(zip(factors, point, strict=True))
            scenario = {
                "name": "baseline",
                "start": "2025-11-01",
                "days": days,
                "space": {"length_km": length_km},
                "talks": {"outcome": levels.get("talks.outcome", talks), "decided_by": "scenario"},
            }
            for policy in (None, *(prefix + each for each in policies)):
                name = future if policy is None else f"{future} + {policy}"
                self.manifest["arms"][name] = {
                    "future": future,
                    "policy": policy,
                    "content_hash": "0",
                    "levels": levels,
                    "case": {
                        "scenario": scenario,
                        "policies": [],
                        "drawn": sorted(factors) if sample else [],
                    },
                }
        tables = [self._arm(name, arm, i) for i, (name, arm) in enumerate(self.manifest["arms"].items())]
        self.runs, self.incidents, self.tension = (
            pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True)
        )
        self.figures = self._figures()

    def _arm(self, name, arm, i):
        rng = np.random.default_rng(1 if (arm["policy"] or "").endswith("nothing") else i + 1)
        rng = np.random.default_rng(1) if i == 0 else rng
        runs = 2 * self.worlds
        run = np.repeat(np.arange(runs), rng.poisson(10 * self.rate, runs))
        incidents = self._incidents(rng, run)
        rows = pd.DataFrame(
            {
                "run": np.arange(runs),
                "seed": 1,
                "world": np.arange(runs) // 2,
                "luck": np.arange(runs) % 2,
                "days": float(self.days),
            }
        )
        rows["ended"] = self.ends
        sides = [f"casualties_{side}" for side in ("north", "south")]
        counted = (name for name in (*MEASURES, *sides) if name not in SUMMED)
        counts = {name: rng.poisson(self.rate, runs) for name in counted}
        counts["casualties"] = sum(counts[name] for name in sides)
        rows = rows.assign(**counts, **{name: 0.9 * counts[counted_of(name)] for name in CHANCES})
        rest = [name for name in columns() if name not in rows]
        rows[rest] = rng.poisson(20 * self.rate, (runs, len(rest)))
        clash = incidents["accidental"] & (incidents["rung"] >= 3)
        violation = incidents["begun_by"] == "violation"
        for column, kind in (
            ("clashes", clash),
            ("clashes_violation", clash & violation),
            ("clashes_otherwise", clash & ~violation),
        ):
            rows[column] = np.bincount(incidents.loc[kind, "run"], minlength=runs)
            rows[f"expected_{column}"] = 0.8 * rows[column] + 0.1 * rows["violations"]
        for r in range(1, len(RUNGS)):
            rows[f"rung_{r}"] = np.bincount(incidents.loc[incidents["rung"] >= r, "run"], minlength=runs)
        first = incidents[clash].groupby("run")["opened_day"].min()
        rows["first_clash_day"] = first.reindex(rows["run"]).to_numpy(float)
        futures = list(dict.fromkeys(a["future"] for a in self.manifest["arms"].values()))
        area = 2.0 + 0.8 * futures.index(arm["future"])
        for column in ("mean_disagreement_m", "p95_disagreement_m", "map_gap", "contested_area_km2"):
            rows[column] = np.repeat(rng.normal(area, 0.1, self.worlds), 2)
        weeks = -(-self.days // 7)
        walks = [
            np.clip(0.2 + rng.normal(0, 0.01, (2, weeks)).cumsum(axis=1), 0, 1).astype(np.float32)
            for _ in range(runs)
        ]
        tension = pd.DataFrame(
            {"run": np.arange(runs), "north": [w[0] for w in walks], "south": [w[1] for w in walks]}
        )
        return [table.assign(arm=name) for table in (rows, incidents, tension)]

    def _incidents(self, rng, run):
        n = run.size
        trigger = rng.choice(Trigger.words(), n, p=[0.6, 0.2, 0.15, 0.05])
        cause = rng.choice(["map", "navigation", "fix", "joint"], n)
        rung = np.minimum(rng.geometric(1 - self.rung, n) - 1 if self.rung else np.zeros(n, int), 6)
        return pd.DataFrame(
            {
                "run": run,
                "opened_day": rng.uniform(0, self.days, n),
                "begun_by": trigger,
                "cause": np.where(trigger == "violation", cause, "mine"),
                "opened": "2025-11-05",
                "accidental": rng.random(n) < 0.95,
                "rung": rung,
                "s_km": rng.uniform(0, self.length_km, n),
                "recorded_by_north": (trigger == "violation") & (rng.random(n) < 0.2),
                "recorded_by_south": (trigger == "violation") & (rng.random(n) < 0.7),
            }
        )

    def _figures(self):
        arms = self.manifest["arms"]
        runs = {name: self.runs[self.runs["arm"] == name] for name in arms}
        incidents = {name: self.incidents[self.incidents["arm"] == name] for name in arms}
        measures = tuple(dict.fromkeys((*EXPECTED, *told(self.manifest["estimate"]))))
        pools = Pools({name: by_world(table, *measures) for name, table in runs.items()}, measures).at()
        compared = {*EXPECTED, *map(counted_of, EXPECTED), *self.manifest["estimate"]}  # all that is drawn
        pairs = sum(arm["policy"] is not None for arm in arms.values())
        level = family_level(pairs)
        comparisons = {}
        for name, arm in arms.items():
            base = next(n for n, a in arms.items() if a["future"] == arm["future"] and a["policy"] is None)
            if name != base:
                seen = audit((runs[name], incidents[name]), (runs[base], incidents[base]))
                both = Shared.of(*paired(runs[name], runs[base]), measures)
                comparisons.setdefault(arm["future"], {})[arm["policy"]] = {
                    "audit": vars(seen),
                    "costs": {},
                    "measures": {
                        m: as_data(compare(both, m, pools[m], level, seen), pools[m])
                        for m in measures
                        if m in compared
                    },
                }
        figures = {
            "name": "a study",
            "kind": "study",
            "clusters": 50.0,
            "too_few_clusters": False,
            "family": {"comparisons": pairs, "level": level, "interim": None},
            "rates": {n: self._rates(t, pools) for n, t in runs.items()},
            "any_clash": {n: any_clash(t) for n, t in runs.items()},
            "runs": {n: len(t) for n, t in runs.items()},
            "ambiguity": {n: ambiguity(t) for n, t in runs.items()},
            "comparisons": comparisons,
            "regret": None,
            "days": dict.fromkeys(runs, self.days),
            "talks": [],
            "drivers": self._drivers() if self.sample else None,
        }
        baselines = {arm["future"]: name for name, arm in arms.items() if arm["policy"] is None}
        drawn_alone = [] if self.of else list(baselines.values())[:1]
        figures["counting"] = counting({name: runs[name] for name in drawn_alone}) if drawn_alone else {}
        figures |= {"alike": alike(comparisons, figures["rates"], baselines), "best": {}, "over_draws": {}}
        return json.loads(json.dumps(figures))

    def _rates(self, runs, pools):
        counts, years = runs.groupby("world")[list(pools)].sum(), float(runs["days"].sum()) / 365
        return {
            name: marked(
                {name: rate_interval(counts[name].to_numpy(), years, pool=pool)}, {name: pool}, rate
            )[name]
            for name, pool in pools.items()
        }

    def _drivers(self):
        """Rates that rise with the first factor and fall with the second, as their study would find them."""
        arms = [arm for arm in self.manifest["arms"].values() if arm["policy"] is None]
        values = np.array([[float(label) for label in arm["levels"].values()] for arm in arms])
        rates = np.array([self.runs.loc[self.runs["arm"] == arm["future"], "clashes"].mean() for arm in arms])
        found = standardised(values, rates), partial_rank(values, rates)
        limits = [
            {"estimate": rate, "low": max(0, rate - 0.5), "high": rate + 0.7} for rate in rates.tolist()
        ]
        return {
            "factors": dict.fromkeys(self.manifest["factors"], False),
            "level": 0.99,
            "points_level": 0.995,
            "points": [
                {
                    "future": arm["future"],
                    "values": dict(zip(arm["levels"], row, strict=True)),
                    "rate": each,
                    "events": 9.0,
                    "n": 30.0,
                }
                for arm, row, each in zip(arms, values.tolist(), limits, strict=True)
            ],
            "regressions": [
                {
                    "under": {},
                    "points": len(arms),
                    "drivers": [
                        {"factor": name}
                        | {
                            key: {end: float(getattr(each, end)[i]) for end in ("estimate", "low", "high")}
                            for key, each in zip(("standardised", "partial_rank"), found, strict=True)
                        }
                        for i, name in enumerate(self.manifest["factors"])
                    ],
                    "explained": {"standardised": found[0].explained, "ranks": found[1].explained},
                }
                if found[0]
                else {"under": {}, "points": len(arms), "drivers": None, "explained": None}
            ],
        }

    def tables(self):
        """The columns that pictures need, by kind and arm."""
        arms = [name for name in self.manifest["arms"] if (self.runs["arm"] == name).any()]
        whole = {"runs": self.runs, "incidents": self.incidents, "tension": self.tension}
        return {
            kind: {name: whole[kind].loc[whole[kind]["arm"] == name, list(columns)] for name in arms}
            for kind, columns in NEEDED.items()
        }

    def pictures(self):
        """Made once: pictures are not changed by being drawn or saved."""
        if not hasattr(self, "made"):
            self.made = self.fresh()
        return self.made

    def fresh(self):
        with warnings.catch_warnings(), styled():
            warnings.simplefilter("error")
            tables = (self.manifest, self.figures, self.tables())
            made = (
                pictures(*tables)
                if self.of is None
                else [each for make in self.of for each in make(Material(*tables))]
            )
            return {picture.name: picture for picture in made}


def drawn(figure, monkeypatch):
    """Text and extent of every text that a drawing of ``figure`` really sets."""
    found, draw = [], Text.draw

    def noting(self, renderer):
        if self.get_visible() and self.get_text().strip():
            found.append((self.get_text(), Text.get_window_extent(self, renderer).extents))
        return draw(self, renderer)

    with monkeypatch.context() as patch, styled():
        patch.setattr(Text, "draw", noting)
        figure.draw_without_rendering()
    return found


def assert_legible(figure, monkeypatch):
    """No text of a figure overlaps another or leaves the sheet; its words."""
    found = drawn(figure, monkeypatch)
    words, boxes = [text for text, _ in found], np.array([box for _, box in found])
    # a pixel of air that the letters leave in their boxes
    one, two = boxes[:, None], boxes[None]
    overlap = ((one[..., :2] + 1 < two[..., 2:]) & (two[..., :2] + 1 < one[..., 2:])).all(axis=-1)
    i, j = np.nonzero(np.triu(overlap, 1))
    assert not i.size, [(words[a], words[b]) for a, b in zip(i, j, strict=True)]
    size = (figure.bbox.width, figure.bbox.height)
    outside = ((boxes[:, :2] < 0) | (boxes[:, 2:] > size)).any(axis=1)
    assert not outside.any(), [words[a] for a in np.flatnonzero(outside)]
    assert figure.bbox.width == WIDTH
    return words
