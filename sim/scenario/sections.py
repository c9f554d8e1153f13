"""Sections of parameters that cases have alike, kept once: a study of thousands of arms has as many cases."""

from dataclasses import replace
from typing import TypeVar

from sim.documents import StrictModel
from sim.scenario.case import Case

Section = TypeVar("Section", bound=StrictModel)


class Sections:
    """The sections of the cases that were met, by what they say."""

    def __init__(self) -> None:
        self._met: dict[tuple[type, str, tuple[int, ...]], StrictModel] = {}

    def shared(self, case: Case) -> Case:
        """The same case, which has every section that one before it had, in common with that."""
        checked = {active: self._first(parameters) for active, parameters in case.checked.items()}
        return replace(case, scenario=self._first(case.scenario), checked=checked)

    def _first(self, section: Section) -> Section:
        """The first of the sections that say the same, down to those within it."""
        within = {name: self._first(value) for name, value in section if isinstance(value, StrictModel)}
        own = section.model_dump_json(exclude=set(within))
        key = type(section), own, tuple(map(id, within.values()))  # which are kept, so that none is another's
        first = self._met.setdefault(key, section.model_copy(update=within) if within else section)
        assert isinstance(first, type(section))
        return first
