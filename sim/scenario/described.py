"""From an incident file to cases in which nothing happens but the moment that it describes."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from sim.documents import BadInput, Document, Problem, Tree, read, refuse, validate
from sim.documents.problems import dotted, show
from sim.scenario.case import Case
from sim.scenario.incident_file import IncidentFile
from sim.scenario.library import find, named_file, scenario_folder
from sim.scenario.loading import load_case
from sim.scenario.overlays import below
from sim.sides import SIDES

DAYS = 2  # of a run: an incident of the evening goes on after midnight


def incident_folder() -> Path:
    """Where the shipped incident files are."""
    return scenario_folder() / "incidents"


@dataclass(frozen=True)
class Described:
    """A described moment, and the places in its file."""

    moment: IncidentFile
    document: Document

    @classmethod
    def read(cls, name: str) -> Self:
        """The moment in a file, or of a shipped name; raises ``BadInput`` with all that is wrong with it."""
        allowed = "an incident file, or a shipped name (`dmz list incidents`)"
        path = named_file(name, incident_folder(), allowed)
        flaws: list[Problem] = []
        document = read(path, flaws)
        return cls(validate(document, IncidentFile, flaws), document)

    @contextmanager
    def cases(self, stacks: Sequence[Sequence[str]]) -> Iterator[list[Case]]:
        """Its case under each of these stacks of policies, after those of the file, as long as one is inside.

        Raises ``BadInput`` with everything wrong, at its place in the file where that says it.
        """
        with tempfile.TemporaryDirectory() as folder:
            lines = Path(folder) / "lines.csv"
            yield [self._case(lines, stack) for stack in stacks]

    def _case(self, lines: Path, stack: Sequence[str]) -> Case:
        own = [self._beside(name, "policies") for name in self.moment.policies]
        scenario = self._beside(self.moment.scenario, "scenarios")
        tension = self._level(self._tension())
        quiet = replace(self._level(self._quiet(lines)), marks={}, keys={})
        try:
            length_km = load_case(scenario).scenario.space.length_km
            self._write_lines(lines, length_km)
            levels = [tension, below(self.document, ("set",)), quiet]
            return load_case(scenario, [*own, *stack], days=DAYS, levels=levels)
        except BadInput as bad:
            raise BadInput(self._placed(problem, own, scenario) for problem in bad.problems) from None

    def _beside(self, name: str, kind: Any) -> str:
        """A name in the file as a path."""
        path = find(name, kind, Path(self.document.file))
        return str(path) if path.is_file() else name

    def _level(self, data: Tree) -> Document:
        return Document(data, {}, self.document.file)

    def _tension(self) -> Tree:
        given = self.moment.tension
        return {} if given is None else {s: {"politics": {"resting": getattr(given, s)}} for s in SIDES}

    def _quiet(self, lines: Path) -> Tree:
        """Nobody is out but the party, nothing strays, and the lines are those of the file."""
        party = self.moment.party
        sides = {
            side: {
                "patrols": {"slots": int(side == party.side and party.kind == "patrol"), "presence": 0},
                "works": {"slots": int(side == party.side and party.kind == "work_party"), "share": 0}
                | {"from_year": self.moment.date.year - 1, "first_month": 1, "last_month": 12},
                "stray": {"per_post_year": 0},
            }
            for side in SIDES
        }
        return sides | {
            "start": self.moment.date,
            "clock": {"warmup_days": 0},
            "border": {"lines_file": str(lines)},
            "survey": {"km_per_week": 0},
            "injects": [],
        }

    def _write_lines(self, file: Path, length_km: float) -> None:
        at = self.moment.lines
        row = f"{at.north_m!r},{at.south_m!r},{at.commission_m!r}\n"
        file.write_text(f"s_km,north_m,south_m,commission_m\n0,{row}{length_km!r},{row}", encoding="utf-8")
        if self.moment.at_km > length_km:
            message, mark = "beyond the end of the line", self.document.at(("at_km",))
            found, allowed = show(self.moment.at_km), f"at most {length_km:g} km"
            refuse(mark, message, path="at_km", found=found, allowed=allowed)

    def _placed(self, problem: Problem, own: Sequence[str], scenario: str) -> Problem:
        """A problem without a line gets that of the file which brought it about."""
        if problem.mark.line:
            return problem
        key: tuple[str | int, ...] = ()
        if problem.mark.file == scenario:
            key = ("scenario",)
        elif problem.mark.file in own:
            key = ("policies", own.index(problem.mark.file))
        elif problem.mark.file != self.document.file:
            return problem
        return replace(problem, mark=self.document.at(key), path=problem.path or dotted(key))
