"""The draw of a posterior nearest to its medians: point values that belong together.

``python -m experiments.calibration.nearest FILE`` prints it as the parameters of a scenario.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.calibration.from_priors import FORMAT
from experiments.calibration.register import FROM_PRIORS
from experiments.statistics.by_draw import deviates
from sim.documents.laying import at_path, nested
from sim.parameters.whole import default_tree
from sim.scenario.posterior import CHOICES, Posterior, read_posterior


def nearest(posterior: Posterior) -> dict[str, Any]:
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
    value = float(FORMAT % np.median(posterior.as_numbers([path])))
    return round(value) if isinstance(posterior.draw(0)[path], int) else value


if __name__ == "__main__":
    print(yaml.safe_dump(nested(nearest(read_posterior(Path(sys.argv[1])))), sort_keys=False), end="")
