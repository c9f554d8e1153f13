"""A screening from its design to its verdicts: points played in parts, outputs of them, and what matters.

The outputs are logarithms, since clashes have heavy tails: of expected clashes a year, of both of its parts,
and of the ratio of each policy of the short list. What the record counts, crossings, is beside them: it bears
on no verdict, and says which inputs the fit to the record would have to know.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from experiments.calibration.inputs import INPUTS
from experiments.calibration.screening.morris import Design, design, screened
from experiments.calibration.screening.points import (
    ARMS,
    NO_POLICY,
    REPEATS,
    TABLE,
    Point,
    PointTask,
    play_points,
)
from experiments.calibration.screening.verdicts import Fate, largest, matters, parameters, told, verdicts
from experiments.store.piecewise import KEY, Show, in_parts
from sim.scenario.loading import load_case

Values = NDArray[np.float64]
SCENARIO = "baseline"
HEADLINE, RECORDED = "expected clashes", "recorded crossings"
_FLOOR = 0.05  # events a year that are added before a logarithm is taken: one in twenty years
PARTS = {HEADLINE: "expected", "begun by a violation": "violation", "begun otherwise": "otherwise"}


@dataclass(frozen=True)
class ScreeningSize:
    """Trajectories, the first of them in which policies are played too, worlds of a repeat, days of a run.

    Of a policy one world of each repeat is played: with and without it that world and its luck are the same.
    """

    trajectories: int = 40
    with_policies: int = 8
    worlds: int = 1
    days: int = 365


SMALL = ScreeningSize(trajectories=3, with_policies=2, worlds=1, days=30)


@dataclass(frozen=True)
class Screening:
    """What came of it: by output the rows of ``screened``; by input its verdict; every parameter's fate."""

    size: ScreeningSize
    seed: int
    by_output: Mapping[str, pd.DataFrame]
    verdicts: Mapping[str, Fate]

    @property
    def table(self) -> pd.DataFrame:
        """A row an output and input, with its rank, and whether it is told from luck and matters."""
        whole = []
        for output, found in self.by_output.items():
            rank = largest(found).rank(ascending=False, method="first").astype("Int64")
            marks = found.assign(rank=rank, told=told(found), matters=matters(found))
            whole.append(marks.reset_index().assign(output=output))
        table = pd.concat(whole, ignore_index=True)
        return table[["input", "output", *(name for name in table if name not in ("input", "output"))]]

    @property
    def parameters(self) -> pd.DataFrame:
        """Every parameter of the schema, with its verdict and the reason."""
        return parameters(self.verdicts)

    @property
    def figures(self) -> dict[str, Any]:
        """What it rests on, and what the fixed ones make of each output together, as plain values."""
        fixed = [name for name, verdict in self.verdicts.items() if not verdict.drawn]
        return {
            "version": sim.__version__,
            "scenario": SCENARIO,
            "seed": self.seed,
            "size": asdict(self.size),
            "inputs": len(self.verdicts),
            "drawn": [name for name, verdict in self.verdicts.items() if verdict.drawn],
            "left_to_fixed": {
                output: float(np.nansum(found.loc[fixed, "share"]))
                for output, found in self.by_output.items()
            },
        }


def plan(size: ScreeningSize, seed: int, draws: int) -> tuple[Design, dict[int, Point]]:
    """The design, and its points by number: each trajectory over a draw of its own out of so many.

    A design of more trajectories begins with those of a smaller one.
    """
    made = design({each.name: len(each.members) for each in INPUTS}, size.trajectories, seed)
    order = np.random.default_rng([seed, 19]).permutation(draws)
    points = {}
    for k, place in enumerate(made.x):
        trajectory = k // made.length
        of_policies = int(trajectory < size.with_policies)
        draw = int(order[trajectory % draws])
        points[k] = Point(trajectory, draw, tuple(map(float, place)), size.worlds, of_policies)
    return made, points


def screen(folder: Path, size: ScreeningSize, seed: int, workers: int, show: Show) -> Screening:
    """Play what is missing of the points in ``folder``, and find what matters.

    What was played for fewer trajectories, or more, counts. Raises ``BadInput`` for a folder of another
    screening.
    """
    case = load_case(SCENARIO)
    made, points = plan(size, seed, len(case.posterior.values) if case.posterior else 1)
    asked = {
        "scenario": case.content_hash,
        "seed": seed,
        "size": {name: value for name, value in asdict(size).items() if name != "trajectories"},
        "inputs": [[each.name, *map(repr, each.members)] for each in INPUTS],
        "arms": list(ARMS),
    }

    def task(numbers: tuple[int, ...]) -> PointTask:
        return PointTask(SCENARIO, seed, size.days, numbers, {k: points[k] for k in numbers})

    tables = in_parts(folder / TABLE, (TABLE,), asked, len(points), task, play_points, workers, show)
    return found_in(made, tables[TABLE], size, seed)


def found_in(made: Design, table: pd.DataFrame, size: ScreeningSize, seed: int) -> Screening:
    """What matters, by the runs of all points of a design."""
    by_output = {
        name: screened(made.first(seen.shape[1] // made.length), seen[0], seen[1], seed)
        for name, seen in outputs(table, made, size).items()
    }
    deciding = {name: found for name, found in by_output.items() if name != RECORDED}
    return Screening(size, seed, by_output, verdicts(deciding))


def outputs(table: pd.DataFrame, made: Design, size: ScreeningSize) -> dict[str, Values]:
    """Each output as (repeats, points): logarithms of rates a year, and of ratios of policies.

    Those of policies are of the first trajectories only, and of the worlds in which these were played.
    """
    without, paired = table[table["arm"] == NO_POLICY], table[table["world"] == 0]
    n = len(made.x)
    found = {output: _log_rate(without, name, n) for output, name in PARTS.items()}
    n_paired = min(size.with_policies, size.trajectories) * made.length
    paired = paired[paired[KEY] < n_paired]
    logs = {arm: _log_rate(rows, "expected", n_paired) for arm, rows in paired.groupby("arm")}
    found |= {f"ratio of {arm}": logs[arm] - logs[NO_POLICY] for arm in ARMS if arm != NO_POLICY}
    return found | {RECORDED: _log_rate(without, "recorded", n)}


def _log_rate(rows: pd.DataFrame, name: str, points: int) -> Values:
    """Logarithm of events a year at each point, all worlds of a repeat together, (repeats, points)."""
    sums = rows.groupby(["repeat", KEY])[[name, "years"]].sum()
    whole = sums.reindex(pd.MultiIndex.from_product([range(REPEATS), range(points)]))
    rate = whole[name].to_numpy() / whole["years"].to_numpy()
    return np.asarray(np.log(rate + _FLOOR).reshape(REPEATS, points))
