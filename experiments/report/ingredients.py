"""The table of ingredients in docs/ANATOMY.md: ``python -m experiments.report.ingredients`` writes it.

``experiments/data/ingredients.yaml`` holds them; what removes each is told by the parameters that it sets.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from experiments.design.ingredients import Ingredient, ingredients
from experiments.store.files import renew_between

PAGE = Path("docs") / "ANATOMY.md"
BEGIN, END = "<!-- ingredients: begin -->", "<!-- ingredients: end -->"


def as_markdown() -> str:
    """A row an ingredient."""
    return "\n".join(["| ingredient | removed | what stays | set |", "|---|---|---|---|", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for each in ingredients():
        told = "; ".join(f"`{path}` {json.dumps(value)}" for path, value in _by_both(each))
        yield f"| {each.name} | {each.removed} | {each.stays} | {told} |"


def _by_both(ingredient: Ingredient) -> Iterator[tuple[str, object]]:
    """Its values by dotted path, what is the same of both sides once."""
    values = dict(ingredient.leaves)
    for path, value in values.items():
        side, _, rest = path.partition(".")
        if side not in ("north", "south"):
            yield path, value
        elif side == "north" and values.get(f"south.{rest}") == value:
            yield f"<side>.{rest}", value
        elif side == "south" and values.get(f"north.{rest}") == value:
            continue
        else:
            yield path, value


def renew(page: Path = PAGE) -> None:
    """Write the table anew."""
    renew_between(page, BEGIN, END, as_markdown())


if __name__ == "__main__":
    renew()
