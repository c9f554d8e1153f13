"""Regions of a posterior: its draws that are like a situation of fixed values, as scenarios of their own.

``python -m experiments.calibration.regions [--draws N]`` plays draws of the baseline, each in its own world
with two lucks, and writes ``scenarios/regions/``: for each situation that at least 100 of them are like, a
scenario over these draws, which ``--situations`` then plays in the place of the fixed values. Those of other
situations are removed. To be run again whenever the posterior is made anew.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.findings.likeness import COLUMNS, FEWEST, like_each
from experiments.play.batch import run_batch
from experiments.worlds import LUCKS
from sim.scenario.case import Case
from sim.scenario.library import region_folder
from sim.scenario.loading import load_case
from sim.scenario.posterior import Posterior

_BASELINE = "baseline"
_SCENARIO = """\
# yaml-language-server: $schema=../schema/scenario.schema.json
# Written by `python -m experiments.calibration.regions`.
extends: ../{baseline}
name: {name} by draws
description: >
  The baseline under those draws of its posterior that are like {name}: {like:,} of the first {draws:,}, by
  what becomes of the perceived violations of each draw's own world.
posterior: {name}.csv
"""


def like_of(case: Case, draws: int, seed: int, workers: int | None) -> dict[str, list[int]]:
    """The numbers of the draws that are like each situation, of the first ``draws``."""
    batch = run_batch(case, LUCKS * draws, seed=seed, workers=workers)
    runs = pd.DataFrame(batch.run_rows())[["draw", *COLUMNS]]
    return {name: [int(k) for k in flags[flags].index] for name, flags in like_each(runs).items()}


def write_regions(
    folder: Path, posterior: Posterior, like: Mapping[str, Sequence[int]], draws: int
) -> list[str]:
    """A scenario over draws for each situation that enough draws are like; the names of these."""
    folder.mkdir(exist_ok=True)
    head, *rows = [line for line in posterior.path.read_text("utf-8").splitlines() if line[:1] != "#"]
    for name, numbers in like.items():
        table, scenario = folder / f"{name}.csv", folder / f"{name}.yaml"
        if len(numbers) < FEWEST:
            table.unlink(missing_ok=True)
            scenario.unlink(missing_ok=True)
            continue
        about = f"# Draws of {posterior.path.name} that are like {name}, in their order."
        table.write_text("\n".join([about, head, *(rows[k] for k in numbers)]) + "\n", "utf-8")
        text = _SCENARIO.format(baseline=_BASELINE, name=name, like=len(numbers), draws=draws)
        scenario.write_text(text, "utf-8")
    return [name for name, numbers in like.items() if len(numbers) >= FEWEST]


def main() -> None:
    """Make the regions of the baseline's posterior anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, help="play so many draws; all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, help="processes; all cores")
    asked = parser.parse_args()
    case = load_case(_BASELINE)
    assert case.posterior is not None
    draws = min(asked.draws or len(case.posterior.values), len(case.posterior.values))
    like = like_of(case, draws, asked.seed, asked.workers)
    written = write_regions(region_folder(), case.posterior, like, draws)
    for name, numbers in like.items():
        print(f"{name}: {len(numbers):,} of {draws:,} draws{', a region' * (name in written)}")


if __name__ == "__main__":
    main()
