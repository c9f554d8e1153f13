"""The run of a duty officer beside its twin by the rules: what came of each, and where they first part."""

import hashlib
from dataclasses import dataclass

from experiments.live.recording import first_other_act
from experiments.measures import CLASHES, LADDER, counted, noun
from sim.documents import Tree
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.state import State

CALLED = ("by your decisions", "by the rules")  # of the two runs, in a sentence on either


@dataclass(frozen=True)
class Verdict:
    """What came of both: of each measure its noun, and its count of the officer's run and of the rules'.

    ``parted``: what was first done otherwise, None where nothing was; ``minute``: when. ``bits``: the digest
    of the officer's run at its end.
    """

    counts: tuple[tuple[str, float, float], ...]
    parted: str | None
    minute: float | None
    bits: str

    @property
    def ended(self) -> Tree:
        """As it is kept."""
        counts = [[name, officer, rules] for name, officer, rules in self.counts]
        return {"bits": self.bits, "counts": counts, "parted": self.parted, "minute": self.minute}


def verdict_on(run: DmzModel, twin: DmzModel) -> Verdict:
    """The verdict on a run that is over, beside its twin that is too."""
    own, rules = (outcome(each.scene).row for each in (run, twin))
    counts = ((noun(name), counted(own, name), counted(rules, name)) for name in (*CLASHES, *LADDER))
    part = first_other_act(run, twin, CALLED)
    said, minute = (part.said, part.minute) if part else (None, None)
    return Verdict(
        tuple((name, float(a), float(b)) for name, a, b in counts), said, minute, bits_of(run.state)
    )


def bits_of(state: State) -> str:
    """The SHA-256 of all bits of a state."""
    found = hashlib.sha256()
    for (table, part), kept in sorted(state.bits().items()):
        found.update(f"{table} {part} {len(kept)}\n".encode() + kept)
    return found.hexdigest()
