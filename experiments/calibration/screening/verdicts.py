"""Which inputs matter: told from luck, and large enough; and what of each parameter follows from it.

An input matters for an output if it is told from luck (the false ones among those that are told: a tenth at
most, by Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x, within the output: one that is
drawn for nothing costs less than one that is missed) and makes at least a hundredth of its variance. What
matters for any output of the verdict is drawn; and so is what a policy is made of, whatever the runs tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.inputs import INPUTS, OF_POLICIES, reason_left_out
from experiments.calibration.posterior import YEARS
from experiments.calibration.register import FITTED_APART, RULES, UNKNOWNS
from experiments.calibration.unknowns import Rule, Unknown
from experiments.wording import share_figure
from sim.parameters.whole import walk

LEAST_SHARE = 0.01  # of an output's variance
FALSE_AMONG = 0.1
SHARES = "share of the variance of "
DRAWN, FIXED, FITTED = "drawn from its prior", "stays fixed", "fitted to the record"


def matters(found: pd.DataFrame) -> NDArray[np.bool_]:
    """Of the rows of ``screened``, one output's: which inputs matter for it, (inputs,)."""
    return np.asarray(told(found) & (largest(found).to_numpy() >= LEAST_SHARE))


def largest(found: pd.DataFrame) -> pd.Series:
    """The share of the variance that counts: that of all, or of what goes one way where that is more."""
    return found[["share", "one_way"]].max(axis=1)


def told(found: pd.DataFrame) -> NDArray[np.bool_]:
    """Which inputs are told from luck, (inputs,)."""
    return np.asarray(stats.false_discovery_control(found["p"].to_numpy()) <= FALSE_AMONG)


@dataclass(frozen=True)
class Fate:
    """Whether an input is drawn, and why or why not, in words."""

    drawn: bool
    reason: str


def verdicts(by_output: Mapping[str, pd.DataFrame]) -> dict[str, Fate]:
    """The verdict on each input, by the rows of ``screened`` of each output, the headline's first."""
    first, rows = next(iter(by_output.items()))
    names = rows.index
    mattering = {output: matters(found) for output, found in by_output.items()}
    telling = {output: told(found) for output, found in by_output.items()}
    found: dict[str, Fate] = {}
    for i, name in enumerate(names):
        shares = {output: float(largest(rows).iloc[i]) for output, rows in by_output.items()}
        where = [output for output in by_output if mattering[output][i]]
        where.sort(key=lambda output: -shares[output])
        if where:
            told_of = ", ".join(f"{output} {share_figure(shares[output])}" for output in where)
            found[str(name)] = Fate(True, f"{SHARES}{told_of}")
        elif name in OF_POLICIES:
            found[str(name)] = Fate(True, "a policy of the short list is made of it, and its ratio with it")
        elif small := [output for output in by_output if telling[output][i]]:
            found[str(name)] = Fate(
                False, f"told from luck ({', '.join(small)}), under {LEAST_SHARE:.0%} of the variance"
            )
        else:
            most = share_figure(float(by_output[first]["share_high"].iloc[i]))
            found[str(name)] = Fate(False, f"not told from luck; of {first} at most {most} of the variance")
    return found


def parameters(by_input: Mapping[str, Fate]) -> pd.DataFrame:
    """Every parameter of the schema in its order: whether it is fitted, drawn or fixed, and why."""
    of_input = {path: each.name for each in INPUTS for path in each.paths}
    moved = {path: member for each in INPUTS for member in each.members for path in member.sets}
    fitted = dict(_fitted())
    rows = []
    for parts, _ in walk():
        path = ".".join(parts)
        if path in moved:
            verdict = by_input[of_input[path]]
            says = FITTED if path in fitted else DRAWN if verdict.drawn else FIXED
            rows.append((path, of_input[path], *_law(moved[path]), says, verdict.reason))
        elif path in fitted:
            rows.append((path, "", *_law(fitted[path]), FITTED, ""))
        else:
            rows.append((path, "", "", "", FIXED, reason_left_out(path) or ""))
    return pd.DataFrame(rows, columns=["parameter", "input", "prior", "source", "verdict", "reason"])


def _fitted() -> Iterator[tuple[str, Unknown | Rule | None]]:
    drawn: Sequence[Unknown | Rule] = (*UNKNOWNS, *RULES, YEARS)
    for each in drawn:
        for path in each.sets:
            yield path, each
    for paths in FITTED_APART.values():
        for path in paths:
            yield path, None


def _law(member: Unknown | Rule | None) -> tuple[str, str]:
    """Its prior and where that comes from."""
    if member is None:
        return "", ""
    law = " or ".join(member.levels) if isinstance(member, Rule) else member.prior.words
    return law, member.reason
