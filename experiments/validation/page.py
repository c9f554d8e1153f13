"""The tables of a validation in Markdown, and the page in ``docs/`` that has them.

``python -m experiments.validation.page RESULTS`` copies figures and pictures of a folder of ``dmz validate``
to ``docs/validation/`` and puts the tables into ``docs/VALIDATION.md``, between two marks: no number of
that page is written by hand.
"""

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from experiments.store.files import read_json, renew_between
from experiments.validation.back_test import BackTestFigures
from experiments.validation.check import THEMES
from experiments.validation.episodes import TITLES, EventFigures
from experiments.validation.ignorance import IgnoranceFigures
from experiments.validation.nested_words import (
    CHECK_HEADS,
    LIKE_HEADS,
    PART_HEADS,
    check_rows,
    like_rows,
    part_rows,
    played,
)
from experiments.validation.predictive import CheckFigures
from experiments.validation.scores import ScoredFigures
from experiments.validation.validation import FILE, PictureFigures, ValidationFigures
from experiments.validation.words import (
    chance_words,
    first_lines,
    model_words,
    p_words,
    record_words,
    share_words,
)
from experiments.wording import put_between

BEGIN, END = "<!-- what dmz validate wrote: begin -->", "<!-- what dmz validate wrote: end -->"
_PAGE, _PICTURES = Path("docs") / "VALIDATION.md", Path("docs") / "validation"


def markdown(figures: ValidationFigures, pictures: str = "") -> str:
    """All that was found, misses first; ``pictures`` is where these lie, seen from the page."""
    return "\n".join(_lines(figures, pictures)).rstrip("\n") + "\n"


def _lines(figures: ValidationFigures, pictures: str) -> Iterator[str]:
    first, *rest = first_lines(figures)
    yield from (first, "", "### Misses", "")
    for before, line in zip(["", *rest], rest, strict=False):
        listed = line.startswith("  ")
        if before and listed != before.startswith("  "):
            yield ""
        yield f"- {line.strip()}" if listed else line
    drawn = {each["name"]: each for each in figures["pictures"]}
    for theme, title in THEMES.items():
        checks = [each for each in figures["checks"] if each["theme"] == theme]
        if checks:
            yield from ("", f"### {title}", "")
            yield from _picture(drawn.get(f"predictive-{theme}"), pictures)
            yield from _checks(checks)
    if figures["events"]:
        yield from ("", "### What happened in three episodes", "")
        yield from _picture(drawn.get("episodes"), pictures)
        yield from _events(figures["events"])
    if figures["scores"]:
        yield from ("", "### Scores beside naive references", "")
        yield from _scores(figures["scores"])
    if figures["back_tests"]:
        yield from ("", "### Back-test", "")
        yield from _picture(drawn.get("back-test"), pictures)
        yield from _back_tests(figures["back_tests"])
    if figures["nested"]:
        yield from ("", "### Luck, world and ignorance", "")
        yield from _picture(drawn.get("nested"), pictures)
        yield from _nested(figures["nested"])
    if figures["not_held"]:
        yield from ("", "### What of the record is not held against the model", "")
        yield from _table(("statistic", "why"), list(figures["not_held"].items()))


def _picture(picture: PictureFigures | None, pictures: str) -> Iterator[str]:
    if picture is not None:
        yield f"![{picture['caption']}]({pictures}{picture['name']}.png)"
        yield ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _checks(checks: Sequence[CheckFigures]) -> Iterator[str]:
    rows = [
        (
            f"**{each['title']}**" if each["missed"] else each["title"],
            f"{record_words(each)} {each['unit']}",
            model_words(each),
            f"**{p_words(each['p'])}**" if each["missed"] else p_words(each["p"]),
            str(each["histories"]),
            each["use"],
            each["note"],
        )
        for each in checks
    ]
    heads = ("number", "record", "model, median (5 - 95%)", "p", "histories", "the fit", "")
    yield from _table(heads, rows)


def _events(events: Sequence[EventFigures]) -> Iterator[str]:
    rows = [
        (
            TITLES[each["episode"]],
            each["title"],
            "yes" if each["happened"] else "no",
            chance_words(each),
            f"{each['plays']:,}",
        )
        for each in events
    ]
    yield from _table(("episode", "event", "happened", "chance in the model (95%)", "plays"), rows)


def _scores(scores: Mapping[str, ScoredFigures]) -> Iterator[str]:
    rows = [
        (f"{of} (n = {each['n']})", name, f"{score['crps']:.3f}", f"{score['log']:.3f}")
        for of, each in scores.items()
        for name, score in each["scores"].items()
    ]
    yield from _table(("counts", "forecast", "CRPS", "log score"), rows)


def _back_tests(tests: Sequence[BackTestFigures]) -> Iterator[str]:
    least = min(test["draws"] for test in tests)
    yield f"By {tests[0]['rows']:,} rows of a calibration's table; at least {least:,.0f} effective draws."
    yield ""
    rows = [
        (
            test["until"],
            test["by"],
            str(test["known"]),
            str(test["after"]),
            name,
            "{1:.0f} ({0:.0f} - {2:.0f})".format(*its["sum"]),
            f"{its['crps_sum']:.2f} / {its['log_sum']:.2f}",
            f"{its['crps_months']:.3f} / {its['log_months']:.3f}",
        )
        for test in tests
        for name, its in test["forecasts"].items()
    ]
    heads = ("fitted until", "counts", "known", "after", "forecast", "sum, median (5 - 95%)")
    yield from _table((*heads, "CRPS / log score of the sum", "of the months"), rows)


def _nested(nested: IgnoranceFigures) -> Iterator[str]:
    yield (
        f"{played(nested)}. Of the logarithm a run counts {nested['floor']:g} clashes a year at least "
        f"({share_words(nested['at_floor'])} of runs have fewer)."
    )
    yield ""
    yield from _table(PART_HEADS, part_rows(nested))
    if rows := check_rows(nested):
        yield ""
        yield (
            f"The ratio by draw as `dmz compare` fits it, to the first world of each of {nested['first']:,} "
            "draws, against that of the draw's other worlds:"
        )
        yield ""
        yield from _table(CHECK_HEADS, rows)
    yield ""
    yield "How many are like the situations of fixed values, by what becomes of their perceived violations:"
    yield ""
    yield from _table(LIKE_HEADS, like_rows(nested))


# -- docs/ ----------------------------------------------------------------------------------------


def put_into(text: str, tables: str) -> str:
    """A page with other tables between its marks; raises ``ValueError`` for one that has none."""
    return put_between(text, BEGIN, END, tables)


def publish(folder: Path, root: Path) -> None:
    """Copy figures and pictures of a folder to ``docs/validation/`` and renew the page."""
    target, page = root / _PICTURES, root / _PAGE
    figures = read_json(folder / FILE)
    target.mkdir(exist_ok=True)
    for name in [FILE, *(f"{each['name']}.{end}" for each in figures["pictures"] for end in ("png", "csv"))]:
        shutil.copyfile(folder / name, target / name)
    renew_between(page, BEGIN, END, markdown(figures, "validation/"))


def main() -> None:
    """Renew the page of this checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="a folder of dmz validate")
    publish(parser.parse_args().results, Path())


if __name__ == "__main__":
    main()
