"""Cells that are identical to the bit: one confirmation, however many futures hold it.

A cell is a policy in a future, or no policy there. Futures that differ in what the model does not
heed (silence and a refusal that costs nothing, say) play the same runs, and counting their cells
twice would count one piece of evidence twice. In a study all arms share one pool and one level, so
that equal counts give equal figures, and equal figures are the test.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.findings.figures_file import Alike, Cells, PolicyFound
from experiments.measures import BESIDE, EXPECTED
from experiments.wording import Rate


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
    groups: list[list[str]] = []
    for future, cell in by_future.items():
        same = next((group for group in groups if by_future[group[0]] == cell), None)
        groups.append([future]) if same is None else same.append(future)
    return groups


def first_alike(found: list[Alike], policy: str | None, future: str) -> str:
    """The first future in which a policy has the cell that it has in this one."""
    groups = (each["futures"] for each in found if each["policy"] == policy)
    return next((group[0] for group in groups if future in group), future)


def distinct_futures(figures: Cells) -> dict[str, list[str]]:
    """Futures by the first that is alike in every policy and without one, in their order."""
    groups: dict[str, list[str]] = {}
    for future in _futures(figures):
        groups.setdefault(_first(figures, future), []).append(future)
    return groups


def _futures(figures: Cells) -> Iterator[str]:
    named = (future for each in figures["alike"] for future in each["futures"])
    yield from dict.fromkeys((*figures["comparisons"], *named))


def _first(figures: Cells, future: str) -> str:
    policies = (None, *figures["comparisons"].get(future, ()))
    firsts = {first_alike(figures["alike"], policy, future) for policy in policies}
    return firsts.pop() if len(firsts) == 1 else future


def joined(futures: list[str]) -> str:
    """The name of futures that are alike."""
    return " = ".join(futures)


def again_words(figures: Cells, policy: str, future: str) -> str:
    """What stands beside a verdict that is that of an earlier future, to the bit; empty otherwise."""
    same = first_alike(figures["alike"], policy, future)
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
