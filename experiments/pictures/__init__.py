"""The pictures of a study, each with the numbers that it draws."""

from collections.abc import Callable, Iterator

from experiments.design.manifest_file import Manifest
from experiments.findings.figures_file import Figures
from experiments.pictures.causes import causes
from experiments.pictures.chart import line_map
from experiments.pictures.contested import contested
from experiments.pictures.counting import counts
from experiments.pictures.drivers import drivers
from experiments.pictures.forest import forests
from experiments.pictures.heat import heat
from experiments.pictures.ladder import ladder
from experiments.pictures.levels import levels
from experiments.pictures.material import NEEDED, Material, Tables
from experiments.pictures.outcomes import outcomes
from experiments.pictures.picture import Picture, save, svg_text
from experiments.pictures.places import places
from experiments.pictures.policies import policy_heat
from experiments.pictures.sheet import styled
from experiments.pictures.strips import strips
from experiments.pictures.talks import talks
from experiments.pictures.tension import tension_fan

_MAKERS: tuple[Callable[[Material], Iterator[Picture]], ...] = (
    strips,
    forests,
    policy_heat,
    heat,
    levels,
    drivers,
    contested,
    ladder,
    counts,
    outcomes,
    places,
    line_map,
    tension_fan,
    talks,
    causes,
)


def pictures(manifest: Manifest, figures: Figures, tables: Tables) -> list[Picture]:
    """All pictures for which a study has the material; none without a run."""
    if not tables["runs"]:
        return []
    material = Material(manifest, figures, tables)
    with styled():
        return [picture for make in _MAKERS for picture in make(material)]


__all__ = ["NEEDED", "Picture", "pictures", "save", "svg_text"]
