"""Every picture draws the numbers of its table, each where it belongs."""

import datetime as dt
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from made_up import Study, drawn

from experiments.design.labels import level_words
from experiments.measures import noun
from experiments.pictures.contested import contested
from experiments.pictures.forest import forests
from experiments.pictures.heat import _MAP, heat
from experiments.pictures.ladder import ladder
from experiments.pictures.levels import levels
from experiments.pictures.policies import MARKS, policy_heat
from experiments.pictures.run_numbers import figure_data
from experiments.pictures.sheet import rate_text
from experiments.pictures.tension import tension_fan
from experiments.statistics.intervals import Interval
from experiments.wording import FEW, number, ratio_figure
from sim.sides import SIDES


@cache
def forest():
    policies = ("hotline", "wider", "nothing")
    return Study(policies=policies, worlds=25, seed=4, of=(forests,), estimate="violations")


@cache
def grid():
    factors = {"a": ["1", "2", "3"], "b": ["x", "y"]}
    return Study(policies=(), worlds=4, of=(heat,), estimate="incidents", factors=factors)


def texts(figure, monkeypatch):
    """(text, middle) of all that is drawn, in pixels from the top left."""
    height = figure.bbox.height
    return [
        (text, ((x0 + x1) / 2, height - (y0 + y1) / 2))
        for text, (x0, y0, x1, y1) in drawn(figure, monkeypatch)
    ]


def beside(found, row, columns):
    """The texts of a row, by the column that they stand in."""
    y = next(y for text, (_, y) in found if text == row)
    near = [(text, x) for text, (x, at) in found if abs(at - y) < 14]
    return {
        name: " ".join(text for text, x in near if low < x < high) for name, (low, high) in columns.items()
    }


def test_the_forest_has_each_number_in_its_place(monkeypatch):
    picture = forest().pictures()["forest"]
    found = texts(picture.figure, monkeypatch)
    places = {"ratio": (395, 560), "difference": (720, 920), "verdict": (920, 1200)}
    comparisons = forest().figures["comparisons"]["baseline"]
    for policy in ("hotline", "wider"):
        one = comparisons[policy]["measures"]["violations"]
        said = beside(found, policy, places)
        ratio, gap = one["ratio"], one["difference"]
        assert said["ratio"] == (
            f"{ratio_figure(ratio['estimate'])} ({ratio_figure(ratio['low'])}–"
            f"{ratio_figure(ratio['high'])}) n = {number(one['policy']['events'])} v "
            f"{number(one['baseline']['events'])}"
        )
        numbers = re.findall(r"[−+]?[\d.]+", said["difference"].split(" in ")[0])
        shown = [float(x.replace("−", "-")) for x in numbers]
        assert shown == pytest.approx([gap[end] for end in ("estimate", "low", "high")], rel=0.06)
        assert said["verdict"] == one["in_words"]
    base = forest().figures["rates"]["baseline"]["violations"]
    head = next(text for text, _ in found if "baseline: without a policy" in text)
    assert f"without a policy {rate_text(base['estimate'])} ({rate_text(base['low'])}–" in head
    assert f"n = {number(base['events'])} in {number(base['n'])} years" in head


def test_the_forest_draws_the_ends_of_each_interval_on_its_axis():
    picture = forest().pictures()["forest"]
    data = picture.data
    for axes, name in zip(picture.figure.axes[:2], ("ratio", "difference"), strict=True):
        rows = data[data["verdict"] != "identical"]
        ends = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
        assert ends == rows[[f"{name}_low", f"{name}_high"]].to_numpy().ravel().tolist()
        y = [line.get_ydata()[0] for line in axes.lines if line.get_marker() in "oD"]
        assert y == sorted(y), "rows from the top, by their difference"
    assert data["difference"].is_monotonic_increasing
    for policy, row in data.set_index("policy").iterrows():
        one = forest().figures["comparisons"]["baseline"][policy]["measures"]["violations"]
        columns = {
            "rate_{}": "estimate",
            "rate_{}_low": "low",
            "rate_{}_high": "high",
            "events_{}": "events",
            "years_{}": "n",
        }
        for arm in ("baseline", "policy"):
            for column, key in columns.items():
                assert row[column.format(arm)] == one[arm][key]


