"""The table of what holds over the draws of a posterior, as it is printed."""

from collections.abc import Iterator

from experiments.findings.draw_words import HEADS, about, alone, draws_rows, likeness
from experiments.findings.ground_words import TOGETHER, grounds_sentence
from experiments.findings.over_draws import OverDraws
from experiments.report.rows import Rows

COLUMNS = ("expected accidental clashes", *HEADS)


def draws_parts(found: OverDraws) -> Iterator[str | Rows]:
    """The table as it is printed; without policies a sentence."""
    if not found["policies"]:
        yield from (alone(found), *beside(found))
        return
    yield about(found)
    rows = Rows(*COLUMNS)
    for cells in draws_rows(found):
        rows.add(*cells)
    rows.add()
    yield rows
    yield from beside(found)


def beside(found: OverDraws) -> Iterator[str]:
    """What the draws are like, and on what their spread rests."""
    yield likeness(found)
    if found["grounds"] is not None:
        yield f"{grounds_sentence(found['grounds'])} {TOGETHER}"
