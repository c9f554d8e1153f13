"""The pictures of studies can be read, hold what they draw, and are the same each time."""

import itertools
import json
import re
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from experiments.figures import as_data
from experiments.judging import FAMILY, audit, compare, family_level
from experiments.measures import LADDER, MEASURES
from experiments.pictures import NEEDED, pictures, save, svg_text
from experiments.pictures.causes import _LOOKS as CAUSE_LOOKS
from experiments.pictures.contested import contested
from experiments.pictures.forest import forests
from experiments.pictures.grid import brightness
from experiments.pictures.heat import _MAP, heat
from experiments.pictures.ladder import ladder
from experiments.pictures.levels import levels
from experiments.pictures.marks import spread
from experiments.pictures.policies import SHIFT, policy_heat
from experiments.pictures.shown import CURVES, LOOKS, MOST, Shown
from experiments.plan import TALKS
from experiments.pools import Pools
from experiments.sheet import WIDTH, styled
from experiments.statistics import rate_interval
from experiments.summary import ambiguity, any_clash, interval
from sim.geography import ATTRIBUTION
from sim.outcome import RUNGS
from sim.state import TRIGGERS

ODD = (
    '<script id="x">$x_1$ & a very long name, 100% \\alpha_{1 with "quotes" 비무장지대 ' + "w" * 60
)


