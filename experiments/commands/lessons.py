"""What can be learnt of a study: facts by their worth, as tables, as text and as HTML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TypedDict

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType

from experiments.commands.console import as_text
from experiments.design.request import FEWEST_DRAWS
from experiments.findings.by_draw import Share
from experiments.findings.ground_words import HEADS, TOGETHER, grounds_rows, left_words
from experiments.findings.grounds import Grounds
from experiments.findings.learning import Fact, OpenQuestion
from experiments.report.rows import Rows
from experiments.wording import capital, many, share_figure


class Learnt(TypedDict):
    """Of one future: facts, the most worth first; and on what the spread without a policy rests."""

    facts: list[Fact]
    grounds: Grounds | None


@dataclass(frozen=True, repr=False, eq=False)
class Lessons:
    """What was learnt of each future, of how many ``draws``, and what ``learn.json`` in ``folder`` has of it.

    ``asked``: what nobody knows, with the parameters that stand for it.
    """

    folder: Path
    learnt: Mapping[str, Learnt]
    draws: Mapping[str, int]
    asked: Sequence[OpenQuestion]

    # -- tables -----------------------------------------------------------------------------------

    @property
    def facts(self) -> pd.DataFrame:
        """A row a fact of each future, the most worth first: clashes a year that knowing it avoids, with 95%.

        ``null``: below it 95% of worthless facts come out; ``tells``: the share of the spread that it tells.
        """
        return pd.DataFrame(
            {"future": future, **fact} for future, its in self.learnt.items() for fact in its["facts"]
        )

    @property
    def questions(self) -> pd.DataFrame:
        """A row for each parameter: what nobody knows, for which it stands, and the group of that."""
        rows = [(each.name, each.group, path) for each in self.asked for path in each.paths]
        return pd.DataFrame(rows, columns=["question", "group", "parameter"])

    @property
    def grounds(self) -> pd.DataFrame:
        """A row a grade of parameters, of each future: what it tells of the spread of clashes, with 95%."""
        columns = ["future", "grade", "unknowns", *_limits("alone", None), *_limits("beside", None)]
        rows = [
            {"future": future, "grade": each["grade"], "unknowns": each["unknowns"]}
            | _limits("alone", each["alone"])
            | _limits("beside", each["beside"])
            for future, its in self.learnt.items()
            for each in (its["grounds"]["grades"] if its["grounds"] else ())
        ]
        return pd.DataFrame(rows, columns=columns)

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        for future, its in self.learnt.items():
            yield f"\n{self._title(future)}"
            yield _table(its["facts"])
            if its["grounds"] is not None:
                yield from _grounds(its["grounds"])
        yield self._written

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        first = (f"{self._title(future)}:\n{_first(its)}" for future, its in self.learnt.items())
        return "\n".join([*first, self._written])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(self._title(future))}</p>" for future in self.learnt)
        table = self.facts.to_html(index=False, border=0)
        return f"{said}{table}<p><small>{escape(self._written)}</small></p>"

    def _title(self, future: str) -> str:
        draws = self.draws[future]
        rough = "; from so few draws all this is rough" if draws < FEWEST_DRAWS else ""
        return (
            f"What would be worth knowing first in {future}, over {many(draws, 'draw')}: expected accidental "
            f"clashes a year that one would avoid by choosing the policy by it{rough}"
        )

    @property
    def _written(self) -> str:
        return f"Written: {self.folder}"


def _first(learnt: Learnt) -> str:
    """The fact that is worth the most, with its interval."""
    return next(
        (f"{fact['name']}: {_worth(fact)} ({_interval(fact)})" for fact in learnt["facts"]), "nothing"
    )


def _worth(fact: Fact) -> str:
    return f"{fact['worth']:+.3f}"


def _interval(fact: Fact) -> str:
    return f"{fact['low']:+.3f} to {fact['high']:+.3f}"


def _limits(name: str, share: Share | None) -> dict[str, float | None]:
    """A share and its ends as columns under a name."""
    ends = (share["estimate"], share["low"], share["high"]) if share else (None, None, None)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def _table(found: Sequence[Fact]) -> Rows:
    rows = Rows(
        "fact", "kind", "worth a year", "95% interval", "worthless come out below", "tells of clashes"
    )
    for fact in found:
        rows.add(
            fact["name"],
            fact["kind"],
            _worth(fact),
            _interval(fact),
            f"{fact['null']:+.3f}",
            share_figure(fact["tells"]),
        )
    rows.add()
    return rows


def _grounds(found: Grounds) -> Iterator[RenderableType]:
    yield (
        "On what the spread of clashes over draws rests, without a policy: shares of the variance of their "
        "ranks, to first order, on draws not seen"
    )
    rows = Rows("rests on", *HEADS)
    for cells in grounds_rows(found):
        rows.add(*cells)
    rows.add()
    yield rows
    yield f"{capital(left_words(found))}. {TOGETHER}"
