import datetime as dt
import re
import struct
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from experiments.pictures.run_picture import figure_data, save_summary, summary_figure
from experiments.pictures.sheet import FILLS, WIDTH, styled, text_width, wrapped
from experiments.statistics.intervals import rate_interval
from sim.outcome.outcome import CLASH_RUNG, RUNGS
from sim.world.geography import COUNTIES

START = dt.date(2025, 11, 5)
BLANK = r"[ \t\r\n\f\v]"
ODD = r"$\alpha_{1$ 100% & <b> # ~ `a` ^_ 비무장지대"


def batch(runs=20, days=365, length_km=248.0, incidents_a_year=40.0, p_rung=0.4, ends=None, seed=0):
    """Run rows, incident rows and tension of a batch with the columns of ``sim.outcome.outcome``."""
    rng = np.random.default_rng(seed)
    run = np.repeat(np.arange(runs), rng.poisson(incidents_a_year * days / 365, runs))
    table = _incidents(rng, run, days, length_km, p_rung)
    stop = pd.Series(np.inf, np.arange(runs))
    if ends:
        stop.update(table[table["rung"] >= ends].groupby("run")["opened_day"].min())
    table = table[table["opened_day"] <= stop[run].to_numpy()].reset_index(drop=True)
    rows = pd.DataFrame({"seed": 1, "world": stop.index // 2, "luck": stop.index % 2})
    rows["ended"], rows["days"] = np.isfinite(stop), np.minimum(stop, days)
    clash = table["accidental"] & (table["rung"] >= CLASH_RUNG)
    violation = table["begun_by"] == "violation"
    for name, kind in (("", clash), ("_violation", clash & violation), ("_otherwise", clash & ~violation)):
        rows[f"clashes{name}"] = np.bincount(table.loc[kind, "run"], minlength=runs)
    for r in range(1, len(RUNGS)):
        rows[f"rung_{r}"] = np.bincount(table.loc[table["rung"] >= r, "run"], minlength=runs)
    first = table[clash].groupby("run")["opened_day"].min().reindex(rows.index)
    rows["first_clash_day"] = first.astype(object).where(first.notna(), None)
    walk = rng.normal(0, 0.01, (runs, -(-days // 7), 2)).cumsum(axis=1)
    return rows, table if len(table) else pd.DataFrame(), np.clip(0.2 + walk, 0, 1)


def _incidents(rng, run, days, length_km, p_rung):
    n = run.size
    violation = rng.random(n) < 0.7
    return pd.DataFrame(
        {
            "run": run,
            "opened_day": rng.uniform(0, days, n),
            "s_km": rng.uniform(0, length_km, n),
            "begun_by": np.where(violation, "violation", "stray_shot"),
            "accidental": rng.random(n) < 0.95,
            "rung": np.minimum(rng.geometric(1 - p_rung, n) - 1 if p_rung else np.zeros(n, int), 6),
            "recorded_by_north": violation & (rng.random(n) < 0.1),
            "recorded_by_south": violation & (rng.random(n) < 0.6),
        }
    )


def ladder(runs, prefix=""):
    worlds, years = runs.groupby("world").sum(numeric_only=True), runs["days"].sum() / 365
    return [
        (f"{prefix}{r}+ {RUNGS[r]}", rate_interval(worlds[f"rung_{r}"].to_numpy(), years))
        for r in range(1, len(RUNGS))
    ]


def texts(tables, length_km=248.0, title="baseline", notes=("Scenario: baseline.",), prefix=""):
    rungs = ladder(tables[0], prefix)
    return {
        "title": title,
        "ladder": rungs,
        "start": START,
        "length_km": length_km,
        "notes": notes,
        "too_few": [label for label, _ in rungs],
    }


def drawn(figure, monkeypatch):
    """Text, extent and clipping box of every text that a drawing of ``figure`` really sets."""
    found, draw = [], Text.draw

    def noting(self, renderer):
        if self.get_visible() and self.get_text().strip():
            found.append((self, self.get_window_extent(renderer)))
        return draw(self, renderer)

    with monkeypatch.context() as patch, styled():
        patch.setattr(Text, "draw", noting)
        figure.draw_without_rendering()
    return found


def assert_legible(figure, monkeypatch):
    found = drawn(figure, monkeypatch)
    words = [text.get_text() for text, _ in found]
    boxes = np.array([box.extents for _, box in found])
    plots = np.array([axes.get_window_extent().padded(-1).extents for axes in figure.axes])
    assert len(found) > 30
    i, j = np.nonzero(np.triu(overlap(boxes, boxes), 1))
    assert not i.size, [(words[a], words[b]) for a, b in zip(i, j, strict=True)]
    on_plot = overlap(boxes, plots).any(axis=1)
    outside = (boxes[:, :2] < 0) | (boxes[:, 2:] > (figure.bbox.width, figure.bbox.height))
    clipped = [t.get_clip_on() and t.get_clip_box() is not None for t, _ in found]
    for fault in (on_plot, outside.any(axis=1), np.array(clipped)):
        assert not fault.any(), [words[a] for a in np.flatnonzero(fault)]


def overlap(boxes, others):
    """Which of ``boxes`` (a, 4) and ``others`` (b, 4) share ground, (a, b)."""
    one, two = boxes[:, None], others[None]
    return ((one[..., :2] < two[..., 2:]) & (two[..., :2] < one[..., 2:])).all(axis=-1)


CASES = {
    "ordinary": ({}, {}),
    "no incident": ({"incidents_a_year": 0.0}, {}),
    "no clash": ({"p_rung": 0.0, "days": 1825}, {}),
    "one run": ({"runs": 1}, {}),
    "one bare day": ({"runs": 1, "days": 1, "incidents_a_year": 0}, {"title": "", "notes": []}),
    "many runs": ({"runs": 2000, "incidents_a_year": 5.0, "days": 60, "ends": 4}, {}),
    "rare clashes": ({"runs": 2000, "incidents_a_year": 0.01}, {}),
    "short line": ({"length_km": 20.0}, {"length_km": 20.0}),
    "long line": ({"length_km": 2480.0, "incidents_a_year": 2e3}, {"length_km": 2480.0}),
    "many clashes": ({"incidents_a_year": 4e4, "runs": 4, "p_rung": 0.7}, {}),
    "long texts": (
        {"days": 10},
        {
            "title": "a long name of a scenario with many policies " * 8,
            "notes": ["an assumption that takes many words to say, " * 20, "x" * 250],
            "prefix": "a label that is far too long for its column ",
        },
    ),
    "odd names": ({"runs": 2}, {"title": ODD, "notes": [ODD], "prefix": ODD}),
}


@pytest.mark.parametrize("name", CASES)
def test_no_text_overlaps_or_is_cut(name, monkeypatch):
    data, said = CASES[name]
    tables = batch(**data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = summary_figure(*tables, **texts(tables, **said))
        assert figure.bbox.width == WIDTH
        assert_legible(figure, monkeypatch)


@pytest.mark.parametrize(
    ("start", "days"), [(dt.date(2025, 12, 28), 5), (dt.date(2024, 2, 29), 45), (dt.date(2099, 9, 1), 800)]
)
def test_dates_are_legible(start, days, monkeypatch):
    tables = batch(runs=4, days=days)
    figure = summary_figure(*tables, **texts(tables) | {"start": start})
    assert_legible(figure, monkeypatch)


def test_the_png_is_1200_pixels_wide_and_the_same_each_time(tmp_path):
    tables = batch()
    one, two = tmp_path / "one.png", tmp_path / "two"
    save_summary(one, *tables, **texts(tables))
    with matplotlib.rc_context({"font.size": 30, "savefig.bbox": "tight", "axes.facecolor": "red"}):
        save_summary(two, *tables, **texts(tables))
    assert struct.unpack(">I", one.read_bytes()[16:20]) == (1200,)
    assert one.read_bytes() == two.read_bytes()


def test_the_style_of_the_caller_is_left_alone():
    tables = batch(runs=2, days=10)
    with matplotlib.rc_context({"font.size": 31.0}):
        before = dict(matplotlib.rcParams)
        summary_figure(*tables, **texts(tables))
        assert dict(matplotlib.rcParams) == before


def said_by(figure, monkeypatch):
    return " ".join(text.get_text() for text, _ in drawn(figure, monkeypatch))


def test_the_figure_names_its_sample_its_sources_and_what_it_is_told(monkeypatch):
    tables = batch(runs=20)
    said = texts(tables, title="$x_1$", notes=["50% \\alpha_{1} & ^2"])
    said["too_few"] = said["too_few"][-1:]
    text = said_by(summary_figure(*tables, **said), monkeypatch)
    assert "20 runs in 10 worlds, seed 1; 365 days each from 5 November 2025" in text
    assert "(c) OpenStreetMap contributors, ODbL 1.0" in text
    assert "$x_1$" in text and "50% \\alpha_{1} & ^2" in text
    assert text.count("too few clusters") == 1
    for county in COUNTIES:
        assert county in text


def test_a_rate_of_zero_is_an_arrow_from_the_edge_and_none_in_n_years(monkeypatch):
    tables = batch(runs=20, incidents_a_year=0.0)
    figure = summary_figure(*tables, **texts(tables))
    assert said_by(figure, monkeypatch).count("none in 20 years") == 6
    axes = figure.axes[0]
    arrows = [line for line in axes.lines if line.get_marker() == "<"]
    assert len(arrows) == 6
    assert {line.get_xdata()[0] for line in arrows} == {axes.get_xlim()[0]}
    assert not [line for line in axes.lines if line.get_marker() == "o"]


def test_every_rate_and_limit_lies_on_the_ladders_axis():
    tables = batch(runs=200)
    said = texts(tables)
    axes = summary_figure(*tables, **said).axes[0]
    low, high = axes.get_xlim()
    for _, rate in said["ladder"]:
        assert rate.high <= high and (rate.low >= low or rate.low == 0)
    estimates = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert estimates == [rate.estimate for _, rate in said["ladder"] if rate.estimate > 0]


def data_of(tables, length_km=248.0):
    said = texts(tables, length_km)
    return figure_data(*tables, **{k: said[k] for k in ("ladder", "start", "length_km")})


@settings(max_examples=25, deadline=None)
@given(
    runs=st.integers(1, 30),
    days=st.integers(1, 800),
    length=st.floats(1, 600),
    rate=st.floats(0, 60),
    ends=st.sampled_from([None, 3, 6]),
    seed=st.integers(0, 99),
)
def test_the_plotted_numbers_hold_every_event_once(runs, days, length, rate, ends, seed):
    tables = batch(runs, days, length, rate, 0.5, ends, seed)
    rows = tables[0]
    data = data_of(tables, length)
    clashes, places = data["clashes"], data["places"]
    for share, column in zip(
        ("all", "violation", "otherwise"), ("clashes", "clashes_violation", "clashes_otherwise"), strict=True
    ):
        assert clashes[share].sum() == pytest.approx(1)
        mean = (clashes[share] * clashes["clashes"]).sum()
        assert mean == pytest.approx(rows[column].mean())
    km = places["to_km"] - places["from_km"]
    assert km.sum() == pytest.approx(length)
    for name in ("clashes_violation", "clashes_otherwise"):
        assert places[f"{name}_counted"].sum() == rows[name].sum()
        yearly = (places[name] * km / 10).sum() * rows["days"].sum() / 365
        assert yearly == pytest.approx(rows[name].sum())
    assert len(data["followed"]) == runs
    assert (data["followed"]["fate"].str.startswith("clash")).sum() == (rows["clashes"] > 0).sum()
    assert (data["followed"]["fate"].str.endswith(" ended")).sum() == rows["ended"].sum()


def test_places_stand_where_the_events_were():
    rows, incidents, tension = batch(runs=1, incidents_a_year=1)
    one = {
        "opened_day": 1.0,
        "begun_by": "violation",
        "accidental": True,
        "rung": 3,
        "recorded_by_north": False,
        "recorded_by_south": True,
    }
    incidents = pd.DataFrame([one | {"s_km": 35.0}, one | {"s_km": 247.9, "rung": 2}])
    places = data_of((rows, incidents, tension))["places"]
    recorded = places[places["recorded_by_south_counted"] == 1]
    assert recorded["from_km"].tolist() == [30.0, 240.0]
    assert recorded["county"].tolist() == ["Yeoncheon", "Goseong"]
    # the last bin has 8 km, so one event in it is a denser one
    assert recorded["recorded_by_south"].tolist() == pytest.approx([1.0, 10 / 8])
    assert places["clashes_violation_counted"].sum() == 1


def test_orders_and_provocations_are_no_accidental_clash():
    rows, incidents, tension = batch(runs=2)
    incidents["accidental"] = False
    places = data_of((rows, incidents, tension))["places"]
    assert places[["clashes_violation_counted", "clashes_otherwise_counted"]].to_numpy().sum() == 0


def test_tension_counts_a_run_until_it_ended():
    rows, incidents, tension = batch(runs=3, days=70)
    tension[:] = 0.5
    tension[0, 4:] = 99.0
    rows.loc[0, "days"] = 22.4
    table = data_of((rows, incidents, tension))["tension"]
    assert table["runs"].tolist() == [3] * 4 + [2] * 6
    assert (table.drop(columns=["date", "runs"]) == 0.5).all(axis=None)
    assert table["date"].iloc[0] == pd.Timestamp(START)
    assert len(table) == 10


def test_tension_quantiles_are_those_of_the_runs():
    tables = batch(runs=40, days=20)
    table = data_of(tables)["tension"]
    for i, side in enumerate(("north", "south")):
        expected = np.quantile(tables[2][:, :, i], [0.05, 0.5, 0.95], axis=0)
        shown = table[[f"{side}_low", f"{side}_median", f"{side}_high"]].to_numpy().T
        np.testing.assert_allclose(shown, expected)


def test_ended_and_cut_off_runs_are_marked_apart(monkeypatch):
    rows, incidents, tension = batch(runs=4000, days=100, incidents_a_year=0)
    rows["first_clash_day"] = [20.0, 40.0, None, None] * 1000
    rows["ended"] = [True, False, True, False] * 1000
    rows["days"] = [30.0, 100.0, 60.0, 100.0] * 1000
    tables = rows, incidents, tension
    figure = summary_figure(*tables, **texts(tables))
    marks = {line.get_marker(): set(line.get_xdata()) for line in figure.axes[2].lines}
    assert (marks["o"], marks["x"], marks["|"]) == ({20.0}, {60.0}, {100.0})
    text = said_by(figure, monkeypatch)
    for words in ("clash: 2,000", "then ended: 1,000", "cut off without: 1,000"):
        assert words in text
    assert_legible(figure, monkeypatch)


def test_a_batch_without_runs_is_refused():
    rows, incidents, tension = batch(runs=1)
    with pytest.raises(ValueError, match="no run"):
        figure_data(rows[:0], incidents, tension, ladder=[], start=START, length_km=248.0)


def test_the_fills_differ_without_colour():
    """In grey, by lightness or by hatch."""
    for pair in (("violation", "otherwise"), ("violation", "all"), ("north", "south")):
        grey = [np.dot(matplotlib.colors.to_rgb(FILLS[x]["facecolor"]), (0.299, 0.587, 0.114)) for x in pair]
        assert abs(grey[0] - grey[1]) > 0.25


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.floats(40, 600))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    lines = wrapped(text, width, 9.0)
    assert all(text_width(line, 9.0) <= width for line in lines)
    assert re.sub(BLANK, "", "".join(lines)) == re.sub(BLANK, "", text)


@pytest.mark.parametrize("width", [60.0, 75.0, 90.0, 150.0])
def test_a_line_never_ends_inside_a_number(width):
    lines = wrapped("south.watch.margin_m=31.25, north.works.distance_m=1,204.5 m", width, 9.0)
    assert {"31.25,", "1,204.5"} <= {
        number for line in lines for number in re.findall(r"[\d.,]*\d[\d.,]*", line)
    }
    units = [f"{number}\u00a0{unit}" for number, unit in ((31, "m"), (42, "min"), (5, "km"))]
    held = wrapped(f"a margin of {', '.join(units)}", width, 9.0)
    assert all(any(each in line for line in held) for each in units)


def test_a_rare_clash_still_shows_on_the_survival_curve(monkeypatch):
    rows, incidents, tension = batch(runs=2000, days=10, incidents_a_year=0)
    rows.loc[0, "first_clash_day"] = 4.0
    figure = summary_figure(rows, incidents, tension, **texts((rows, incidents, tension)))
    floor, top = figure.axes[2].get_ylim()
    assert top == 1 and 0.05 * (top - floor) < 1 / 2000
    assert "the axis does not begin at 0" in said_by(figure, monkeypatch)
