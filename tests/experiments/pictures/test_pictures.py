"""The pictures of studies can be read, hold what they draw, and are the same each time."""

import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from made_up import Study, assert_legible, drawn

from experiments.design.plan import TALKS
from experiments.measures import HAPPENED
from experiments.pictures import pictures, save, svg_text
from experiments.pictures.causes import _FILLS as CAUSE_FILLS
from experiments.pictures.contested import contested
from experiments.pictures.drivers import drivers
from experiments.pictures.forest import forests
from experiments.pictures.grid import brightness
from experiments.pictures.heat import _MAP, heat
from experiments.pictures.ladder import ladder
from experiments.pictures.levels import levels
from experiments.pictures.marks import spread
from experiments.pictures.material import CURVES, MOST, STYLES, Material
from experiments.pictures.policies import SHIFT, policy_heat
from experiments.pictures.sheet import rate_text
from experiments.pictures.talks import talks
from sim.world.geography import ATTRIBUTION

ODD = '<script id="x">$x_1$ & a very long name, 100% \\alpha_{1 with "quotes" 비무장지대 ' + "w" * 60


GRID = {
    "border.marker_survival": ["1.0", "0.5", "0.155", "0.05"],
    "talks.outcome": ["accepted", "ignored", "refused", "collapsed"],
}
BY_LEVEL = (levels, contested, heat)
POLICIES = (forests, policy_heat)
CASES = {
    "a comparison": {},
    "no event": {"rate": 0.0, "policies": ()},
    "rare clashes": {"rate": 0.02, "worlds": 40, "policies": ("hotline",)},
    "one day": {"days": 1, "worlds": 1, "policies": (), "ends": True},
    "many clashes": {"rate": 40.0, "rung": 0.8, "worlds": 4, "days": 1825, "policies": ()},
    "a short line": {"length_km": 20.0, "worlds": 4, "rung": 0.0, "policies": ()},
    "many policies": {"policies": [f"policy {i}" for i in range(32)], "worlds": 1, "of": (forests, ladder)},
    "a grid": {"policies": (), "factors": GRID, "worlds": 6, "of": BY_LEVEL},
    "a grid with policies": {
        "worlds": 3,
        "factors": {"a": ["1", "2"], "talks.outcome": ["ignored", "refused"]},
    },
    "one factor": {"policies": (), "factors": {"south.watch.margin_m": ["10", "20", "40"]}, "of": BY_LEVEL},
    "close numbers": {
        "policies": (),
        "worlds": 3,
        "of": BY_LEVEL,
        "factors": {"x": ["1", "1.01", "1.02", "100", "1000"]},
    },
    "wide numbers": {
        "policies": (),
        "worlds": 3,
        "of": BY_LEVEL,
        "factors": {"x": ["1", "10", "100", "1000"]},
    },
    "many levels": {
        "policies": (),
        "worlds": 2,
        "of": BY_LEVEL,
        "factors": {"x": [f"{i}" for i in range(40)]},
    },
    "many names": {
        "policies": (),
        "worlds": 2,
        "of": BY_LEVEL,
        "factors": {"x": [f"level of name {i}" for i in range(40)]},
    },
    "seasons": {
        "policies": (),
        "of": BY_LEVEL,
        "factors": {"season": ["winter", "spring", "summer", "autumn"]},
    },
    "three factors": {
        "policies": (),
        "worlds": 2,
        "of": BY_LEVEL,
        "factors": {"a": ["1", "2"], "b": ["x", "y", "z"], "c": [f"{i}" for i in range(6)]},
    },
    "odd names": {"prefix": ODD, "worlds": 4},
    "odd levels": {
        "prefix": ODD,
        "worlds": 3,
        "of": (*BY_LEVEL, *POLICIES),
        "factors": {f"{ODD} a": [f"{ODD} 1", f"{ODD} ignored"], f"{ODD} b": [f"{i} {ODD}" for i in range(3)]},
    },
    "an odd factor": {
        "policies": (),
        "worlds": 3,
        "of": BY_LEVEL,
        "factors": {ODD: [f"{i} {ODD}" for i in range(5)]},
    },
}
SAMPLE = {
    "south.watch.margin_m": ["31.5", "2.25", "17", "8.125", "24.0", "12.75", "38", "20.5"],
    "border.marker_survival": ["0.9", "0.2", "0.55", "0.71", "0.13", "0.4", "0.33", "0.8"],
    "hotline.call_minutes": ["3", "9", "14", "5", "11", "7", "2", "12"],
}
CASES |= {
    "a sample": {"policies": (), "worlds": 2, "factors": SAMPLE, "sample": True},
    "a sample with policies": {"worlds": 2, "factors": SAMPLE, "sample": True, "of": (*POLICIES, drivers)},
    "few clusters": {"worlds": 5, "rate": 0.3},
}
_STUDIES: dict = {}


