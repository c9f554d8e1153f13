"""Regions of a posterior: its draws that are like a situation of fixed values, as scenarios of their own.

``python -m experiments.validation.regions [--draws N]`` plays draws of the baseline in five worlds each, and
writes ``scenarios/regions/``: for each situation that at least 100 of them are like, a scenario over these
draws, which ``--situations`` then plays in the place of the fixed values. Those of other situations are
removed. To be run again whenever the posterior is made anew.

One world is not enough: its few violations make a draw look like what it is not. So a draw that its own world
says is like a situation is played in further ones, and has to be like it by all of them together.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.findings.likeness import FEWEST, like_each
from experiments.play.pool import on_processes
from experiments.play.workers import Workers
from experiments.store.piecewise import KEY
from experiments.validation.nested import TABLE, NestedTask, play_nested
from sim.scenario.library import region_folder
from sim.scenario.loading import load_case
from sim.scenario.posterior import Posterior

WORLDS = 5
_BASELINE = "baseline"
_TASK = 5  # draws
_SCENARIO = """\
# yaml-language-server: $schema=../schema/scenario.schema.json
# Written by `python -m experiments.validation.regions`.
extends: {baseline}
name: {name} by draws
description: >
  The baseline under those draws of its posterior that are like {name}: {like:,} of the first {draws:,}, by
  what becomes of perceived violations in five worlds of each.
posterior: {name}.csv
"""


def like_of(situation: str, draws: int, seed: int, workers: int) -> dict[str, list[int]]:
    """The numbers of those draws, of a situation's first ``draws``, that are like each of fixed values."""

    def played(numbers: Sequence[int], places: Sequence[int]) -> list[pd.DataFrame]:
        tasks = [
            NestedTask(situation, seed, tuple(numbers[i : i + _TASK]), tuple(places), (), lucks=1)
            for i in range(0, len(numbers), _TASK)
        ]
        return [
            its[TABLE] for _, found in on_processes(tasks, play_nested, workers) for its in found.values()
        ]

    own = pd.concat(played(range(draws), range(1)), ignore_index=True)
    seems = like_each(own, KEY)
    again = sorted(seems.index[seems.any(axis=1)].tolist())
    runs = pd.concat([own[own[KEY].isin(again)], *played(again, range(1, WORLDS))], ignore_index=True)
    return {name: [int(k) for k in flags.index[flags]] for name, flags in like_each(runs, KEY).items()}


def write_regions(
    folder: Path, posterior: Posterior, like: Mapping[str, Sequence[int]], draws: int
) -> list[str]:
    """A scenario over draws for each situation that enough draws are like; the names of these."""
    folder.mkdir(exist_ok=True)
    lines = posterior.path.read_text("utf-8").splitlines()
    head, *rows = [line for line in lines if line.strip() and not line.startswith("#")]
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
    posterior = load_case(_BASELINE).posterior
    assert posterior is not None
    draws = min(asked.draws or len(posterior.values), len(posterior.values))
    like = like_of(_BASELINE, draws, asked.seed, Workers(asked.workers).count)
    written = write_regions(region_folder(), posterior, like, draws)
    for name, numbers in like.items():
        print(f"{name}: {len(numbers):,} of {draws:,} draws{', a region' * (name in written)}")


if __name__ == "__main__":
    main()
