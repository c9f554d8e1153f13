"""Draws of what the screening found to matter and the record says nothing of: from its priors, by the seed.

``python -m experiments.calibration.from_priors FILE [--seed N] [--scenario FILE]`` sets them in a posterior
that is there, which needs no new fit: what was fitted stays as it is, to the letter, and so does what stands
above it. The scenario that names it has its point values renewed.
"""

import argparse
import io
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from experiments.calibration.inputs import members
from experiments.calibration.nearest import nearest, with_point_values
from experiments.calibration.register import FITTED_INPUTS, FROM_PRIORS
from experiments.calibration.unknowns import DIGITS, Rule, Unknown
from experiments.store.files import write_whole
from sim.documents import BadInput
from sim.scenario.posterior import read_posterior


def from_priors(n: int, seed: int, drawn: Sequence[Unknown | Rule] = FROM_PRIORS) -> pd.DataFrame:
    """``n`` draws of each, a column a dotted path, none hanging on another.

    Each has luck of its own by its name, so that its draws are the same whatever else is drawn; and one
    draw in each n-th part of its prior, so that a few worlds see the whole of it.
    """
    columns: dict[str, Sequence[float | str]] = {}
    for each in drawn:
        luck = np.random.default_rng([seed, 13, zlib.crc32(each.name.encode())])
        deviates = special.ndtri((luck.permutation(n) + luck.random(n)) / n)
        columns.update(each.draws(deviates))
    return pd.DataFrame(columns, index=range(n))


def of_row(seed: int, k: int, drawn: Sequence[Unknown | Rule] = FROM_PRIORS) -> dict[str, Any]:
    """What row ``k`` of a table has of them, by dotted path: what is fitted is fitted over their priors."""
    found: dict[str, Any] = {}
    for each in drawn:
        luck = np.random.default_rng([seed, 23, k, zlib.crc32(each.name.encode())])
        found |= each.settings(float(luck.normal()))
    return found


def drawn_again(text: str, seed: int, drawn: Sequence[Unknown | Rule] = FROM_PRIORS) -> str:
    """A posterior's file with these draws in the place of those that it has of inputs that are not fitted."""
    lines = text.splitlines(keepends=True)
    above = "".join(line for line in lines if line.startswith("#"))
    table = pd.read_csv(io.StringIO(text), comment="#", dtype=str, keep_default_na=False)
    lone = {path for each, member in members() if each.name not in FITTED_INPUTS for path in member.sets}
    fitted = table[[name for name in table if name not in lone]]
    whole = pd.concat([fitted, from_priors(len(table), seed, drawn)], axis=1)
    return above + whole.to_csv(index=False, float_format=DIGITS, lineterminator="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Set them in a file; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.calibration.from_priors", description=__doc__
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a posterior, which is written anew")
    parser.add_argument("--seed", type=int, default=1, help="that of the calibration (1)")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="point values of which are set anew")
    asked = parser.parse_args(arguments)

    try:
        read_posterior(asked.file)  # is one
        scenario = "" if asked.scenario is None else asked.scenario.read_text("utf-8")
        if scenario:
            with_point_values(scenario, {})  # has a place for them
        text = drawn_again(asked.file.read_text("utf-8"), asked.seed)
        write_whole(asked.file, lambda to: to.write_text(text, "utf-8"))
        posterior = read_posterior(asked.file)
        if scenario:
            points = with_point_values(scenario, nearest(posterior))
            write_whole(asked.scenario, lambda to: to.write_text(points, "utf-8"))
    except (BadInput, OSError) as bad:
        print(bad, file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"{asked.scenario}: {error}", file=sys.stderr)
        return 2
    print(f"{asked.file}: {len(posterior.values)} draws of {len(posterior.paths)} parameters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
