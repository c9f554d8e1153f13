"""What is found over draws that are weighed by region, as rows of a table and in words.

``templates/report.js`` reckons the same in the reader's browser, from the same numbers; the tests hold the
two against each other.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from experiments.design.plan import policy_words
from experiments.design.request import FEWEST_DRAWS
from experiments.findings.by_draw import Share
from experiments.findings.draw_words import KINDS, UNCHANGED, UNDECIDED, is_unchanged, kind_of
from experiments.findings.weighing import FEWEST, ByRegion, PolicyByRegion, Values
from experiments.statistics.weighted import tallied_quantile, weighted_quantiles
from experiments.wording import capital, figure, many, share_figure

_SPREAD = (0.5, 0.05, 0.95)  # a median, and 5 to 95%
_ENDS = (0.025, 0.975)


def draws_worth(found: ByRegion, weights: Sequence[float]) -> float:
    """As how many draws of one weight the weighed ones tell of their spread: (sum)² over sum of squares."""
    each = np.asarray(weights, float)[found["region_of"]]
    return float(each.sum() ** 2 / (each**2).sum()) if each.any() else 0.0


def weighed_rows(found: ByRegion, weights: Sequence[float]) -> list[list[str]]:
    """The table of ``draw_words.draws_rows`` with draws weighed by region: each option's name, clashes a
    year, ratio, share of draws in which it lowers them with its interval, in which it is best, and near the
    best. Policies stand by their ratio. Raises ValueError where nothing weighs anything.
    """
    weight = np.asarray(weights, float)
    if not (weight >= 0.0).all() or not weight @ np.asarray(found["draws"]) > 0.0:
        raise ValueError("some region with draws must weigh something, and none less than nothing")
    a_year = {
        option: weighted_quantiles(each, weight[found["region_of"]], _SPREAD).tolist()
        for option, each in zip(found["options"], found["per_year"], strict=True)
    }
    rows = [
        [policy_words(option), _spread(map(figure, a_year[option])), *["-"] * 4]
        for option in found["options"]
        if option not in found["policies"]
    ]
    cells = {name: _cells(found, each, weight) for name, each in found["policies"].items()}
    for name in sorted(cells, key=lambda name: cells[name][0]):
        _, told = cells[name]
        rows.append([policy_words(name), _spread(map(figure, a_year[name])), *told])
    return rows


def _cells(found: ByRegion, policy: PolicyByRegion, weights: Values) -> tuple[int | float, list[str]]:
    """The median ratio, to sort by, and what is told of a policy beside its rate."""
    whole = float(weights @ np.asarray(found["draws"]))
    tallies = weights @ np.asarray(policy["tallies"], float)
    n = found["laws"] * sum(found["draws"])
    ratio = [policy["ratios"][tallied_quantile(tallies, n, share)] for share in _SPREAD]
    lowers = lowered(found, policy, weights)
    best = [
        float(weights @ np.asarray(policy[name], float) / whole / found["laws"])
        for name in ("best", "near_best")
    ]
    told = [
        _spread(ratio),
        UNCHANGED
        if is_unchanged(unchanged(found, policy, weights))
        else _spread(share_figure(lowers[end]) for end in ("estimate", "low", "high")),
        *map(share_figure, best),
    ]
    return float(ratio[0].replace(",", "")), told


def lowered(found: ByRegion, policy: PolicyByRegion, weights: Values) -> Share:
    """The share of draws in which a policy lowers clashes, with its interval, by the laws that runs allow."""
    shares = np.asarray(policy["lowers"], float) @ weights / (weights @ np.asarray(found["draws"]))
    low, high = np.quantile(shares, _ENDS).tolist()
    return Share(estimate=float(shares.mean()), low=low, high=high)


def unchanged(found: ByRegion, policy: PolicyByRegion, weights: Values) -> float:
    """The share of draws in which a policy leaves clashes as they are, whatever the runs allow."""
    return float(weights @ np.asarray(policy["unchanged"], float) / (weights @ np.asarray(found["draws"])))


def weighed_words(found: ByRegion, weights: Sequence[float]) -> str:
    """On how much it rests, and what is decided: which policies lower clashes for sure, and of which nothing
    is; of too few draws nothing is decided.
    """
    worth = round(draws_worth(found, weights), 9)
    rough = "; shares of so few are rough" if worth < FEWEST_DRAWS else ""
    weight = np.asarray(weights, float)
    kinds = {kind: list[str]() for kind in KINDS}
    for name, policy in found["policies"].items():
        kind = kind_of(lowered(found, policy, weight), unchanged(found, policy, weight))
        kinds[UNDECIDED if worth < FEWEST else kind].append(name)
    told = [
        f"{verb} clashes in {much} draws: {', '.join(kinds[kind])}"
        if verb
        else f"undecided: {', '.join(kinds[kind])}"
        for kind, (verb, much) in KINDS.items()
        if kinds[kind]
    ]
    return f"As good as {many(worth, 'draw')} of one weight{rough}. {capital('; '.join(told))}."


def _spread(words: Iterable[str]) -> str:
    middle, low, high = words
    return f"{middle} ({low} - {high})"
