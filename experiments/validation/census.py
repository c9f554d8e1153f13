"""What the log holds of all crossings, by line: each unit is walked through each tick, and each line asked.

``python -m experiments.validation.census [SCENARIO] [--runs N] [--seed S] [--write PAGE]``. Under a line that
the watchers do not go by a report counts only what they took for a violation. Here the same runs are played
tick by tick with nobody asleep, which changes nothing to the last bit, and where a unit is at the end of each
tick is held against both belief lines, the commission's and the true one.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.findings.definitions import LINES, Line
from experiments.measures import YEAR
from experiments.statistics.intervals import Interval, rate_interval, ratio_interval
from experiments.wording import figure, many, ratio_figure
from experiments.worlds import luck_of, world_of
from sim.constants import DAY
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.loading import Case, load_case

_LINES: tuple[Line, ...] = ("north", "south", "commission", "true")  # as the state has them, and 0
_RUNS = 20


class Census:
    """Of a run under way: how many shifts of units were past each line at the end of a tick, (lines,)."""

    def __init__(self, model: DmzModel) -> None:
        self._model = model
        units = model.state.units.size
        self._shift = np.full(units, -1)
        self._past = np.zeros((units, len(_LINES)), bool)
        self.counts = np.zeros(len(_LINES), int)

    def look(self) -> None:
        """Where every unit is now; in the warm-up nothing counts."""
        scene, units = self._model.scene, self._model.state.units
        if scene.minute <= scene.exposure.begins:
            return
        out = np.flatnonzero(units["active"] == 1)
        fresh = units["shift"][out] != self._shift[out]
        self._shift[out] = units["shift"][out]
        self._past[out[fresh]] = False
        past = _past_lines(self._model, out)
        self.counts += (past & ~self._past[out]).sum(axis=0)
        self._past[out] |= past


def _past_lines(model: DmzModel, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether units stand past each line, (units, lines), at the moment that they were taken to."""
    scene, units = model.scene, model.state.units[rows]
    land, north = scene.land, units["side"] == 0
    gone = np.minimum(units["t"] - units["begin"], units["end"] - units["t"])
    s = np.abs(units["s"] + units["speed"] * gone) % (2.0 * land.length_m)
    s = np.minimum(s, 2.0 * land.length_m - s)
    nodes = land.line_step_m * np.arange(model.state.lines.shape[1])
    lines = np.stack([*(np.interp(s, nodes, line) for line in model.state.lines), np.zeros(s.size)], axis=1)
    sign = np.where(north, 1.0, -1.0)
    own = np.where(north, lines[:, 0], lines[:, 1])
    d = own + sign * (units["distance"] + units["nav_sd"] * units["z"])
    past: NDArray[np.bool_] = sign[:, None] * (lines - d[:, None]) > 0.0
    return past


def taken(case: Case, run: int, seed: int) -> dict[str, float]:
    """The census of a run by line, with its world and exposed years, and what its row has beside it:
    crossings to the instant, and violations found past each line.
    """
    model = DmzModel(case, seed=seed, world=world_of(run), luck=luck_of(run))
    model.sparing = False
    census, tick = Census(model), model.scene.tick / DAY
    while model.running and model.minute < model.scene.exposure.horizon:
        model.run(tick)
        census.look()
    row = outcome(model.scene).row
    model.dismiss()
    found = {
        line: row[f"stood_past_{line}_line_north"] + row[f"stood_past_{line}_line_south"] for line in _LINES
    }
    return {
        "world": world_of(run),
        "years": row["days"] / YEAR,
        "crossings": row["crossings_north"] + row["crossings_south"],
        **{f"census_{line}": int(n) for line, n in zip(_LINES, census.counts, strict=True)},
        **{f"found_{line}": n for line, n in found.items()},
    }


def page(name: str, runs: pd.DataFrame, seed: int) -> Iterator[str]:
    """The page, line by line, of runs as ``taken``."""
    worlds = runs.groupby("world").sum()
    years = worlds["years"].to_numpy()
    yield from ("# Crossings under each line, by a census", "", _HEAD)
    yield f"{many(len(runs), 'run')} of `{name}` in {many(len(worlds), 'world')}, seed {seed}."
    yield from ("", "| line | shifts past it, a year | of them found by the log | crossings to the instant |")
    yield "|---|---|---|---|"
    for line in _LINES:
        census, log = worlds[f"census_{line}"].to_numpy(), worlds[f"found_{line}"].to_numpy()
        instant = _text(rate_interval(worlds["crossings"], years)) if line == "true" else "not counted"
        share = ratio_interval(log, census, share=bool((log <= census).all()))
        yield f"| {LINES[line]} | {_text(rate_interval(census, years))} | {_share(share)} | {instant} |"


_HEAD = """\
Written by `python -m experiments.validation.census --write docs/CENSUS.md`. Under a line that the watchers
do not go by a report counts only what they took for a violation (*who counts what*). Here each unit is
walked through each tick, with nobody asleep, which changes nothing to the last bit, and each line is asked
where it stands at the tick's end. A passage that ends within its tick is missed; how many are is told by
the true line, whose crossings the model counts to the instant. Intervals are 95% with the world as the
cluster: a few worlds own most of such counts.
"""


def _text(found: Interval) -> str:
    return f"{figure(found.estimate)} ({figure(found.low)} - {figure(found.high)})"


def _share(found: Interval) -> str:
    return f"{ratio_figure(found.estimate)} ({ratio_figure(found.low)} - {ratio_figure(found.high)})"


def main() -> None:
    """Take the census of some runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="baseline")
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    asked = parser.parse_args()
    case = load_case(asked.scenario)
    runs = pd.DataFrame(taken(case, run, asked.seed) for run in range(asked.runs))
    text = "\n".join(page(asked.scenario, runs, asked.seed)) + "\n"
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
