"""An anatomy of accidents as it was found: as a table, as text and as HTML; the tree of one clash."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType

from experiments.commands.console import as_text
from experiments.commands.findings import PictureFile
from experiments.commands.story import Story
from experiments.findings.anatomy import AnatomyFigures, table_of
from experiments.findings.anatomy_words import (
    HEADS,
    MEANING,
    NO_STORY,
    STORY,
    absent_words,
    draws_words,
    level_words,
    replays_words,
    row_words,
    tree_words,
    whole_words,
)
from experiments.pictures.anatomy import NAME
from experiments.report.anatomy_page import Told
from experiments.report.rows import Rows

PAGE = f"{NAME}.html"


@dataclass(frozen=True, repr=False, eq=False)
class Anatomy:
    """What was found of an arm, and what lies in ``folder``: figures, table, picture, page."""

    folder: Path
    told: Told

    @property
    def figures(self) -> AnatomyFigures:
        """Every figure, as ``anatomy.json`` has it."""
        return self.told.figures

    @property
    def table(self) -> pd.DataFrame:
        """A row for each ingredient, ``way`` (shapley, alone) and sort of ``events``: by how much its removal
        lowers clashes a year, with limits that hold together over the ingredients.
        """
        return table_of(self.figures)

    @property
    def absent(self) -> pd.DataFrame:
        """A row for each ingredient that the runs have not, and why."""
        return pd.DataFrame([*self.told.absent.items()], columns=["ingredient", "reason"])

    @property
    def tree(self) -> Story | None:
        """One clash and what else could have come of it; None where no run had any."""
        found = self.told.tree
        if found is None:
            return None
        lines = [f"{STORY} {replays_words(found)}", ""]
        lines += ["  " * depth + line for depth, line in tree_words(found)]
        return Story(self.told.title, tuple(lines))

    def picture(self) -> PictureFile:
        """The bars."""
        return PictureFile(self.folder / f"{NAME}.png")

    def report(self) -> Path:
        """The page."""
        return self.folder / PAGE

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield f"\n{self.told.played}\n"
        yield f"{whole_words(self.figures)}\n"
        yield f"{MEANING}\n"
        rows = Rows("ingredient", *HEADS)
        for part in self.figures["ingredients"]:
            rows.add(part["name"], *row_words(part, self.figures["leads"]))
        yield rows
        yield "\n" + " ".join(filter(None, [level_words(self.figures), draws_words(self.figures)]))
        if self.told.absent:
            yield absent_words(self.told.absent)
        yield f"\n{self.tree or NO_STORY}\n"
        yield self._written

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return "\n".join([self.told.played, whole_words(self.figures), self._written])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(each)}</p>" for each in (self.told.played, whole_words(self.figures)))
        rows = [
            (part["name"], *row_words(part, self.figures["leads"])) for part in self.figures["ingredients"]
        ]
        table = pd.DataFrame(rows, columns=["ingredient", *HEADS]).to_html(index=False, border=0)
        return f"{said}{table}<p><small>{escape(level_words(self.figures))}</small></p>"

    @property
    def _written(self) -> str:
        return f"Page, picture, table, figures: {self.report()}"
