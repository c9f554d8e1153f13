"""Shipped pilots: how large bursts are in each scenario, so that a single arm knows its weight.

A run of few worlds may have drawn no burst, and then says nothing about the size of one. The
pilot adds the sums S and Q (clashes, and squared clashes by world) of runs made beforehand;
STATISTICS.md, part A, calls this pooling over arms. ``python -m experiments.findings.pilots`` makes the
table anew.
"""

import json
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

from numpy.typing import ArrayLike

from experiments.statistics.intervals import Pilot
from sim.scenario.loading import Case, load_case, shipped

_FILE = Path(str(files("experiments"))) / "data" / "pilots.json"
_RUNS, _MOST_RUNS, _SEED = 60, 240, 20_251_117  # the baseline, which others fall back on, has most


class PilotNote(TypedDict):
    """A pilot without its sums."""

    scenario: str
    same_content: bool
    worlds: int
    runs: int


class Entry(TypedDict):
    """A pilot as its file has it: S and Q by measure."""

    content_hash: str
    worlds: int
    runs: int
    sums: dict[str, list[float]]


@dataclass(frozen=True)
class PilotTable:
    """The pilot of one scenario; ``same_content`` tells whether exactly that scenario was run."""

    scenario: str
    same_content: bool
    worlds: int
    runs: int
    sums: dict[str, list[float]]

    def pilot(self, measure: str) -> Pilot | None:
        """S and Q of a measure, if the pilot has it."""
        if measure not in self.sums:
            return None
        s, q = self.sums[measure]
        return Pilot(s, q, self.worlds, self.runs)

    def describe(self) -> PilotNote:
        """What figures.json says of it."""
        return PilotNote(
            scenario=self.scenario, same_content=self.same_content, worlds=self.worlds, runs=self.runs
        )


def pilot_for(case: Case) -> PilotTable | None:
    """The pilot of the case's scenario, of a shipped one that it extends, else the baseline's."""
    if not _FILE.exists():
        return None
    table: dict[str, Entry] = json.loads(_FILE.read_text(encoding="utf-8"))
    name = next((name for name in (*case.lineage, "baseline") if name in table), None)
    if name is None:
        return None
    entry = table[name]
    same = entry["content_hash"] == case.content_hash
    return PilotTable(name, same, entry["worlds"], entry["runs"], entry["sums"])


def pool_with(pilots: PilotTable | None, measure: str, counts_by_world: ArrayLike, runs: int = 0) -> Pilot:
    """What an arm and the pilot, which is of other runs, together know of a measure's clusters."""
    arm = Pilot.of(counts_by_world, runs)
    known = pilots.pilot(measure) if pilots else None
    return arm + known if known else arm


def make_pilot(case: Case, runs: int, workers: int | None = None) -> Entry:
    """Run a pilot and return its entry of the table."""
    from experiments.measures import MEASURES, with_totals
    from experiments.play.batch import run_batch

    table = with_totals(run_batch(case, runs, seed=_SEED, workers=workers).run_rows())
    worlds = table.groupby("world")[list(MEASURES)].sum()
    sums = {name: [float(worlds[name].sum()), float((worlds[name] ** 2).sum())] for name in MEASURES}
    return Entry(content_hash=case.content_hash, worlds=len(worlds), runs=runs, sums=sums)


def main(names: list[str]) -> None:
    """Make the pilots of the named scenarios, or of all shipped ones, and keep the others."""
    table: dict[str, Entry] = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
    for name in names or shipped():
        runs = _MOST_RUNS if name == "baseline" else _RUNS
        table[name] = make_pilot(load_case(name), runs)
        print(f"{name}: {table[name]['sums']['clashes'][0]:.0f} clashes in {runs} runs", flush=True)
        _FILE.parent.mkdir(exist_ok=True)
        _FILE.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