def test_a_cell_of_the_heat_map_is_of_its_row_and_column(monkeypatch):
    picture = grid().pictures()["heat"]
    found = texts(picture.figure, monkeypatch)
    colours = {}
    for name, arm in grid().manifest["arms"].items():
        rate = grid().figures["rates"][name]["incidents"]
        row, column = (level_words(*level) for level in arm["levels"].items())
        y = next(at for text, (x, at) in found if text == row and x < 200)
        x = next(at for text, (at, _) in found if text == column)
        mine = [text for text, (at, down) in found if abs(at - x) < 40 and abs(down - y) < 30]
        assert mine == [
            rate_text(rate["estimate"]) + (FEW if rate["too_few_clusters"] else ""),
            f"({rate_text(rate['low'])}–{rate_text(rate['high'])})",
            f"n = {number(rate['events'])} in {number(rate['n'])}",
        ]
        colours[rate["estimate"]] = _patch(picture.figure.axes[0], x, y, picture.figure)
    most = max(colours)
    for rate, colour in colours.items():
        assert colour == pytest.approx(_MAP(rate / (1.1 * most)))
    assert noun("incidents") in picture.title.lower()


def _patch(axes, x, y, figure):
    """The colour of the cell at a point of the sheet."""
    at = axes.transData.inverted().transform((x, figure.bbox.height - y))
    cells = [p for p in axes.patches if p.get_width() == 1 and p.get_bbox().contains(*at)]
    return cells[0].get_facecolor()


def test_a_cell_of_the_map_of_policies_is_of_its_policy_and_future(monkeypatch):
    study = Study(policies=("p", "q"), worlds=20, of=(policy_heat,), factors={"a": ["1", "2", "3"]})
    picture = study.pictures()["heat-policies"]
    found = texts(picture.figure, monkeypatch)
    for future, policies in study.figures["comparisons"].items():
        column = level_words("a", study.manifest["arms"][future]["levels"]["a"])
        for policy, each in policies.items():
            one = each["measures"]["clashes"]
            y = next(at for text, (x, at) in found if text == policy and x < 200)
            x = next(at for text, (at, down) in found if text == column and down < y)
            mine = [text for text, (at, down) in found if abs(at - x) < 60 and abs(down - y) < 30]
            ratio = one["ratio"]
            assert mine[0] == f"{MARKS[one['verdict']]}{ratio_figure(ratio['estimate'])}"
            assert mine[1] == f"({ratio_figure(ratio['low'])}–{ratio_figure(ratio['high'])})"
            assert mine[2] == (f"n = {number(one['policy']['events'])} v {number(one['baseline']['events'])}")


def test_levels_that_span_decades_have_a_log_scale_and_others_none():
    for labels, scale in ((["1", "10", "100", "1000"], "log"), (["10", "20", "40"], "linear")):
        study = Study(policies=(), worlds=3, of=(levels,), factors={"x": labels})
        axes = study.pictures()["levels"].figure.axes[0]
        assert axes.get_xscale() == scale
        (marks,) = [line for line in axes.lines if line.get_marker() == "o"]
        assert marks.get_xdata().tolist() == [float(label) for label in labels]
        rates = [study.figures["rates"][name]["clashes"] for name in study.manifest["arms"]]
        assert marks.get_ydata().tolist() == [rate["estimate"] for rate in rates]
        bars = [(y0, y1) for (_, y0), (_, y1) in axes.collections[0].get_segments()]
        assert bars == [(rate["low"], rate["high"]) for rate in rates]
        assert ("log scale" in axes.get_xlabel()) == (scale == "log")


