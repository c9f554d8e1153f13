"""Made-up nested runs, whose variance lies where a test says, and whose policies do what it says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.validation.nested import NestedDesign, NestedRuns
from experiments.worlds import LUCKS
from sim.scenario.case import Case


def runs(
    cases: dict[str | None, Case],
    design: NestedDesign,
    first: int = 150,
    sds: Sequence[float] = (1.0, 0.5, 0.5),
    log_ratios: Sequence[float] = (-1.0, -0.2, 0.3),
    noise: float = 0.1,
    seed: int = 1,
) -> NestedRuns:
    """Log rates with these standard deviations between draws, worlds and lucks; each policy multiplies them
    by its ratio, give or take the ``noise`` of a run.
    """
    luck = np.random.default_rng(seed)
    draws = sds[0] * luck.normal(size=first)
    posterior = cases[None].posterior

    def table(n: int, worlds: int) -> pd.DataFrame:
        of_world = draws[:n, None] + sds[1] * luck.normal(size=(n, worlds))
        logs = of_world[:, :, None] + sds[2] * luck.normal(size=(n, worlds, LUCKS))
        draw, world, which = (each.ravel() for each in np.indices(logs.shape))
        every = 1 if posterior is None else len(posterior.values)
        place = {"draw": draw, "world": draw + world * every, "luck": which, "days": 365.0}
        place |= {"violations": 10, "false_incidents": np.where(world % 2, 0, 5), "map_violations": 2}
        found = [pd.DataFrame({"policy": None, **place, "expected_clashes": np.exp(logs).ravel()})]
        for policy, ratio in zip(design.policies, log_ratios, strict=False):
            off = ratio + noise * luck.normal(size=logs.size)
            found.append(found[0].assign(policy=policy, expected_clashes=np.exp(logs.ravel() + off)))
        return pd.concat(found).sort_values(["draw", "world", "luck"], ignore_index=True)

    return NestedRuns(design, cases, table(first, 1), table(min(design.draws, first), design.worlds))
