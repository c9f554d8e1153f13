"""The factors of a sweep: the points that a study plays of them."""

import datetime as dt
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.design.levels import Level, is_whole, setting_words, short_labels
from experiments.design.study_file import Factor, LatinHypercube, Levels, Range, Sobol, Study
from sim.documents import Document, merge, under
from sim.scenario.settings import plain

_NOISE = 12  # significant digits beyond which a number between the ends of a range is rounding
Point = tuple[Level, ...]


def points(study: Study, document: Document) -> Iterable[Point]:
    """The points of the sweep; one without levels if there is none. ``document``: the study's file."""
    if isinstance(study.design, str):
        return itertools.product(*(_levels(name, f, document) for name, f in study.sweep.items()))
    return _sampled(study, study.design, document)


def number_of_points(study: Study) -> int:
    """How many points the sweep has, without making any: a grid may have more than any memory holds."""
    if isinstance(study.design, str):
        return math.prod(_number_of_levels(factor) for factor in study.sweep.values())
    return study.design.latin_hypercube if isinstance(study.design, LatinHypercube) else study.design.sobol


def _number_of_levels(factor: Factor) -> int:
    if isinstance(factor, Range):
        return factor.points or 1
    return len(factor.levels if isinstance(factor, Levels) else factor)


def _levels(name: str, factor: Factor, document: Document) -> list[Level]:
    if isinstance(factor, Levels):
        return [_named(name, label, changes, document) for label, changes in factor.levels.items()]
    if isinstance(factor, Range):
        low, *between, high = _spaced(name, factor)
        return _in_order(
            name, (low, *between, high), [plain(low), *short_labels(between), plain(high)], document
        )
    return [_level(name, value, _text(value), i, document) for i, value in enumerate(factor)]


def _named(name: str, label: str, changes: Mapping[str, Any], document: Document) -> Level:
    place = ("sweep", name, "levels", label)
    whole = Document({}, {}, document.file)
    for key in changes:
        its = document.part((*place, key))
        whole = merge(whole, under(key.split("."), its, document.at_key((*place, key))))
    return Level(name, label, label, place, whole)


def _level(name: str, value: Any, label: str, i: int, document: Document) -> Level:
    """A level that sets the parameter of the factor's name, at its place in a list or that of the range."""
    key = document.at_key(("sweep", name))
    mark = document.marks.get(("sweep", name, i), key)
    its = under(name.split("."), Document(value, {(): mark}, document.file), key)
    return Level(name, label, setting_words(name, label), ("sweep", name, i), its)


def _spaced(name: str, factor: Range) -> list[float]:
    """The numbers of a range in a grid: its ends as the file says, and what lies between."""
    if factor.points is None:
        raise ValueError(f"a range in a grid has points: {name}")
    spaced = np.geomspace if factor.scale == "log" else np.linspace
    between = spaced(factor.low, factor.high, factor.points)[1:-1].tolist()
    whole = [factor.low, *(float(f"{x:.{_NOISE}g}") for x in between), factor.high]
    return [round(x) for x in whole] if is_whole(name) else whole


def _sampled(study: Study, design: LatinHypercube | Sobol, document: Document) -> Iterator[Point]:
    """Points of the unit cube, stretched to the ranges (Latin hypercube or Sobol, by scipy)."""
    from scipy.stats import qmc

    if isinstance(design, LatinHypercube):
        cube, points = qmc.LatinHypercube, design.latin_hypercube
    else:
        cube, points = qmc.Sobol, design.sobol
    sample = cube(len(study.ranges), rng=np.random.default_rng(study.seed)).random(points)
    columns = [
        _column(name, factor, shares, document)
        for (name, factor), shares in zip(study.ranges.items(), sample.T.tolist(), strict=True)
    ]
    return zip(*columns, strict=True)


def _column(name: str, factor: Range, shares: Sequence[float], document: Document) -> list[Level]:
    """The levels of a factor at all points of a sample."""
    stretched = _whole if is_whole(name) else _stretched
    values = [stretched(factor, share) for share in shares]
    return _in_order(name, values, short_labels(values), document)


def _in_order(name: str, values: Sequence[float], labels: Sequence[str], document: Document) -> list[Level]:
    return [_level(name, *each, document) for each in zip(values, labels, itertools.count())]


def _stretched(factor: Range, share: float) -> float:
    """The number at a share of the range, inside it whatever rounding does."""
    if factor.scale == "log":
        value = factor.low * (factor.high / factor.low) ** share
    else:
        value = factor.low + (factor.high - factor.low) * share
    return min(max(value, factor.low), factor.high)


def _whole(factor: Range, share: float) -> int:
    """The whole number at a share of the range; each has its room, up to the next one."""
    room = factor.model_copy(update={"high": factor.high + 1})
    return min(math.floor(_stretched(room, share)), int(factor.high))


def _text(value: Any) -> str:
    """A value as files write it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).strip('"')
