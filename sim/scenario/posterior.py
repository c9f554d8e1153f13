"""Posteriors: draws of the parameters that a record leaves open, from a CSV file; each world plays one.

A column a parameter, by its dotted path: of numbers, or of words where it is a choice, such as a rival rule.
A row a draw, in an order of no meaning. (``dmz calibrate`` makes such a file; a table of one's own does as
well, such as a prior's draws.)
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import numpy as np
from pydantic.fields import FieldInfo

from sim.documents.problems import nearest
from sim.parameters.declare import bounds
from sim.parameters.whole import walk
from sim.scenario.csv_table import Floats, Table

KEY = "posterior"  # of a scenario
Draw = dict[str, float | str]  # the values of one, by dotted path: numbers, and words of choices


def _words(field: FieldInfo) -> tuple[str, ...]:
    """The words among which a parameter is chosen; nothing of one that is no choice."""
    found = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return found if all(isinstance(word, str) for word in found) else ()


_DRAWN = {
    ".".join(path): field for path, field in walk() if field.annotation in (int, float) or _words(field)
}
CHOICES = {path: words for path, field in _DRAWN.items() if (words := _words(field))}


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of parameters: ``values`` (draws, paths), of the parameters at these dotted ``paths``.

    Of a choice it is the number of the word, from 0, in the order of ``CHOICES``. One that was cut to
    some draws has the rows of these ``numbers`` alone, of ``whole`` draws.
    """

    path: Path
    paths: tuple[str, ...]
    values: Floats
    numbers: tuple[int, ...] | None = None
    whole: int | None = None

    @property
    def size(self) -> int:
        """How many draws there are, whether it has them all or was cut."""
        return len(self.values) if self.whole is None else self.whole

    def of_world(self, world: int) -> int:
        """The number of the draw that a world plays: its own, and from the first again behind the last."""
        return world % self.size

    def only(self, numbers: Iterable[int]) -> "Posterior":
        """Cut to the draws of these numbers; raises ``ValueError`` where it has not one of them."""
        kept = tuple(sorted(set(numbers)))
        rows = [self._row(number) for number in kept]
        return replace(self, values=self.values[rows], numbers=kept, whole=self.size)

    @cached_property
    def differing(self) -> frozenset[str]:
        """The parameters in which draws differ."""
        return frozenset(np.array(self.paths)[np.ptp(self.values, axis=0) > 0.0].tolist())

    def draw(self, number: int) -> Draw:
        """The values of one draw, by dotted path."""
        return self._named(self.values[self._row(number)])

    def ends(self) -> tuple[Draw, Draw]:
        """The least values of all parameters together, and the largest."""
        return self._named(self.values.min(axis=0)), self._named(self.values.max(axis=0))

    def as_numbers(self, paths: Iterable[str]) -> Floats:
        """The draws of these for a regression, (draws, columns): of a choice a column of 0 and 1 a word."""
        columns = []
        for path in paths:
            column = self.values[:, self.paths.index(path)]
            words = range(len(CHOICES.get(path, ())))
            columns += [column == word for word in words] if words else [column]
        return np.column_stack(columns).astype(float) if columns else np.zeros((len(self.values), 0))

    def _row(self, number: int) -> int:
        return number if self.numbers is None else self.numbers.index(number)

    def _named(self, values: Floats) -> Draw:
        return {path: _plain(path, x) for path, x in zip(self.paths, values.tolist(), strict=True)}


def _plain(path: str, value: float) -> float | str:
    """A value as a scenario has it."""
    if path in CHOICES:
        return CHOICES[path][int(value)]
    return int(value) if _DRAWN[path].annotation is int else value


def read_posterior(path: Path) -> Posterior:
    """The posterior in a file; raises ``BadInput`` with everything wrong with it."""
    status = path.stat() if path.is_file() else None
    return _read(path.resolve(), status and (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=4)
def _read(path: Path, _: object) -> Posterior:
    table = Table(path)
    for name in table.columns:
        if name not in _DRAWN:
            message = "there is no parameter of this name that is a number or a choice"
            table.refuse(table.top, name, message, near=nearest(name, _DRAWN))
    table.finish()
    columns = []
    for name in table.columns:
        if name in CHOICES:
            columns.append(table.words(name, CHOICES[name]).astype(float))
            continue
        low, high = bounds(_DRAWN[name])
        columns.append(table.numbers(name, low, high))
        if _DRAWN[name].annotation is int:
            table.check(name, columns[-1] == np.round(columns[-1]), "not a whole number", "a whole number")
    table.finish()
    return Posterior(path, table.columns, np.column_stack(columns))
