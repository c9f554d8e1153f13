"""Ingredients of accidents: what can be taken away from a case, and the case without it.

``experiments/data/ingredients.yaml`` has them, each with the values that remove it. They hold over all that a
case is made of: its values, those that a posterior draws, policies, clauses, dated changes; from the first
minute of the warm-up on. Luck has addresses, so a run without an ingredient meets the same draws; where what
is removed is a part of the world, the world keeps its own luck too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sim.documents import Tree, laid_over
from sim.parameters.whole import Parameters
from sim.scenario.case import Case
from sim.scenario.overlays import Overlay, regimes

_ALWAYS = float("-inf")  # a day before any warm-up


@dataclass(frozen=True)
class Ingredient:
    """What goes into accidents: what its removal means, what stays, and the ``values`` that remove it.

    ``unless``: dotted paths of parameters beside which it has no effect, once they are given, and the reason.
    """

    name: str
    removed: str
    stays: str
    values: Tree = field(repr=False)
    unless: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def leaves(self) -> tuple[tuple[str, Any], ...]:
        """The values that remove it, each with its dotted path."""
        return tuple(_leaves(self.values))

    @property
    def paths(self) -> tuple[str, ...]:
        """The dotted paths of these."""
        return tuple(path for path, _ in self.leaves)


@cache
def ingredients() -> tuple[Ingredient, ...]:
    """All of them, in the order of the file."""
    text = (files("experiments") / "data" / "ingredients.yaml").read_text(encoding="utf-8")
    return tuple(
        Ingredient(name, its["removed"], its["stays"], its["set"], its.get("unless", {}))
        for name, its in yaml.safe_load(text).items()
    )


def _leaves(tree: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a tree by dotted path."""
    for key, value in tree.items():
        path = f"{at}{key}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}.")
        else:
            yield path, value


def without(case: Case, removed: Sequence[Ingredient]) -> Case:
    """The case with these taken away, in each of its worlds; the case itself where there are none."""
    if not removed:
        return case
    tree: Tree = {}
    for each in removed:
        tree = laid_over(tree, each.values)
    values = dict(_leaves(tree))
    last_word = Overlay(
        f"without {', '.join(each.name for each in removed)}",
        "inject",
        {group: its for group, its in tree.items() if group in Parameters.model_fields},
        _ALWAYS,
    )
    return replace(
        case.with_values(values),
        overlays=(*case.overlays, last_word),
        posterior=case.posterior,
        held=case.held | values.keys(),
    )


def contains(case: Case, ingredient: Ingredient) -> bool:
    """Whether a case has an ingredient: its removal changes a value that is in force on a day of exposure.

    In one of its draws at least, under one set of the overlays that may be in force.
    """
    if any(case.value_of(path) is not None for path in ingredient.unless):
        return False
    return any(_changes(each, ingredient) for each in _drawn(case, ingredient))


def _drawn(case: Case, ingredient: Ingredient) -> Iterator[Case]:
    """The case under its draws, one where none of what removes the ingredient is drawn."""
    if case.posterior is None:
        yield case
        return
    open_ = set(ingredient.paths).intersection(case.posterior.paths).difference(case.held)
    for world in range(case.posterior.size if open_ else 1):
        yield case.in_world(world)


def _changes(case: Case, ingredient: Ingredient) -> bool:
    bare, last = without(case, [ingredient]), len(case.overlays)
    talks = case.scenario.talks
    if (talks.decided_by, talks.outcome) != ("scenario", "none") and talks != bare.scenario.talks:
        return True
    return any(
        case.parameters(active) != bare.parameters((*active, last))
        for active in regimes(case.overlays, talks.may_agree)
    )
