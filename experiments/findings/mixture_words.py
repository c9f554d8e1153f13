"""Weighed futures as the rows of a table; ``templates/report.js`` makes the same in the reader's browser."""

from collections.abc import Sequence

from experiments.design.plan import policy_words
from experiments.findings.mixture import Mixture, Standing, standings
from experiments.wording import figure

HEADS = ("a year", "rank", "regret (95% interval)")


def mixture_rows(found: Mixture, weights: Sequence[float] | None = None) -> list[list[str]]:
    """Every option, the lowest rate first: its name and what ``HEADS`` name; without weights all weigh
    the same.
    """
    each = [1.0] * len(found["futures"]) if weights is None else weights
    return [_cells(standing) for standing in standings(found, each)]


def _cells(found: Standing) -> list[str]:
    first, last = found["rank"]
    return [
        policy_words(found["option"]),
        figure(found["rate"]),
        str(first) if first == last else f"{first} to {last}",
        f"{figure(found['regret'])} ({figure(found['low'])} - {figure(found['high'])})",
    ]
