"""The draw of a posterior nearest to its medians: point values that belong together.

``python -m experiments.calibration.nearest FILE`` prints it as the parameters of a scenario.
"""

import sys
from pathlib import Path

import numpy as np
import yaml

from experiments.calibration.register import FROM_PRIORS
from experiments.calibration.unknowns import DIGITS
from experiments.statistics.by_draw import deviates
from sim.documents.laying import at_path, nested
from sim.parameters.whole import default_tree
from sim.scenario.posterior import CHOICES, KEY, Draw, Posterior, read_posterior


def nearest(posterior: Posterior) -> Draw:
    """Values by dotted path: of the draw whose ranks lie nearest to the middle, all numbers together.

    Words have no middle: it is one of the draws whose choices are the declared ones, if there is any. What
    is drawn from its prior belongs to nothing else: a number is its own median, a choice the declared one.
    """
    lone = {path for each in FROM_PRIORS for path in each.sets}
    choices = [path for path in posterior.paths if path in CHOICES]
    numbers = [path for path in posterior.paths if path not in CHOICES and path not in lone]
    apart = (deviates(posterior.as_numbers(numbers)) ** 2).sum(axis=1)
    declared = {path: at_path(default_tree(), tuple(path.split("."))) for path in choices}
    fitted = {path: word for path, word in declared.items() if path not in lone}
    every = range(len(apart))
    usual = [k for k in every if all(posterior.draw(k)[path] == word for path, word in fitted.items())]
    draw = posterior.draw(min(usual or every, key=apart.__getitem__))
    for path in lone & draw.keys():
        draw[path] = declared[path] if path in declared else _middle(posterior, path)
    return draw


def _middle(posterior: Posterior, path: str) -> float | int:
    """The median of a column, to the digits that a file of draws has."""
    value = float(DIGITS % np.median(posterior.as_numbers([path])))
    return round(value) if isinstance(posterior.draw(0)[path], int) else value


def in_yaml(values: Draw) -> str:
    """Values by dotted path as parameters of a scenario."""
    return yaml.safe_dump(nested(values), sort_keys=False)


def with_point_values(scenario: str, values: Draw) -> str:
    """A scenario's file with these values in the place of all that stands below its posterior.

    Raises ``ValueError`` where it names none.
    """
    lines = scenario.splitlines(keepends=True)
    naming = [i for i, line in enumerate(lines) if line.startswith(f"{KEY}:")]
    if len(naming) != 1:
        raise ValueError("it names no posterior of its own")
    return "".join(lines[: naming[0] + 1]) + in_yaml(values)


if __name__ == "__main__":
    print(in_yaml(nearest(read_posterior(Path(sys.argv[1])))), end="")
