"""On what the spread of expected clashes rests: measured, analogue and assumed parameters.

By regression of the runs on the draws, to first order. Luck is what both runs of a draw differ by; what is
left then is the world, what parameters do only together, and what so few draws cannot tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict, get_args

import numpy as np
import pandas as pd

from experiments.calibration.register import unknown_of
from experiments.findings.by_draw import EXPECTED, Share
from experiments.statistics.by_draw import Values, deviates
from experiments.statistics.first_order import Told, first_order
from sim.parameters.declare import Grade, declared
from sim.parameters.whole import walk
from sim.scenario.case import Case

FEWEST = 50  # draws, of which shares of a spread can be told at all
GRADES: tuple[Grade, ...] = get_args(Grade)  # from the surest to the least
_GRADE: Mapping[str, Grade] = {
    ".".join(path): declared(field).get("grade", GRADES[-1]) for path, field in walk()
}


class GradeShares(TypedDict):
    """Of ``unknowns`` of one grade: the share of the spread that they tell ``alone``, some of which others
    tell too; and the share that they tell ``beside`` all others.
    """

    grade: Grade
    unknowns: int
    alone: Share
    beside: Share


class Grounds(TypedDict):
    """Of one future without a policy: the share of the spread over ``draws`` that all grades tell
    ``together``, what is ``luck`` of the two runs of a draw, what is ``left``, and each grade's.
    """

    draws: int
    together: Share
    luck: Share
    left: Share
    grades: list[GradeShares]


def grounds_of(case: Case, runs: pd.DataFrame) -> Grounds | None:
    """Of the runs of one case; None under ``FEWEST`` draws, and where none differs from another."""
    draws = sorted(set(runs["draw"].astype(int)))
    if len(draws) < FEWEST:
        return None
    parts = {grade: known for grade, known in _by_grade(case, draws) if known[1].shape[1]}
    clashes = _ranks(runs, draws)
    if not parts or clashes is None:
        return None
    luck = np.random.default_rng([len(parts), len(draws)])
    told = first_order(clashes, [known for _, known in parts.values()], luck)
    return Grounds(
        draws=len(draws),
        together=_share(told.together),
        luck=_share(told.luck),
        left=_share(told.left),
        grades=[
            GradeShares(grade=grade, unknowns=number, alone=_share(alone), beside=_share(beside))
            for (grade, (number, _)), alone, beside in zip(
                parts.items(), told.alone, told.beside, strict=True
            )
        ],
    )


def grade_of(paths: Sequence[str]) -> Grade:
    """The grade of an unknown that sets these parameters: that of the least sure of them."""
    return max((_GRADE[path] for path in paths), key=GRADES.index)


def _by_grade(case: Case, draws: Sequence[int]) -> Iterator[tuple[Grade, tuple[int, Values]]]:
    """Of each grade how many unknowns differ between draws, and these as deviates."""
    posterior = case.posterior
    assert posterior is not None
    unknowns: dict[tuple[str, str], list[str]] = {}
    for path in posterior.paths:
        if path in posterior.differing and path not in case.held:
            unknowns.setdefault(unknown_of(path), []).append(path)
    for grade in GRADES:
        its = [paths for paths in unknowns.values() if grade_of(paths) == grade]
        numbers = posterior.as_numbers([path for paths in its for path in paths])
        yield grade, (len(its), deviates(numbers[list(draws)]))


def _ranks(runs: pd.DataFrame, draws: Sequence[int]) -> Values | None:
    """Expected clashes a year of each run as a normal deviate by its rank, (draws, lucks), nan where there is
    no run; None where no two differ, and where no draw has all its lucks.
    """
    ranks = deviates((runs[EXPECTED] / runs["days"]).to_numpy(float)[:, None])
    if not ranks.shape[1]:
        return None
    by_luck = runs.assign(rank=ranks[:, 0]).pivot_table("rank", "draw", "luck").loc[draws]
    found = by_luck.to_numpy(float)
    return None if found.shape[1] < 2 or np.isnan(found).any(axis=1).all() else found


def _share(told: Told) -> Share:
    return Share(estimate=told.estimate, low=told.low, high=told.high)
