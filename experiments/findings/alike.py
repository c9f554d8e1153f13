"""Cells that are identical to the bit: one confirmation, however many futures hold it.

A cell is a policy in a future, or no policy there. Futures that differ in what the model does not
heed (silence and a refusal that costs nothing, say) play the same runs, and counting their cells
twice would count one piece of evidence twice. In a study all arms share one pool and one level, so
that equal counts give equal figures, and equal figures are the test.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from experiments.findings.figures_file import Alike, Cells, PolicyFound
from experiments.measures import BESIDE, EXPECTED
from experiments.wording import Rate

Firsts = Mapping[tuple[str | None, str], str]  # futures, by policy and future


def alike(
    comparisons: Mapping[str, Mapping[str, PolicyFound]],
    rates: Mapping[str, Mapping[str, Rate]],
    baselines: Mapping[str, str],
) -> list[Alike]:
    """Of ``comparisons`` and ``rates`` as figures.json has them; ``baselines``: arms by future."""
    cells: dict[str | None, dict[str, Mapping[str, object]]] = {}
    for future, arm in baselines.items():
        if arm in rates:
            cells.setdefault(None, {})[future] = {name: rates[arm][name] for name in (*EXPECTED, *BESIDE)}
    for future, policies in comparisons.items():
        for policy, found in policies.items():
            cells.setdefault(policy, {})[future] = found["measures"]
    return [
        Alike(policy=policy, futures=group)
        for policy, by_future in cells.items()
        for group in _groups(by_future)
        if len(group) > 1
    ]


def _groups(by_future: Mapping[str, Mapping[str, object]]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for future, cell in by_future.items():
        groups.setdefault(_frozen(cell), []).append(future)
    return list(groups.values())


def _frozen(plain: object) -> Hashable:
    """Plain values, whose dicts have their keys in one order, as what a dict can look up."""
    if isinstance(plain, Mapping):
        return tuple((key, _frozen(value)) for key, value in plain.items())
    return tuple(map(_frozen, plain)) if isinstance(plain, list) else plain


def firsts(found: list[Alike]) -> Firsts:
    """By policy and future the first future in which that policy has the same cell."""
    return {(each["policy"], future): each["futures"][0] for each in found for future in each["futures"]}


def distinct_futures(figures: Cells) -> dict[str, list[str]]:
    """Futures by the first that is alike in every policy and without one, in their order."""
    first, groups = firsts(figures["alike"]), dict[str, list[str]]()
    for future in _futures(figures):
        policies = (None, *figures["comparisons"].get(future, ()))
        its = {first.get((policy, future), future) for policy in policies}
        groups.setdefault(its.pop() if len(its) == 1 else future, []).append(future)
    return groups


def _futures(figures: Cells) -> Iterator[str]:
    named = (future for each in figures["alike"] for future in each["futures"])
    yield from dict.fromkeys((*figures["comparisons"], *named))


def joined(futures: list[str]) -> str:
    """The name of futures that are alike."""
    return " = ".join(futures)


def again_words(first: Firsts, policy: str, future: str) -> str:
    """What stands beside a verdict that is that of an earlier future, to the bit; empty otherwise."""
    same = first.get((policy, future), future)
    return f"; the same cell as in {same}" if same != future else ""


def with_own_costs(figures: Cells, futures: list[str]) -> Iterator[str]:
    """Futures whose cells are alike may still differ in what a policy costs: those that do."""
    told: list[Any] = []
    for future in futures:
        policies = figures["comparisons"].get(future, {})
        found = {name: (policy["audit"], policy["costs"]) for name, policy in policies.items()}
        if found and found not in told:
            told.append(found)
            yield future