class Study:
    """A made-up study: futures (by levels of factors) x policies."""

    def __init__(
        self, policies=("hotline", "nothing"), factors=None, worlds=15, rate=2.0, days=365,
        talks="none", prefix="", seed=0, length_km=248.0, rung=0.5, ends=False, estimate="clashes",
        of=None,
    ):  # fmt: skip
        self.of = of  # makers of pictures; all of them if None
        self.rng = np.random.default_rng(seed)
        self.worlds, self.rate, self.days, self.rung, self.ends = worlds, rate, days, rung, ends
        self.length_km = length_km
        factors = factors or {}
        self.manifest = {
            "kind": "study", "name": prefix + "a study", "description": "", "version": "0.1.0",
            "seed": 1, "command": "dmz study", "lucks_per_world": 2, "rule": {"runs": 2 * worlds},
            "estimate": [estimate], "factors": factors, "arms": {},
        }  # fmt: skip
        scenario = {"name": "baseline", "start": "2025-11-01", "days": days,
                    "space": {"length_km": length_km},
                    "talks": {"outcome": talks, "decided_by": "scenario"}}  # fmt: skip
        for point in itertools.product(*factors.values()):
            future = prefix + ("baseline" if not factors else ", ".join(point))
            for policy in (None, *(prefix + each for each in policies)):
                name = future if policy is None else f"{future} + {policy}"
                self.manifest["arms"][name] = {
                    "future": future, "policy": policy, "content_hash": "0",
                    "levels": dict(zip(factors, point, strict=True)),
                    "case": {"scenario": scenario, "policies": []},
                }  # fmt: skip
        tables = [self._arm(name, arm, i)
                  for i, (name, arm) in enumerate(self.manifest["arms"].items())]  # fmt: skip
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
        rows = pd.DataFrame({"run": np.arange(runs), "seed": 1, "world": np.arange(runs) // 2,
                             "luck": np.arange(runs) % 2, "days": float(self.days)})  # fmt: skip
        rows["ended"] = self.ends
        sides = [f"casualties_{side}" for side in ("north", "south")]
        counts = {name: rng.poisson(self.rate, runs) for name in (*MEASURES, *sides)}
        counts["casualties"] = sum(counts[name] for name in sides)
        rows = rows.assign(**counts)
        clash = incidents["accidental"] & (incidents["rung"] >= 3)
        violation = incidents["trigger"] == "violation"
        for column, kind in (("clashes", clash), ("clashes_violation", clash & violation),
                             ("clashes_otherwise", clash & ~violation)):  # fmt: skip
            rows[column] = np.bincount(incidents.loc[kind, "run"], minlength=runs)
        for r in range(1, len(RUNGS)):
            rows[f"rung_{r}"] = np.bincount(incidents.loc[incidents["rung"] >= r, "run"],
                                            minlength=runs)  # fmt: skip
        first = incidents[clash].groupby("run")["day"].min()
        rows["first_clash_day"] = first.reindex(rows["run"]).to_numpy(float)
        futures = list(dict.fromkeys(a["future"] for a in self.manifest["arms"].values()))
        area = 2.0 + 0.8 * futures.index(arm["future"])
        for column in ("mean_disagreement_m", "p95_disagreement_m", "map_gap",
                       "contested_area_km2"):  # fmt: skip
            rows[column] = np.repeat(rng.normal(area, 0.1, self.worlds), 2)
        weeks = -(-self.days // 7)
        walks = [np.clip(0.2 + rng.normal(0, 0.01, (2, weeks)).cumsum(axis=1), 0, 1)
                 .astype(np.float32) for _ in range(runs)]  # fmt: skip
        tension = pd.DataFrame({"run": np.arange(runs), "north": [w[0] for w in walks],
                                "south": [w[1] for w in walks]})  # fmt: skip
        return [table.assign(arm=name) for table in (rows, incidents, tension)]

    def _incidents(self, rng, run):
        n = run.size
        trigger = rng.choice(TRIGGERS, n, p=[0.6, 0.2, 0.15, 0.05])
        cause = rng.choice(["map", "navigation", "fix", "joint"], n)
        rung = np.minimum(rng.geometric(1 - self.rung, n) - 1 if self.rung else np.zeros(n, int), 6)
        return pd.DataFrame({
            "run": run, "day": rng.uniform(0, self.days, n), "trigger": trigger,
            "cause": np.where(trigger == "violation", cause, "mine"), "opened": "2025-11-05",
            "accidental": rng.random(n) < 0.95, "rung": rung,
            "s_km": rng.uniform(0, self.length_km, n),
            "recorded_by_north": (trigger == "violation") & (rng.random(n) < 0.2),
            "recorded_by_south": (trigger == "violation") & (rng.random(n) < 0.7),
        })  # fmt: skip

    def _figures(self):
        arms = self.manifest["arms"]
        runs = {name: self.runs[self.runs["arm"] == name] for name in arms}
        incidents = {name: self.incidents[self.incidents["arm"] == name] for name in arms}
        measures = tuple(dict.fromkeys((*FAMILY, *self.manifest["estimate"], *LADDER)))
        pools = Pools(runs, measures).at()
        pairs = sum(arm["policy"] is not None for arm in arms.values())
        level = family_level(3 * pairs)
        comparisons = {}
        for name, arm in arms.items():
            base = next(n for n, a in arms.items()
                        if a["future"] == arm["future"] and a["policy"] is None)  # fmt: skip
            if name != base:
                seen = audit((runs[name], incidents[name]), (runs[base], incidents[base]))
                comparisons.setdefault(arm["future"], {})[arm["policy"]] = {
                    "audit": vars(seen), "costs": {}, "measures": {
                        m: as_data(compare(runs[name], runs[base], m, pools[m], level, seen))
                        for m in measures},
                }  # fmt: skip
        figures = {
            "name": "a study", "kind": "study", "clusters": 50.0, "too_few_clusters": False,
            "family": {"comparisons": 3 * pairs, "level": level, "looks": None},
            "rates": {n: self._rates(t, pools) for n, t in runs.items()},
            "any_clash": {n: any_clash(t) for n, t in runs.items()},
            "runs": {n: len(t) for n, t in runs.items()},
            "ambiguity": {n: ambiguity(t) for n, t in runs.items()},
            "comparisons": comparisons, "regret": None,
        }  # fmt: skip
        return json.loads(json.dumps(figures))

    def _rates(self, runs, pools):
        counts, years = runs.groupby("world")[list(pools)].sum(), float(runs["days"].sum()) / 365
        return {name: interval(rate_interval(counts[name].to_numpy(), years, pool=pool))
                for name, pool in pools.items()}  # fmt: skip

    def tables(self):
        """The columns that pictures need, by kind and arm."""
        arms = [name for name in self.manifest["arms"] if (self.runs["arm"] == name).any()]
        whole = {"runs": self.runs, "incidents": self.incidents, "tension": self.tension}
        return {kind: {name: whole[kind].loc[whole[kind]["arm"] == name, list(columns)]
                       for name in arms} for kind, columns in NEEDED.items()}  # fmt: skip

    def pictures(self):
        """Made once: pictures are not changed by being drawn or saved."""
        if not hasattr(self, "made"):
            self.made = self.fresh()
        return self.made

    def fresh(self):
        with warnings.catch_warnings(), styled():
            warnings.simplefilter("error")
            tables = (self.manifest, self.figures, self.tables())
            made = (pictures(*tables) if self.of is None
                    else [each for make in self.of for each in make(Shown(*tables))])  # fmt: skip
            return {picture.name: picture for picture in made}


GRID = {"border.marker_survival": ["1.0", "0.5", "0.155", "0.05"],
        "talks": ["accepted", "ignored", "refused", "collapsed"]}  # fmt: skip
BY_LEVEL = (levels, contested, heat)
POLICIES = (forests, policy_heat)
CASES = {
    "a comparison": {},
    "no event": {"rate": 0.0, "policies": ()},
    "rare clashes": {"rate": 0.02, "worlds": 40, "policies": ("hotline",)},
    "one day": {"days": 1, "worlds": 1, "policies": (), "ends": True},
    "many clashes": {"rate": 40.0, "rung": 0.8, "worlds": 4, "days": 1825, "policies": ()},
    "a short line": {"length_km": 20.0, "worlds": 4, "rung": 0.0, "policies": ()},
    "many policies": {"policies": [f"policy {i}" for i in range(32)], "worlds": 1,
                      "of": (forests, ladder)},
    "a grid": {"policies": (), "factors": GRID, "worlds": 6, "talks": "ignored", "of": BY_LEVEL},
    "a grid with policies": {"worlds": 3, "factors": {"a": ["1", "2"], "b": ["x", "refused"]}},
    "one factor": {"policies": (), "factors": {"south.watch.margin_m": ["10", "20", "40"]},
                   "of": BY_LEVEL},
    "close numbers": {"policies": (), "worlds": 3, "of": BY_LEVEL,
                      "factors": {"x": ["1", "1.01", "1.02", "100", "1000"]}},
    "wide numbers": {"policies": (), "worlds": 3, "of": BY_LEVEL,
                     "factors": {"x": ["1", "10", "100", "1000"]}},
    "many levels": {"policies": (), "worlds": 2, "of": BY_LEVEL,
                    "factors": {"x": [f"{i}" for i in range(40)]}},
    "many names": {"policies": (), "worlds": 2, "of": BY_LEVEL,
                   "factors": {"x": [f"level of name {i}" for i in range(40)]}},
    "seasons": {"policies": (), "of": BY_LEVEL,
                "factors": {"season": ["winter", "spring", "summer", "autumn"]}},
    "three factors": {"policies": (), "worlds": 2, "of": BY_LEVEL, "factors": {
        "a": ["1", "2"], "b": ["x", "y", "z"], "c": [f"{i}" for i in range(6)]}},
    "odd names": {"prefix": ODD, "worlds": 4},
    "odd levels": {"prefix": ODD, "worlds": 3, "of": (*BY_LEVEL, *POLICIES), "factors": {
        f"{ODD} a": [f"{ODD} 1", f"{ODD} ignored"], f"{ODD} b": [f"{i} {ODD}" for i in range(3)]}},
    "an odd factor": {"policies": (), "worlds": 3, "of": BY_LEVEL,
                      "factors": {ODD: [f"{i} {ODD}" for i in range(5)]}},
}  # fmt: skip
_STUDIES: dict = {}


def study(name):
    """Shared by tests; one that changes it makes its own."""
    if name not in _STUDIES:
        _STUDIES[name] = Study(**CASES[name])
    return _STUDIES[name]


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


@pytest.mark.parametrize("name", CASES)
def test_every_picture_is_legible_and_has_its_words_and_data(name, monkeypatch):
    made = study(name).pictures()
    assert made
    for picture in made.values():
        text = " ".join(assert_legible(picture.figure, monkeypatch))
        assert re.fullmatch(r"[a-z0-9-]+", picture.name)
        assert picture.title and len(picture.caption) > 40 and len(picture.data)
        assert "Purpose: comparison, not prediction" in text
        assert (TALKS in text) == (CASES[name].get("talks", "none") != "none")
        assert (ATTRIBUTION in text) == (picture.name in ("places", "map"))


def test_each_study_has_the_pictures_that_it_has_the_material_for():
    always = {"ladder", "outcomes", "places", "map", "tension", "causes"}
    forest = {"forest", "forest-2", "forest-3", "forest-4"}
    for name, names in {
        "no event": always, "a comparison": always | {"forest"},
        "a grid with policies": always | forest | {"heat-policies", "heat", "contested"},
        "a grid": {"heat", "contested"}, "one factor": {"levels", "contested"},
        "three factors": {"heat", "heat-2", "heat-3", "heat-4", "contested"},
        "many policies": {"forest", "forest-2", "ladder"},
    }.items():  # fmt: skip
        assert set(study(name).pictures()) == names
    nothing = pictures(study("a comparison").manifest, {}, {"runs": {}})
    assert nothing == []


@pytest.mark.parametrize("name", ["odd names"])
def test_saved_twice_the_bytes_are_equal(name, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        look = {"font.size": 30, "svg.fonttype": "path"} if folder == two else {}
        with matplotlib.rc_context(look):
            for picture in study(name).fresh().values():
                save(picture, folder)
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in two.iterdir()) and len(names) >= 12
    for each in names:
        assert (one / each).read_bytes() == (two / each).read_bytes(), each


def test_a_saved_picture_saves_the_same_again(tmp_path):
    picture = study("a comparison").pictures()["forest"]
    save(picture, tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    svg_text(picture)
    save(picture, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_an_inline_svg_is_sound_and_its_ids_are_its_own():
    made = study("odd names").pictures()
    known: set = set()
    for picture in made.values():
        text = svg_text(picture)
        assert text.startswith("<svg ") and "<script" not in text and "<style" not in text
        root = ET.fromstring(text)
        ids = {element.get("id") for element in root.iter()} - {None}
        assert ids and all(each.startswith(f"{picture.name}-") for each in ids)
        assert not ids & known
        known |= ids
        used = re.findall(r'(?:href="#|url\(#)([^")]+)', text)
        assert used and set(used) <= ids
        words = "".join(root.itertext())
        assert "$x_1$" in words and '<script id="x">' in words


def test_the_saved_csv_holds_what_is_drawn(tmp_path):
    made = study("odd levels")
    for picture in made.pictures().values():
        save(picture, tmp_path)
        table = pd.read_csv(tmp_path / f"{picture.name}.csv")
        assert list(table) == list(picture.data) and len(table) == len(picture.data)
        numbers = table.select_dtypes("number").columns
        np.testing.assert_allclose(table[numbers], picture.data[numbers].astype(float))
        assert Path(tmp_path / f"{picture.name}.png").read_bytes()[:4] == b"\x89PNG"


def test_the_forest_draws_its_table():
    found = study("a comparison")
    picture = found.pictures()["forest"]
    ratio, gap = picture.figure.axes[:2]
    data = picture.data.set_index("policy")
    clash = found.figures["comparisons"]["baseline"]["hotline"]["measures"]["clashes"]
    assert data.loc["hotline", "ratio_low"] == clash["ratio"]["low"]
    assert data.loc["hotline", "difference"] == clash["difference"]["estimate"]
    for axes, name in ((ratio, "ratio"), (gap, "difference")):
        marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in "oD"]
        assert marks == picture.data[name].tolist()


def test_what_never_bound_is_a_diamond_without_an_interval(monkeypatch):
    picture = study("a comparison").pictures()["forest"]
    data = picture.data.set_index("policy")
    assert data.loc["nothing", "verdict"] == "identical"
    gap = picture.figure.axes[1]
    assert [line.get_xdata()[0] for line in gap.lines if line.get_marker() == "D"] == [0.0]
    assert sum(line.get_marker() in ("|", "<", ">") for line in gap.lines) == 2
    text = " ".join(words for words, _ in drawn(picture.figure, monkeypatch))
    assert "never bound" in text and "exactly 1" in text


def test_infinite_limits_are_arrows_and_are_written_as_infinite(monkeypatch, tmp_path):
    found = Study(policies=("hotline", "other"), of=POLICIES)
    measures = found.figures["comparisons"]["baseline"]
    for policy, at in (("hotline", None), ("other", 0.0)):
        clash = measures[policy]["measures"]["clashes"]
        clash["ratio"] |= {"estimate": at, "low": 0.0, "high": None}
        clash["baseline"] |= {"events": 0.0, "estimate": 0.0, "low": 0.0}
    clash["policy"] |= {"events": 0.0}
    picture = found.pictures()["forest"]
    assert_legible(picture.figure, monkeypatch)
    ratio = picture.figure.axes[0]
    low, high = ratio.get_xlim()
    arrows = {(line.get_marker(), line.get_xdata()[0]) for line in ratio.lines
              if line.get_marker() in ("<", ">")}  # fmt: skip
    assert arrows == {("<", low), (">", high)}
    save(picture, tmp_path)
    table = pd.read_csv(tmp_path / "forest.csv").set_index("policy")
    assert np.isinf(table.loc["hotline", ["ratio", "ratio_high"]].astype(float)).all()
    text = " ".join(words for words, _ in drawn(picture.figure, monkeypatch))
    assert "∞ (0–∞)" in text and "0 (0–∞)" in text and "none in either (" not in text


def test_the_heat_map_marks_what_is_only_assumed(monkeypatch):
    picture = study("a grid").pictures()["heat"]
    words = [text for text, _ in drawn(picture.figure, monkeypatch)]
    assert sum(re.fullmatch(r"[\d.]+\*", text) is not None for text in words) == 8
    assert any("differ only in what a refusal is assumed to cost" in text for text in words)
    assert len(picture.data) == 16
    without = study("three factors").pictures()["heat"]
    assert not any("*" in text for text, _ in drawn(without.figure, monkeypatch))


def test_the_map_of_policies_tells_verdicts_without_colour(monkeypatch):
    found = Study(**CASES["a grid with policies"], of=POLICIES)
    ends = {"estimate": 0.5, "low": 0.2, "high": 0.9}
    futures = list(found.figures["comparisons"])
    told = [("lower", ends), ("higher", {"estimate": None, "low": 3.0, "high": None}),
            ("undecided", {"estimate": None, "low": 0.0, "high": None})]  # fmt: skip
    for future, (verdict, ratio) in zip(futures, told, strict=False):
        clash = found.figures["comparisons"][future]["hotline"]["measures"]["clashes"]
        clash |= {"verdict": verdict, "ratio": clash["ratio"] | ratio}
    clash["policy"] |= {"events": 0.0}
    picture = found.pictures()["heat-policies"]
    words = assert_legible(picture.figure, monkeypatch)
    assert {"▼ 0.50", "(0.20–0.90)", "(3.00–∞)"} <= set(words)
    assert any(word.startswith("▲ ∞") for word in words) and "none in either" in words
    assert sum(word.startswith("= 1") for word in words) >= 1
    assert any("assumed to cost" in word for word in words)
    assert len(picture.data) == 8


def test_many_futures_turn_the_map_or_take_pages(monkeypatch):
    many = Study(worlds=1, of=(policy_heat,), factors={"x": [f"{i}" for i in range(9)]})
    made = many.pictures()
    assert set(made) == {"heat-policies"}
    assert "Rows: futures" in " ".join(assert_legible(made["heat-policies"].figure, monkeypatch))


def test_points_of_the_same_area_stand_apart():
    found = Study(policies=(), worlds=2, factors={"a": ["1", "2", "3"]}, of=BY_LEVEL)
    first, second, _ = found.manifest["arms"]
    found.figures["ambiguity"][second] = found.figures["ambiguity"][first]
    axes = found.pictures()["contested"].figure.axes[0]
    x = next(line.get_xdata() for line in axes.lines if line.get_marker() == "o")
    pixels = axes.transData.transform(np.column_stack([x, x]))[:, 0]
    assert np.diff(np.sort(pixels)).min() > 14.5


def test_a_factor_may_have_the_name_of_a_column(monkeypatch):
    found = Study(policies=(), worlds=2, factors={"rate": ["1", "2"], "arm": ["low", "years"]},
                  of=BY_LEVEL)  # fmt: skip
    made = found.pictures()
    assert made["heat"].data["level of rate"].tolist() == ["1", "1", "2", "2"]
    assert "contested" in made


def test_a_cell_without_runs_is_left_hatched(monkeypatch):
    found = Study(**CASES["a grid"])
    gone = list(found.manifest["arms"])[3]
    found.runs = found.runs[found.runs["arm"] != gone]
    made = found.pictures()
    assert len(made["heat"].data) == 15
    for picture in made.values():
        assert_legible(picture.figure, monkeypatch)


def test_a_sample_of_points_is_no_heat_map(monkeypatch):
    found = Study(policies=(), worlds=2, of=BY_LEVEL, factors={"a": [f"{i / 7}" for i in range(6)],
                                                  "b": [f"{i**2}" for i in range(6)]})  # fmt: skip
    keep = list(found.manifest["arms"])[::7]
    found.manifest["arms"] = {name: found.manifest["arms"][name] for name in keep}
    found.runs = found.runs[found.runs["arm"].isin(keep)]
    made = found.pictures()
    assert "levels" in made and "heat" not in made
    for picture in made.values():
        assert_legible(picture.figure, monkeypatch)


def test_rates_are_drawn_at_the_number_of_their_level():
    picture = study("one factor").pictures()["levels"]
    marks = [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]
    assert marks[0].get_xdata().tolist() == [10.0, 20.0, 40.0]
    assert marks[0].get_ydata().tolist() == picture.data["rate"].tolist()


def test_a_sample_of_one_factor_is_drawn_to_scale(monkeypatch):
    labels = ["33.88", "24.96", "13.72", "31.81", "39.5", "5.16"]
    picture = Study(policies=(), worlds=2, of=BY_LEVEL, factors={"x": labels}).pictures()["levels"]
    (marks,) = [line for line in picture.figure.axes[0].lines if line.get_marker() == "o"]
    assert marks.get_xdata().tolist() == [float(label) for label in labels]
    assert_legible(picture.figure, monkeypatch)


def test_places_hold_every_event_once():
    found = study("a comparison")
    places, chart = (found.pictures()[name].data for name in ("places", "map"))
    for name, runs in found.runs.groupby("arm"):
        mine = places[places["arm"] == name]
        for column in ("clashes_violation", "clashes_otherwise"):
            assert mine[f"{column}_counted"].sum() == runs[column].sum()
    base = found.runs[found.runs["arm"] == "baseline"]
    assert chart["clashes"].sum() == base["clashes"].sum()
    years = base["days"].sum() / 365
    assert chart["per_year"].sum() == pytest.approx(base["clashes"].sum() / years)


def test_the_curves_are_those_of_the_first_lucks():
    found = study("a comparison")
    data = found.pictures()["outcomes"].data
    base = found.runs[(found.runs["arm"] == "baseline") & (found.runs["luck"] == 0)]
    mine = data[(data["arm"] == "baseline") & (data["panel"] == "clashes")]
    for row in mine.itertuples():
        assert row.share == pytest.approx((base["clashes"] <= row.x).mean())
        assert row.low <= row.share <= row.high and row.n == len(base)


def test_counts_of_runs_of_different_length_are_a_year():
    found = Study(policies=(), factors={"season": ["winter", "spring"]}, days=73, worlds=4)
    arms = found.manifest["arms"]
    second = list(arms)[1]
    case = json.loads(json.dumps(arms[second]["case"]))
    case["scenario"]["days"] = 146
    arms[second]["case"] = case
    data = found.pictures()["outcomes"].data
    counts = data[data["panel"] == "clashes"]
    first = counts[counts["arm"] == "winter"]["x"]
    assert first.tolist()[:2] == pytest.approx([0.0, 5.0])
    assert counts[counts["arm"] == second]["x"].tolist()[:2] == pytest.approx([0.0, 2.5])


def test_shares_of_causes_add_up():
    data = study("a comparison").pictures()["causes"].data
    for _, mine in data.groupby(["panel", "arm"]):
        assert mine["share"].sum() == pytest.approx(1) and mine["events"].sum() == mine["n"].iloc[0]


def test_tension_counts_a_run_until_it_ended():
    found = Study(policies=(), worlds=2, days=70)
    found.tension.loc[0, "north"] = [0.1, 0.1]
    found.tension.loc[0, "south"] = [0.1, 0.1]
    data = found.pictures()["tension"].data
    assert data["runs"].tolist() == [4, 4] + [3] * 8
    assert data["date"].iloc[1] - data["date"].iloc[0] == pd.Timedelta(days=7)


def test_only_the_most_different_arms_are_shown_and_that_is_said(monkeypatch):
    picture = study("many policies").pictures()["ladder"]
    assert picture.data["arm"].nunique() == 8
    assert picture.data["arm"].iloc[0] == "baseline"
    text = " ".join(words for words, _ in drawn(picture.figure, monkeypatch))
    assert "8 of 33 arms" in text and "8 of 33 arms" in picture.caption


def test_the_style_of_the_caller_is_left_alone():
    with matplotlib.rc_context({"font.size": 31.0}):
        before = dict(matplotlib.rcParams)
        for picture in study("no event").pictures().values():
            svg_text(picture)
        assert dict(matplotlib.rcParams) == before


def grey(colour):
    return brightness(colour)


def test_neighbours_differ_without_colour():
    for one, two in itertools.pairwise(LOOKS):
        assert abs(grey(one.colour) - grey(two.colour)) > 0.15
    assert len({look.marker for look in LOOKS}) == len({look.letter for look in LOOKS})
    assert len(LOOKS) >= MOST + CURVES - 1
    for one, two in itertools.pairwise(CAUSE_LOOKS):
        assert abs(grey(one["facecolor"]) - grey(two["facecolor"])) > 0.15
        assert one.get("hatch") != two.get("hatch")
    shades = [grey(_MAP(x)) for x in np.linspace(0, 1, 50)]
    assert (np.diff(shades) < 0).all()
    for shift in np.linspace(0, 0.5, 11):  # either way as dark
        assert grey(SHIFT(0.5 - shift)) == pytest.approx(grey(SHIFT(0.5 + shift)), abs=0.02)


def test_things_are_spread_within_their_limits():
    found = spread([5.0, 5.0, 1.0, 9.9], [2.0, 2.0, 2.0, 2.0], 0.0, 10.0)
    order = np.argsort(found)
    assert (np.diff(found[order]) >= 2 - 1e-9).all()
    assert found.min() >= 1 and found.max() <= 9 and found[2] == 1
