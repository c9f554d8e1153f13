"""The factors of a sweep: their levels, and the points that a study plays of them."""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.study_file import Factor, LatinHypercube, Levels, Range, Study


@dataclass(frozen=True)
class Level:
    """One level of a factor: its label, and what it sets, as ``key=value``.

    ``shown`` is how it stands in the name of a future, ``place`` where in the study's file.
    """

    factor: str
    label: str
    assignments: tuple[str, ...]
    shown: str
    place: tuple[str | int, ...]


def points(study: Study) -> Iterable[tuple[Level, ...]]:
    """The points of the sweep; one without levels if there is none."""
    if study.design == "grid":
        return itertools.product(*(_levels(name, f) for name, f in study.sweep.items()))
    return _sampled(study)


def _levels(name: str, factor: Factor) -> list[Level]:
    if isinstance(factor, Levels):
        return [
            Level(name, label, tuple(f"{k}={_yaml(v)}" for k, v in changes.items()), label,
                  ("sweep", name, "levels", label))
            for label, changes in factor.levels.items()
        ]  # fmt: skip
    return [_level(name, value, i) for i, value in enumerate(_values(factor))]


def _values(factor: Any) -> Sequence[Any]:
    if not isinstance(factor, Range):
        return factor
    spaced = np.geomspace if factor.scale == "log" else np.linspace
    between = spaced(factor.low, factor.high, factor.points)[1:-1]
    return [_whole(factor.low), *map(_short, between), _whole(factor.high)]


def _sampled(study: Study) -> Iterator[tuple[Level, ...]]:
    """Points of the unit cube, stretched to the ranges (Latin hypercube or Sobol, by scipy)."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube if isinstance(study.design, LatinHypercube) else qmc.Sobol
    points = getattr(study.design, "latin_hypercube", None) or study.design.sobol
    sample = cube(len(study.sweep), rng=np.random.default_rng(study.seed)).random(points)
    for i, row in enumerate(sample):
        yield tuple(
            _level(name, _short(_stretched(factor, float(u))), i)
            for (name, factor), u in zip(study.sweep.items(), row, strict=True)
        )


def _stretched(factor: Range, u: float) -> float:
    if factor.scale == "log":
        return factor.low * (factor.high / factor.low) ** u
    return factor.low + (factor.high - factor.low) * u


def _short(x: float) -> float | int:
    """Four significant digits: it is read in tables."""
    return _whole(float(f"{x:.4g}"))


def _whole(x: float) -> float | int:
    """A whole number as one, as files write it."""
    return int(x) if x.is_integer() else x


def _level(name: str, value: Any, i: int) -> Level:
    text = _yaml(value)
    label = text.strip('"')
    return Level(name, label, (f"{name}={text}",), f"{name}={label}", ("sweep", name, i))


def _yaml(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, default=dt.date.isoformat, ensure_ascii=False)