def study(name):
    """Shared by tests; one that changes it makes its own."""
    if name not in _STUDIES:
        _STUDIES[name] = Study(**CASES[name])
    return _STUDIES[name]


ALIKE = (
    "a grid with policies",
    "odd levels",
    "many levels",
    "a sample with policies",
    "many policies",
    "few clusters",  # rare clashes are few too
)  # their kinds of pictures others have too


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.again] * (name in ALIKE)) for name in CASES]
)
def test_every_picture_is_legible_and_has_its_words_and_data(name, monkeypatch):
    made = study(name).pictures()
    assert made
    for picture in made.values():
        text = " ".join(assert_legible(picture.figure, monkeypatch))
        assert re.fullmatch(r"[a-z0-9-]+", picture.name)
        assert picture.title and len(picture.caption) > 40 and len(picture.data)
        assert "Purpose: comparison, not prediction" in text
        assert (TALKS in text) == _has_talks(CASES[name])
        assert (ATTRIBUTION in text) == (picture.name in ("places", "map"))


def _has_talks(asked):
    return asked.get("talks", "none") != "none" or "talks.outcome" in asked.get("factors", ())


def test_each_study_has_the_pictures_that_it_has_the_material_for():
    always = {"ladder", "counting", "outcomes", "places", "map", "tension", "causes"}
    forest = {"forest", "forest-2", "forest-3", "forest-4"}
    for name, names in {
        "no event": always,
        "a comparison": always | {"forest"},
        "a grid with policies": always | forest | {"heat-policies", "heat", "contested"},
        "a grid": {"heat", "contested"},
        "one factor": {"levels", "contested"},
        "three factors": {"heat", "heat-2", "heat-3", "heat-4", "contested"},
        "many policies": {"forest", "forest-2", "ladder"},
    }.items():
        assert set(study(name).pictures()) == names
    nothing = pictures(study("a comparison").manifest, {}, {"runs": {}})
    assert nothing == []


