"""How one parameter is declared: default, unit, range, what it is, its source and its grade.

``TRIAL`` marks values that a throw-away prototype found workable: they count as assumptions.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo

from sim.documents import Tree

Grade = Literal["measured", "analogue", "assumption"]

_OURS = "assumption"


def param(
    default: Any,
    unit: str,
    low: float | None,
    high: float | None,
    text: str,
    source: str = _OURS,
    grade: Grade = "assumption",
    south: Any = None,
    world: bool = False,
) -> Any:
    """Declare one parameter; ``south`` is the south's default where it differs.

    ``world``: it is drawn from once per world, before any policy, so no overlay may change it.
    """
    extra: Tree = {"unit": unit, "source": source, "grade": grade, "world": world}
    if south is not None:
        extra["default_south"] = south
    return Field(default, ge=low, le=high, description=text, json_schema_extra=extra)


def choice(
    default: Any,
    text: str,
    source: str = _OURS,
    grade: Grade = "assumption",
    south: Any = None,
    world: bool = False,
) -> Any:
    """Declare a parameter that is chosen from a list rather than measured."""
    return param(default, "choice", None, None, text, source, grade, south, world)


def declared(field: FieldInfo) -> Mapping[str, Any]:
    """What ``param`` and ``drawn_once`` note of a field: unit, source, grade; nothing of any other."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def bounds(field: FieldInfo) -> tuple[float, float]:
    """The declared range of a number, without end where none is declared."""
    low = max((note.ge for note in field.metadata if hasattr(note, "ge")), default=-math.inf)
    return low, min((note.le for note in field.metadata if hasattr(note, "le")), default=math.inf)


def drawn_once(group: Any) -> Any:
    """Declare a group all of whose parameters belong to the world (see ``param``)."""
    return Field(group, json_schema_extra={"world": True})
