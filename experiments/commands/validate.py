"""``dmz validate``: a scenario's draws played through the years of the record, and held against it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType

from experiments.commands.console import as_text, console
from experiments.commands.exits import SAME_AGAIN, noted
from experiments.commands.progress import Tenths
from experiments.design.sorts import sorts_wanted
from experiments.pictures.back_tests import back_test_picture
from experiments.pictures.episodes import chances
from experiments.pictures.nested import nested_picture
from experiments.pictures.picture import Picture, save
from experiments.pictures.predictive import predictive
from experiments.pictures.sheet import styled
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.report.rows import Rows
from experiments.store.files import write_json, write_whole
from experiments.study.place import own_folder
from experiments.validation.check import THEMES
from experiments.validation.nested_words import nested_lines
from experiments.validation.page import markdown
from experiments.validation.validation import (
    EPISODES,
    FILE,
    HISTORIES,
    NESTED,
    Asked,
    PictureFigures,
    Validation,
    ValidationFigures,
    figures,
    ready,
    validate,
)
from experiments.validation.words import about, first_lines, missed, model_words, p_words, record_words

PAGE = "validation.md"
_RECORD, _MODEL = ("record_low", "record_best", "record_high"), ("model_low", "model_median", "model_high")
_SHOWN = ["title", *_RECORD, *_MODEL, "p", "use"]  # columns of a miss in a notebook


@dataclass(frozen=True, repr=False, eq=False)
class Validated:
    """What a validation found: ``figures`` are those of ``validation.json`` in its folder."""

    folder: Path
    figures: ValidationFigures

    # -- tables -----------------------------------------------------------------------------------

    @property
    def checks(self) -> pd.DataFrame:
        """A row a number of the record, beside the histories' own 5, 50 and 95%; ``p`` is two-sided."""
        return pd.json_normalize(self.figures["checks"], sep="_")

    @property
    def misses(self) -> pd.DataFrame:
        """The rows of those that the model misses, the worst first."""
        gone = pd.json_normalize(missed(self.figures), sep="_")
        return gone if len(gone) else self.checks.head(0)

    @property
    def events(self) -> pd.DataFrame:
        """A row for each thing told of an episode of the record, with its chance in the model."""
        return pd.DataFrame(self.figures["events"])

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from first_lines(self.figures)
        for theme, title in THEMES.items():
            if rows := _table(self.figures, theme, title):
                yield ""
                yield rows
        yield from (f"\n{line}" for line in nested_lines(self.figures))
        yield f"\n{self._written}"

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        return "\n".join([*first_lines(self.figures), self._written])

    def _repr_html_(self) -> str:
        said = "<br>".join(escape(line) for line in first_lines(self.figures) if not line.startswith("  "))
        table = self.misses.reindex(columns=_SHOWN).to_html(index=False, na_rep="", border=0)
        return f"<p>{said}</p>{table}<p><small>{escape(self._written)}</small></p>"

    @property
    def _written(self) -> str:
        return f"Tables, pictures, scores: {self.folder / PAGE}"


def validation(asked: Asked, out: Path | None, workers: Workers) -> Validated:
    """Validate into ``out``, or go on there; without it where the last one of the scenario was."""
    talk, out = console(stderr=True), out or _place_of(asked)
    with sorts_wanted(("scenario", [asked.situation])):
        ready(asked)
    with own_folder(out, HISTORIES, EPISODES, NESTED), noted(SAME_AGAIN):
        compile_once(talk.print)
        if asked.calibration is not None:
            talk.print("after the histories a table is fitted to earlier days: a minute or so")
        found = validate(asked, out, workers.count, partial(Tenths, talk))
        return Validated(out, keep(found, out))


def _place_of(asked: Asked) -> Path:
    """Where a validation goes that nobody named a place for: on where the last one of its scenario was."""
    stem = re.sub(r"[^\w-]+", "_", Path(asked.situation).stem)
    return Path("results") / f"validation-{stem}"


def keep(found: Validation, out: Path) -> ValidationFigures:
    """Write the pictures, ``validation.json`` and ``validation.md``; what the JSON says."""
    told = figures(found)
    drawn = _pictures(found, about(told))
    for picture in drawn:
        save(picture, out)
    told["pictures"] = [
        PictureFigures(name=each.name, title=each.title, caption=each.caption) for each in drawn
    ]
    write_json(out / FILE, told)
    write_whole(out / PAGE, lambda to: to.write_text(markdown(told), "utf-8"))
    return told


def _pictures(found: Validation, words: str) -> list[Picture]:
    with styled():
        return [
            *predictive(found.held, words),
            *chances(found.events, words),
            *back_test_picture(found.back_tests),
            *nested_picture(found.ignorance),
        ]


def _table(told: ValidationFigures, theme: str, title: str) -> Rows | None:
    ours = [each for each in told["checks"] if each["theme"] == theme]
    rows = Rows(title, "record", "model, median (5 - 95%)", "p", "")
    for each in ours:
        p = p_words(each["p"]).removeprefix("p ")
        rows.add(
            f"{each['title']}{' *' * each['missed']}", record_words(each), model_words(each), p, each["use"]
        )
    return rows if ours else None
