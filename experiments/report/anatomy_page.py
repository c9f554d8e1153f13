"""The page of an anatomy of accidents: one file that works offline, in the style of ``report.html``."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

import sim
from experiments.design.ingredients import Ingredient
from experiments.findings.anatomy import AnatomyFigures
from experiments.findings.anatomy_words import (
    HEADS,
    MEANING,
    NO_STORY,
    STORY,
    absent_words,
    chance_words,
    draws_words,
    level_words,
    other_words,
    replays_words,
    row_words,
    same_words,
    whole_words,
)
from experiments.findings.clash_tree import ClashTree
from experiments.pictures.fonts import embedded
from experiments.pictures.picture import Picture
from experiments.report.page import drawn, environment


@dataclass(frozen=True)
class Told:
    """All that the page tells: of which ``arm``, what was ``played``, which clash in a ``title``."""

    arm: str
    run_seed: int
    played: str
    figures: AnatomyFigures
    ingredients: tuple[Ingredient, ...]
    absent: Mapping[str, str]
    title: str
    tree: ClashTree | None


def anatomy_html(told: Told, picture: Picture) -> str:
    """The page; equal input gives equal bytes."""
    found = environment()
    found.filters |= {"chance_words": chance_words, "same_words": same_words, "other_words": other_words}
    return found.get_template("anatomy.html").render(
        letters=Markup(embedded(told.arm)),
        version=sim.__version__,
        arm=told.arm,
        run_seed=told.run_seed,
        played=told.played,
        answer=[whole_words(told.figures)],
        meaning=MEANING,
        heads=HEADS,
        rows=[(part["name"], row_words(part, told.figures["leads"])) for part in told.figures["ingredients"]],
        about_levels=[line for line in (level_words(told.figures), draws_words(told.figures)) if line],
        absent=absent_words(told.absent),
        picture=drawn(picture),
        ingredients=told.ingredients,
        story=STORY,
        about_replays=replays_words(told.tree) if told.tree else "",
        title=told.title,
        tree=told.tree,
        no_story=NO_STORY,
    )
