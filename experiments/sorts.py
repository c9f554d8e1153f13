"""Which sort of file a name stands for, and what is said where another sort is wanted."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Literal

from experiments.study_file import Study
from sim.documents import BadInput, Mark, Problem, StrictModel, read
from sim.documents.problems import show
from sim.library import first_file, scenario_folder, shipped_folder
from sim.situation import Policy, Scenario

Sort = Literal["scenario", "policy", "study"]
SHIPPED_STUDIES = Path(str(files("experiments"))) / "studies"
_MODELS: dict[Sort, type[StrictModel]] = {"scenario": Scenario, "policy": Policy, "study": Study}
_USES: dict[Sort, str] = {
    "scenario": "dmz run SCENARIO",
    "policy": "dmz run SCENARIO --policy POLICY",
    "study": "dmz study STUDY",
}


def file_of(name: str) -> Path | None:
    """The file that a name means: one at that path, or a shipped scenario, policy or study."""
    return first_file(
        name, [Path(), scenario_folder(), shipped_folder("policies"), SHIPPED_STUDIES]
    )


def sort_of(path: Path, wanted: Sort | None = None) -> Sort:
    """The sort that knows most of a file's keys; where two know as many, the one ``wanted``.

    Where none is wanted what binds sides is a policy. Raises ``BadInput`` for a file that cannot
    be read.
    """
    keys = read(path, []).data.keys()
    wanted = wanted or ("policy" if "binds" in keys else "scenario")
    known = {sort: len(keys & {*model.model_fields, *model.beside})
             for sort, model in _MODELS.items()}  # fmt: skip
    return max(_MODELS, key=lambda sort: (known[sort], sort == wanted))


@contextmanager
def sorts_wanted(*wanted: tuple[Sort, Iterable[str]]) -> Iterator[None]:
    """Where these names are refused, say first of which of them another sort was wanted."""
    try:
        yield
    except BadInput as bad:
        pairs = [(name, sort) for sort, names in wanted for name in names]
        others = [each for each in (_other(*pair) for pair in pairs) if each]
        raise BadInput(others or bad.problems) from None


def _other(name: str, wanted: Sort) -> Problem | None:
    path = file_of(name)
    try:
        found = sort_of(path, wanted) if path else wanted
    except BadInput:
        return None
    if found == wanted:
        return None
    said = (f"this is a {found}" if first_file(name, [Path()])
            else f"there is no such {wanted}, but a {found} of this name")  # fmt: skip
    return Problem(Mark(name, 0, 0), "", show(name), f"a {wanted} here; a {found} is used as in "
                   f"`{_USES[found]}`", None, said)  # fmt: skip