def test_points_stand_at_the_area_that_was_measured():
    study = Study(policies=(), worlds=20, of=(contested,), factors={"a": ["1", "2", "3"]})
    picture = study.pictures()["contested"]
    axes, data = picture.figure.axes[0], picture.data
    for row in data.itertuples():
        kept = study.figures["ambiguity"][row.arm]["contested_area_km2"]
        assert (row.contested_area_km2, row.contested_area_low, row.contested_area_high) == (
            kept["mean"],
            kept["low"],
            kept["high"],
        )
        by_world = study.runs[study.runs["arm"] == row.arm].groupby("world")["contested_area_km2"]
        spread = by_world.mean().quantile([0.05, 0.95]).tolist()
        assert [row.contested_area_low, row.contested_area_high] == pytest.approx(spread)
    spans = [sorted((x0, x1)) for (x0, _), (x1, _) in axes.collections[0].get_segments()]
    assert spans == data[["contested_area_low", "contested_area_high"]].to_numpy().tolist()
    marks = next(line for line in axes.lines if line.get_marker() == "o")
    assert marks.get_xdata() == pytest.approx(data["contested_area_km2"].to_numpy())


def test_the_ladder_draws_each_rung_beside_its_figures(monkeypatch):
    study = Study(policies=(), worlds=10, of=(ladder,))
    picture = study.pictures()["ladder"]
    found = texts(picture.figure, monkeypatch)
    axes = next(each for each in picture.figure.axes if each.get_xscale() == "log")
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    kept = [study.figures["rates"]["baseline"][f"rung_{r}"] for r in range(1, 7)]
    assert marks == [rate["estimate"] for rate in kept if rate["estimate"]]
    rungs = picture.data[picture.data["measure"].str.startswith("rung_")]
    for rate, rung in zip(kept, rungs["row"], strict=True):
        said = beside(found, rung, {"rate": (880, 1200)})["rate"]
        assert said.startswith(rate_text(rate["estimate"]) if rate["events"] else "0 (below")
        assert f"n = {number(rate['events'])} in" in said


def quantiles(rows):
    at = {"low": 0.05, "median": 0.5, "high": 0.95}
    return {f"{side}_{name}": np.quantile(rows[side], q, axis=0) for side in SIDES for name, q in at.items()}


def test_tension_has_its_quantiles_by_side():
    study = Study(policies=(), worlds=30, days=21, of=(tension_fan,))
    rows = {side: np.array(study.tension[side].tolist()) for side in SIDES}
    data = study.pictures()["tension"].data
    for column, wanted in quantiles(rows).items():
        assert data[column].to_numpy() == pytest.approx(wanted, abs=1e-6), column
    assert data["date"].iloc[0] == pd.Timestamp("2025-11-01")


def test_the_picture_of_a_run_has_the_same_quantiles_of_the_runs_still_played():
    rng = np.random.default_rng(2)
    tension = rng.uniform(size=(50, 4, 2))
    runs = pd.DataFrame(
        {
            "seed": 1,
            "world": np.arange(50) // 2,
            "days": [28.0] * 49 + [14.0],
            "ended": False,
            "clashes": 0,
            "clashes_violation": 0,
            "clashes_otherwise": 0,
            "first_clash_day": np.nan,
        }
    )
    data = figure_data(
        runs,
        pd.DataFrame(),
        tension,
        ladder=[("a", Interval(1, 0, 2, 3, 4, 5))],
        start=dt.date(2026, 1, 1),
        length_km=60.0,
    )["tension"]
    assert data["runs"].tolist() == [50, 50, 49, 49]
    for week, played in enumerate((50, 50, 49, 49)):
        rows = {side: tension[:played, week, i][:, None] for i, side in enumerate(SIDES)}
        for column, wanted in quantiles(rows).items():
            assert data[column].iloc[week] == pytest.approx(wanted[0]), column


def test_the_arms_that_differ_most_are_by_the_measure_that_decides():
    study = Study(policies=[f"p{i}" for i in range(9)], worlds=2, of=(ladder,), estimate="answered")
    rates = {name: each["answered"]["estimate"] for name, each in study.figures["rates"].items()}
    apart = sorted(list(rates)[1:], key=lambda name: -abs(rates[name] - rates["baseline"]))
    picture = study.pictures()["ladder"]
    assert set(picture.data["arm"]) == {"baseline", *apart[:7]}
    assert "whose rate of answered fire differs most" in picture.caption