@pytest.mark.again  # report/test_page.py compares bytes too
@pytest.mark.parametrize("name", ["odd names"])
def test_saved_twice_the_bytes_are_equal(name, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        style = {"font.size": 30, "svg.fonttype": "path"} if folder == two else {}
        with matplotlib.rc_context(style):
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
    made = [*study("odd names").pictures().values(), *study("an odd factor").pictures().values()]
    save(made[0], tmp_path)
    assert Path(tmp_path / f"{made[0].name}.png").read_bytes()[:4] == b"\x89PNG"
    assert Path(tmp_path / f"{made[0].name}.csv").read_text("utf-8") == made[0].csv
    for picture in made:
        table = pd.read_csv(io.StringIO(picture.csv))
        assert list(table) == list(picture.data) and len(table) == len(picture.data)
        numbers = table.select_dtypes("number").columns
        np.testing.assert_allclose(table[numbers], picture.data[numbers].astype(float))


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


def test_a_forest_of_what_is_expected_has_the_rate_that_was_counted(monkeypatch):
    """Verdicts are of expected clashes, which have no interval of a rate by itself."""
    found = Study(of=(forests,), estimate="expected_clashes")
    (picture,) = found.pictures().values()
    measures = found.figures["comparisons"]["baseline"]["hotline"]["measures"]
    row = picture.data.set_index("policy").loc["hotline"]
    assert row["measure"] == "expected_clashes"
    assert (
        row["ratio_low"]
        == measures["expected_clashes"]["ratio"]["low"]
        != measures["clashes"]["ratio"]["low"]
    )
    text = " ".join(words for words, _ in drawn(picture.figure, monkeypatch))
    rate = measures["clashes"]["baseline"]
    assert f"({rate_text(rate['low'])}–{rate_text(rate['high'])}) accidental clashes a year" in text
    assert "to expected accidental clashes" in text and "no interval" not in text


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
    arrows = {
        (line.get_marker(), line.get_xdata()[0]) for line in ratio.lines if line.get_marker() in ("<", ">")
    }
    assert arrows == {("<", low), (">", high)}
    save(picture, tmp_path)
    table = pd.read_csv(tmp_path / "forest.csv").set_index("policy")
    assert np.isinf(table.loc["hotline", ["ratio", "ratio_high"]].astype(float)).all()
    text = " ".join(words for words, _ in drawn(picture.figure, monkeypatch))
    assert "∞ (0–∞)" in text and "0 (0–∞)" in text and "none in either (" not in text


def test_the_heat_map_marks_what_is_only_assumed(monkeypatch):
    picture = study("a grid").pictures()["heat"]
    words = [text for text, _ in drawn(picture.figure, monkeypatch)]
    assert sum(re.fullmatch(r"[\d.]+\*†?", text) is not None for text in words) == 8
    assert any("differ only in what a refusal is assumed to cost" in text for text in words)
    assert len(picture.data) == 16
    without = study("three factors").pictures()["heat"]
    assert not any("*" in text for text, _ in drawn(without.figure, monkeypatch))


def test_what_is_only_assumed_is_known_by_the_scenario_and_not_by_a_label():
    labels = {"x": ["ignored", "refused"]}
    assert not Material(*_parts(Study(policies=(), worlds=1, factors=labels, of=()))).costs_only
    silence = {"talks.outcome": ["accepted", "ignored"]}  # nothing that only costs would tell apart
    assert not Material(*_parts(Study(policies=(), worlds=1, factors=silence, of=()))).costs_only


def _parts(found):
    return found.manifest, found.figures, found.tables()


def test_the_map_of_policies_tells_verdicts_without_colour(monkeypatch):
    found = Study(**CASES["a grid with policies"], of=POLICIES)
    ends = {"estimate": 0.5, "low": 0.2, "high": 0.9}
    futures = list(found.figures["comparisons"])
    told = [
        ("lower", ends),
        ("higher", {"estimate": None, "low": 3.0, "high": None}),
        ("undecided", {"estimate": None, "low": 0.0, "high": None}),
    ]
    for future, (verdict, ratio) in zip(futures, told, strict=False):
        clash = found.figures["comparisons"][future]["hotline"]["measures"]["clashes"]
        clash |= {"verdict": verdict, "ratio": clash["ratio"] | ratio}
    clash["policy"] |= {"events": 0.0}
    picture = found.pictures()["heat-policies"]
    words = assert_legible(picture.figure, monkeypatch)
    assert {"▼ 0.50*", "(0.20–0.90)", "(3.00–∞)"} <= set(words)
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
    found = Study(policies=(), worlds=2, factors={"rate": ["1", "2"], "arm": ["low", "years"]}, of=BY_LEVEL)
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


def test_no_picture_of_a_sample_shows_a_factor_alone(monkeypatch):
    """A panel with one factor on its axis says that the others vary; grids and levels are not drawn."""
    found = study("a sample")
    made = found.pictures()
    assert {"drivers", "scatter", "points", "contested"} <= set(made)
    assert not {"levels", "heat", "heat-policies"} & set(made)
    words = [text for text, _ in drawn(made["scatter"].figure, monkeypatch)]
    assert sum("the other factors vary too" in text for text in words) == len(SAMPLE)
    for name in ("scatter", "contested"):
        text = " ".join(words for words, _ in drawn(made[name].figure, monkeypatch))
        assert "each has values of its own of all factors" in text, name


def test_the_points_of_a_sample_are_one_family_in_one_forest(monkeypatch):
    made = study("a sample with policies").pictures()
    assert set(made) == {"forest", "drivers", "scatter", "points"}
    assert made["forest"].data["policy"].tolist() == ["hotline"] * 8 + ["nothing"] * 8
    for _, mine in made["forest"].data.groupby("policy"):
        assert mine["difference"].is_monotonic_increasing
    points = made["points"].data
    assert points["rate"].is_monotonic_increasing and len(points) == 8
    text = " ".join(words for words, _ in drawn(made["points"].figure, monkeypatch))
    assert "Level of the intervals: 99.5%, so that those of all 8 points hold together" in text


def test_the_regressions_are_drawn_with_their_intervals(monkeypatch):
    made = study("a sample").pictures()["drivers"]
    assert made.data["factor"].tolist() == list(SAMPLE)
    found = study("a sample").figures["drivers"]["regressions"][0]
    for axes, name in zip(made.figure.axes, ("standardised", "partial_rank"), strict=True):
        marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
        wanted = [driver[name]["estimate"] for driver in found["drivers"]]
        assert marks == pytest.approx(np.clip(wanted, -1.05, 1.05))
    text = " ".join(words for words, _ in drawn(made.figure, monkeypatch))
    assert "depth past the response line that watchers" in text and "of the variance of the rates" in text


def test_parameters_are_named_in_words_with_units_and_no_number_stands_alone(monkeypatch):
    made = study("a sample with policies").pictures()
    for picture in made.values():
        words = [text for text, _ in drawn(picture.figure, monkeypatch)]
        assert not any("margin_m" in text or "marker_survival=" in text for text in words), picture.name
    named = " ".join(text for text, _ in drawn(made["points"].figure, monkeypatch))
    assert "margin\u00a031.5\u00a0m" in named and "call\u00a014\u00a0min" in named
    assert "survival\u00a00.55" in named
    grid = study("three factors").pictures()
    title = grid["heat"].title
    assert "c\u00a00" in title
    names = [text for text, _ in drawn(grid["contested"].figure, monkeypatch)]
    assert not any(re.fullmatch(r"[\d., ]+, [\d., ]+", text) for text in names)


def test_rates_on_too_few_clusters_are_marked_in_every_picture_of_rates(monkeypatch):
    found = Study(worlds=5, rate=0.3, factors={"a": ["1", "2"], "b": ["x", "y"]})
    rates = [found.figures["rates"][name]["clashes"] for name in found.manifest["arms"]]
    few = [rate.get("too_few_clusters", False) for rate in rates]
    assert any(few)
    made = found.pictures()
    one = Study(worlds=5, rate=0.3, policies=(), factors={"season": ["dry", "wet"]}, of=BY_LEVEL)
    made |= {"levels": one.pictures()["levels"]}
    for name in ("ladder", "forest", "heat", "heat-policies", "contested", "levels"):
        text = " ".join(words for words, _ in drawn(made[name].figure, monkeypatch))
        assert "rests on under 10 effective clusters" in text, name
        if name not in ("contested", "levels"):
            assert "†" in text.replace("†: ", "").replace("† and open", ""), name
    whole = study("a comparison").pictures()["forest"]
    assert "†" not in " ".join(words for words, _ in drawn(whole.figure, monkeypatch))


def test_what_happened_stands_beside_the_highest_rung():
    found = study("a comparison")
    data = found.pictures()["ladder"].data
    for measure in HAPPENED:
        mine = data[(data["measure"] == measure) & (data["arm"] == "baseline")].iloc[0]
        assert mine["rate"] == found.figures["rates"]["baseline"][measure]["estimate"]
        assert mine["panel"] != data["panel"].iloc[0]
    assert set(data["measure"]) == {*HAPPENED, *(f"rung_{r}" for r in range(1, 7))}


STANDS = [
    *((0, {"none": 1.0}), (16, {"proposed": 1.0})),
    *((40, {"ignored": 0.25, "accepted": 0.75}), (200, {"agreed": 0.5, "collapsed": 0.5})),
]


def test_what_became_of_the_talks_is_drawn_by_day(monkeypatch):
    found = Study(worlds=2, of=(talks,), factors={"talks.outcome": ["accepted", "refused"]})
    assert found.fresh() == {}  # nothing is known of them
    found.figures["talks"] = [
        {"future": arm["future"], "policy": arm["policy"], "day": day, "state": state, "share": share}
        for arm in found.manifest["arms"].values()
        for day, shares in (STANDS if arm["policy"] != "hotline" else STANDS[:3])
        for state, share in shares.items()
    ]
    picture = found.fresh()["talks"]
    text = " ".join(assert_legible(picture.figure, monkeypatch))
    assert "talks outcome: accepted; talks outcome: refused (and 2 arms with a policy)" in text
    assert "on the last day agreed 50%, collapsed 50%" in text
    last = picture.data[(picture.data["arm"] == "refused") & (picture.data["day"] == 40)]
    assert dict(zip(last["state"], last["share"], strict=True)) == STANDS[2][1]
    axes = picture.figure.axes[1]
    assert axes.get_xlim() == (0, 365) and len(picture.figure.axes) == 3
    assert len(picture.data) == 4 * 6 + 2 * 4
    none = [row | {"state": "none", "share": 1.0, "day": 0} for row in found.figures["talks"][:1]]
    found.figures["talks"] = none
    assert found.fresh() == {}


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
    for one, two in itertools.pairwise(STYLES):
        assert abs(grey(one.colour) - grey(two.colour)) > 0.15
    assert len({style.marker for style in STYLES}) == len({style.letter for style in STYLES})
    assert len(STYLES) >= MOST + CURVES - 1
    for one, two in itertools.pairwise(CAUSE_FILLS):
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


def test_futures_that_are_identical_are_one_page_and_one_column(monkeypatch):
    found = Study(worlds=3, of=POLICIES, factors={"talks.outcome": ["ignored", "refused", "collapsed"]})
    first, *others = found.figures["comparisons"]
    for other in others:
        found.figures["comparisons"][other] = found.figures["comparisons"][first]
        found.figures["rates"][other] = found.figures["rates"][first]
    found.figures["alike"] = [
        {"policy": policy, "futures": [first, *others]} for policy in (None, "hotline", "nothing")
    ]
    made = found.pictures()
    assert set(made) == {"forest"}  # a map of one column would be no map
    text = " ".join(assert_legible(made["forest"].figure, monkeypatch))
    assert "ignored = talks outcome: refused = talks outcome: collapsed" in text
    assert "one confirmation, and not several" in text and len(made["forest"].data) == 2
