"""``dmz validate``: a scenario's draws played through the years of the record, and held against it."""

import re
from functools import partial
from pathlib import Path

from experiments.commands.console import console
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
from experiments.validation.words import about, first_lines, model_words, p_words, record_words

PAGE = "validation.md"


def validation(asked: Asked, out: Path, workers: Workers) -> int:
    """Validate into ``out``, or go on there; the exit code, which misses do not change."""
    talk = console(stderr=True)
    with sorts_wanted(("scenario", [asked.situation])):
        ready(asked)
    with own_folder(out, HISTORIES, EPISODES, NESTED), noted(SAME_AGAIN):
        compile_once(talk.print)
        if asked.calibration is not None:
            talk.print("after the histories a table is fitted to earlier days: a minute or so")
        found = validate(asked, out, workers.count, partial(Tenths, talk))
        told = keep(found, out)
    for line in first_lines(told):
        console().print(line)
    for theme, title in THEMES.items():
        if rows := _table(told, theme, title):
            console().print()
            console().print(rows)
    for line in nested_lines(told):
        console().print(f"\n{line}")
    console().print(f"\nTables, pictures, scores: {out / PAGE}")
    return 0


def place_of(asked: Asked) -> Path:
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
