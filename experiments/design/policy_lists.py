"""Lists of policies that have a name, as ``--policies`` and study files take them."""

from pathlib import Path

from sim.scenario.library import documents_in, shipped_folder

SHIPPED, SHORT = "shipped", "short"
# One of each kind, chosen so that a first comparison of some minutes decides something: where units
# know that they are, how near they work, how the watchers see and judge, and the rules of fire.
SHORT_LIST = (
    "satellite_navigation",
    "no_work_buffer_100m",
    "wider_margin",
    "better_rangefinding",
    "three_step",
    "hotline",
)


def listed(name: str) -> list[Path] | None:
    """The files of a list; None if no list has this name."""
    shipped = documents_in(shipped_folder("policies"))
    if name == SHIPPED:
        return shipped
    by_name = {path.stem: path for path in shipped}
    return [by_name[each] for each in SHORT_LIST] if name == SHORT else None
