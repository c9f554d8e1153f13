"""The columns of runs that tell what was asked: one for each factor of named levels and each parameter set.

    south.watch.margin_m    south_watch_margin_m     the exact value
    rules.steps             ..._rules_steps          lists as JSON text
    season (named levels)   season                   the label of the level

Names need no quotes in SQL: where one would, or where another column has it, it begins with what it
is (``level_talks``, ``set_days``).
"""

import itertools
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from experiments.design.manifest_file import ColumnEntry
from sim.outcome.columns import RUN

# of ISO SQL, and those that DuckDB takes for no name of a column
RESERVED = frozenset((files("experiments") / "data" / "sql_reserved.txt").read_text("utf-8").split())
# what every table of runs has
RUN_NAMES = ("arm", "scenario", "policy", "run", *(column.name for column in RUN))


@dataclass(frozen=True)
class AskedColumn:
    """What a column tells: the value of a parameter, by its path, or the level of a factor, by its name."""

    kind: Literal["set", "level"]
    of: str

    @property
    def entry(self) -> ColumnEntry:
        """As the manifest has it."""
        return ColumnEntry(kind=self.kind, of=self.of)

    def cell(self, values: Mapping[str, Any]) -> Any:
        """Its cell where the parameters, or the factors, have these values."""
        value = values[self.of]
        return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def asked_columns(
    factors: Iterable[str], parameters: Iterable[str], taken: Collection[str]
) -> dict[str, AskedColumn]:
    """The columns, by name, of named factors and of parameters; none is among those ``taken``."""
    wanted = [AskedColumn("level", name) for name in factors]
    wanted += [AskedColumn("set", path) for path in parameters]
    found: dict[str, AskedColumn] = {}
    for each in wanted:
        found[_free(each, {*taken, *found})] = each
    return found


def _free(column: AskedColumn, taken: Collection[str]) -> str:
    plain = re.sub(r"\W+", "_", column.of.casefold()).strip("_")
    if is_safe(plain) and plain not in taken:
        return plain
    name = f"{column.kind}_{plain}"
    numbered = (f"{name}_{n}" for n in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in taken)


def is_safe(name: str) -> bool:
    """Whether a name needs no quotes in SQL, and means no other name in small letters."""
    return re.fullmatch(r"[^\W\d]\w*", name) is not None and name == name.casefold() and name not in RESERVED
