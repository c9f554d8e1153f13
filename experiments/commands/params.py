"""``dmz params``: every parameter, or those that some words find with what their sources say."""

import textwrap
from collections.abc import Iterator, Sequence

from experiments.commands.console import console
from sim.documents import refuse
from sim.documents.problems import show
from sim.scenario.parameter_table import (
    ParameterRow,
    as_csv,
    as_markdown,
    found,
    nearest_word,
    parameter_table,
)
from sim.scenario.sources import Citation

_FEW = 5  # of so many their sources are told too


def params(words: Sequence[str], format_: str) -> int:
    """Print the parameters in which all words occur, all without words; the exit code.

    Raises ``BadInput`` where they find nothing.
    """
    each = " ".join(words).split()  # some in one word, in quotes
    rows = found(parameter_table(), each)
    if not rows:
        _refuse(each)
    out = console()
    if format_ == "table":
        out.print("\n".join(_lines(rows, out.width, bool(each) and len(rows) <= _FEW)))
    else:
        out.print((as_csv if format_ == "csv" else as_markdown)(rows), end="")
    return 0


def _refuse(words: Sequence[str]) -> None:
    """No parameter has all words: name the first that none has, else that none has them together."""
    rows = parameter_table()
    unknown = next((word for word in words if not found(rows, [word])), None)
    message = "no parameter has this word" if unknown else "no parameter has all of these words"
    near = nearest_word(rows, unknown) if unknown else None
    allowed = "words of names, meanings, units, grades or sources; `dmz params` prints all"
    said = unknown if unknown else " ".join(words)
    refuse("dmz params", message, found=show(said), allowed=allowed, near=near)


def _lines(rows: Sequence[ParameterRow], width: int, sources: bool) -> Iterator[str]:
    for row in rows:
        yield f"{row.path} [{row.unit}]  default {row.defaults}; range {row.range}"
        once = "; drawn once for a world: no policy may change it" if row.world else ""
        source = "" if row.source == row.grade else f"; {row.source}"
        yield _indented(f"{row.description} ({row.grade}{source}{once})", width, "    ")
        if sources and (cited := Citation.of(row.source)):
            for passage in cited.passages():
                yield _indented(f"{passage.address}: {passage.text}", width, "      ")


def _indented(text: str, width: int, indent: str) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
