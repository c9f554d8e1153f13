"""The pictures of a study, each with the numbers that it draws."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from experiments.pictures.causes import causes
from experiments.pictures.chart import line_map
from experiments.pictures.contested import contested
from experiments.pictures.forest import forests
from experiments.pictures.heat import heat
from experiments.pictures.ladder import ladder
from experiments.pictures.levels import levels
from experiments.pictures.outcomes import outcomes
from experiments.pictures.picture import Picture, save, svg_text
from experiments.pictures.places import places
from experiments.pictures.policies import policy_heat
from experiments.pictures.shown import NEEDED, Shown, Tables
from experiments.pictures.tension import tension_fan
from experiments.sheet import styled

_MAKERS: tuple[Callable[[Shown], Iterator[Picture]], ...] = (
    forests, policy_heat, heat, levels, contested, ladder, outcomes, places, line_map,
    tension_fan, causes,
)  # fmt: skip


def pictures(
    manifest: Mapping[str, Any], figures: Mapping[str, Any], tables: Tables
) -> list[Picture]:
    """All pictures for which a study has the material; none without a run."""
    if not tables["runs"]:
        return []
    shown = Shown(manifest, figures, tables)
    with styled():
        return [picture for make in _MAKERS for picture in make(shown)]


__all__ = ["NEEDED", "Picture", "pictures", "save", "svg_text"]
