"""How far what is rare is seen: ``python -m experiments.benchmarks.tail``, without arguments.

Work-normalised variance (the variance of a year's figure times the CPU seconds that the year takes) of
incidents with heavy weapons, against plain runs that count them: *conditioning* (their chances, summed,
in every run), *cloning* and *splitting* (the same of clones). The chance ``fire.p_heavy`` sets the rate,
from one in a hundred years to one in a hundred thousand, without a policy and under the strongest pair of
shipped ones. Of plain runs the variance is known from the rate, which is that of a Poisson count. Nothing
here is asserted in a test.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.benchmarks.measured import Figure, figure, table
from experiments.play.task import play
from experiments.play.warm_up import compile_once
from experiments.worlds import LUCKS
from sim.outcome.outcome import outcome
from sim.scenario.case import Case
from sim.scenario.loading import load_case

SCENARIO, SEED = "straying", 11
YEARS = 60  # worlds of each row: one luck each, so that they are independent
ARMS: Mapping[str, tuple[str, ...]] = {"no policy": (), "strongest pair": ("no_work_buffer_100m", "hotline")}
TARGETS = {1e-2: 1.0, 1e-3: 5.0, 1e-4: 50.0, 1e-5: 300.0}  # rates a year, and how many times better
_SMALL = 1e-6  # a chance of heavy weapons that moves nothing: what is expected is in proportion to it


@dataclass(frozen=True)
class Method:
    """How heavy weapons are estimated: what clones are asked for, and the column of the estimate."""

    asked: tuple[str, ...]
    column: str

    def years(self, policies: tuple[str, ...], p_heavy: float) -> "Years":
        """Play this method's years."""
        chances = (f"{side}.fire.p_heavy={p_heavy!r}" for side in ("north", "south"))
        case = load_case(SCENARIO, policies, (*chances, *self.asked))
        return played(case, self.column)


METHODS = {
    "conditioning": Method((), "expected_with_heavy_weapons"),
    "cloning": Method(("clones.number=4",), "cloned_with_heavy_weapons"),
    "splitting": Method(("clones.number=3", "clones.method=splitting"), "cloned_with_heavy_weapons"),
}


@dataclass(frozen=True)
class Years:
    """Mean and variance of a year's estimate, its effective clusters S²/Q, and CPU seconds a year."""

    mean: float
    variance: float
    clusters: float
    seconds: float


def played(case: Case, column: str) -> Years:
    """One year in each world."""
    found = []
    before = time.process_time()
    for world in range(YEARS):
        model = play(case, LUCKS * world, SEED)
        found.append(outcome(model.scene).row[column])
        model.dismiss()
    seconds, values = (time.process_time() - before) / YEARS, np.array(found)
    squares = float((values**2).sum())
    clusters = float(values.sum() ** 2 / squares) if squares else 0.0
    return Years(float(values.mean()), float(values.var(ddof=1)), clusters, seconds)


def gains() -> Iterator[Figure]:
    """By arm, rate and method: how many times less work than plain runs, for the same variance."""
    for arm, policies in ARMS.items():
        plain = METHODS["conditioning"].years(policies, _SMALL)
        for rate, target in TARGETS.items():
            p_heavy, best = _SMALL * rate / plain.mean, 0.0
            for name, method in METHODS.items():
                years = method.years(policies, p_heavy)
                gain = years.mean * plain.seconds / (years.variance * years.seconds)
                best = max(best, gain)
                words = f"{rate:g} a year, {arm}: {name}"
                yield figure(words, "times", [gain])
                print(f"{words}: {years}", file=sys.stderr, flush=True)
            yield figure(f"{rate:g} a year, {arm}: the best", "times", [best], f"{target:g}")


def main() -> None:
    """Print the table."""
    compile_once(lambda line: print(line, file=sys.stderr))
    print(*table(list(gains())), sep="\n")


if __name__ == "__main__":
    main()
