"""The numbers that the page's script works with, as the page holds them.

Whatever the page prints of them by default is worded here, in Python, so that it says what the tables say.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from experiments.design.plan import policy_words
from experiments.design.request import FEWEST_DRAWS
from experiments.findings.counting import Count
from experiments.findings.counting_words import times_words
from experiments.findings.definitions import LINES, UNITS, definitions
from experiments.findings.draw_words import KINDS, MOST, NEARLY_ALL, UNCHANGED, UNDECIDED
from experiments.findings.figures_file import Figures
from experiments.findings.weighing import FEWEST, REGION_WORDS
from experiments.statistics.intervals import FEWEST_DISCORDANT
from experiments.templating import data_in_page
from experiments.wording import capital, figure, number, span


@cache
def script() -> str:
    """The module that the page runs: what it reckons, and what it does with the page."""
    place = files("experiments") / "templates"
    return "\n".join((place / name).read_text(encoding="utf-8") for name in ("reckoning.js", "report.js"))


@cache
def script_digest() -> str:
    """What the page's policy names, so that no other script runs in it."""
    digest = hashlib.sha256(script().encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def numbers(figures: Figures) -> Markup:
    """All of them as JSON in which nothing can end its element, whatever a name holds."""
    found = {"counting": _counting(figures), "regions": _regions(figures), "mixture": _mixture(figures)}
    return data_in_page(found)


def _regions(figures: Figures) -> Mapping[str, Any]:
    """Of each future over draws what its regions hold."""
    return {
        "futures": {
            future: found["by_region"]
            for future, found in figures["over_draws"].items()
            if found["by_region"] is not None
        },
        "words": REGION_WORDS,
        **weighed_by(),
    }


def weighed_by() -> Mapping[str, Any]:
    """By what the standing of a policy over weighed draws is told, and in which words."""
    words = {"none": policy_words(None), "kinds": KINDS, "undecided": UNDECIDED, "unchanged": UNCHANGED}
    return words | {"nearly_all": NEARLY_ALL, "most": MOST, "few": FEWEST_DRAWS, "fewest": FEWEST}


def _mixture(figures: Figures) -> Mapping[str, Any] | None:
    """Of the futures what it takes to weigh them; null where they cannot be weighed."""
    found = figures["mixture"]
    if found is None:
        return None
    names = [policy_words(option) for option in found["options"]]
    return {**found, "options": names, "fewest_discordant": FEWEST_DISCORDANT}


def _counting(figures: Figures) -> Mapping[str, Any]:
    return {
        "arms": {
            arm: [_count(each) for each in found["counts"]] for arm, found in figures["counting"].items()
        },
        "lines": LINES,
        "units": UNITS,
        "definitions": [
            {
                "name": capital(each.name),
                "says": each.says,
                "source": each.source,
                "lines": each.lines,
                "judged": {line: each.judged_by(line) for line in each.lines},
                "units": each.units,
            }
            for each in definitions()
        ],
    }


def _count(found: Count) -> Mapping[str, Any]:
    rate = found["rate"]
    return {
        "definition": capital(found["definition"]),
        "line": found["line"],
        "units": found["units"],
        "rate": figure(rate["estimate"]),
        "span": span(rate),
        "n": number(rate["events"]),
        "times": times_words(found),
        "values": [_short(rate["low"]), _short(rate["estimate"]), _short(rate["high"])],
    }


def _short(value: float | None) -> float | None:
    """What a mark is drawn at."""
    return None if value is None else float(f"{value:.4g}")
