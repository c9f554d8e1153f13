"""The sources of the parameters that have one: what is cited, what stands there, and for which parameters."""

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.parameter_table import parameter_table
from sim.scenario.sources import Citation, Passage


class Source(NamedTuple):
    """A citation, its passages in the notes that come with the package, and what rests on it."""

    cited: str
    passages: tuple[Passage, ...]
    parameters: tuple[str, ...]


def sources() -> Iterator[Source]:
    """Each citation once, in the order of the parameters."""
    citing: dict[str, list[str]] = {}
    for row in parameter_table():
        citing.setdefault(row.source, []).append(row.path)
    for source, parameters in citing.items():
        if cited := Citation.of(source):
            yield Source(source, cited.passages(), tuple(parameters))
