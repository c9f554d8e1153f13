"""Who counts what, in words and as the rows of a table."""

from collections.abc import Iterator
from typing import NamedTuple

from experiments.findings.counting import Count, Counting, Range
from experiments.findings.definitions import RECORDED, definitions
from experiments.wording import Ratio, figure, limits, ratio_figure, span


class Row(NamedTuple):
    """A definition under one line, of both sides' units; ``first`` of the definition's rows."""

    definition: str
    says: str
    source: str
    line: str
    found: Count
    times: str
    first: bool


def counting_rows(found: Counting) -> Iterator[Row]:
    """Every definition in its order, under each line by which it can be counted."""
    of, last = {each.name: each for each in definitions()}, ""
    for count in found["counts"]:
        if count["units"] == "both":
            each = of[count["definition"]]
            yield Row(
                each.name,
                each.says,
                each.source,
                each.judged_by(count["line"]),
                count,
                times_words(count),
                each.name != last,
            )
            last = each.name


def times_words(count: Count) -> str:
    """How many times the recorded crossings a count is, with its interval."""
    if (count["definition"], count["line"], count["units"]) == RECORDED:
        return "1"
    return ratio_words(count["times"])


def ratio_words(found: Ratio) -> str:
    """A ratio with its interval; endless where nothing is below it, and unknown of one world."""
    low, high = (_times(found[end]) for end in ("low", "high"))
    known = found["low"] is not None or found["high"] is not None
    return f"{_times(found['estimate'])} ({f'{low} - {high}' if known else span(found)})"


def _times(value: float | None) -> str:
    return "∞" if value is None else ratio_figure(value)


def range_words(found: Counting) -> str:
    """How far apart the definitions are, in a sentence."""
    return f"In all, {_apart(found['all'])}; of crossings alone, {_apart(found['crossings'])}."


def _apart(found: Range) -> str:
    ratio = found["ratio"]
    if ratio["estimate"] is None:
        return f"nothing came about that “{found['narrowest']}” counts, to hold “{found['broadest']}” against"
    return (
        f"“{found['broadest']}” counts {figure(ratio['estimate'])} times as many as "
        f"“{found['narrowest']}” ({limits(ratio)})"
    )
