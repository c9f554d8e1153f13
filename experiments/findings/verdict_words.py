"""A verdict in words: on what it rests, and how many runs it would take to have one."""

import math
from collections.abc import Mapping

from experiments.findings.comparison import Audit, Comparison
from experiments.findings.figures_file import Measured
from experiments.measures import counted_of, events_of
from experiments.statistics.intervals import FEWEST_DISCORDANT
from experiments.statistics.projection import FEWEST_TO_PROJECT, Projection
from experiments.wording import many, number

UNADJUSTED = "unadjusted"


def in_words(found: Comparison) -> str:
    """The verdict, at which interim analysis and on what it rests, and what would decide it."""
    if found.verdict == "identical" and found.audit is not None:
        return f"identical to the baseline: {_never_bound(found.audit)}"
    told = found.verdict if found.adjusted else f"{found.verdict} ({UNADJUSTED})"
    if found.interim == 0:
        return f"{told}; the first interim analysis is still to come"
    at = "" if found.interim is None else f" at the interim analysis after {many(found.interim, 'run')}"
    if found.to_decide is None:
        return f"{told}{at}"
    expected = events_of(found.measure) == "expected"
    if expected and found.to_decide.worlds < FEWEST_DISCORDANT:
        worlds = many(found.to_decide.worlds, "effective world")
        return f"{told}{at}: it rests on {worlds}, and under {FEWEST_DISCORDANT} decide nothing"
    return f"{told}{at}; {_what_would_decide(found.to_decide, found.runs, expected)}"


def counted_words(measures: Mapping[str, Measured], measure: str) -> str:
    """What was counted of a policy, beside a measure that is expected."""
    counts = counted_of(measure)
    if counts == measure or counts not in measures:
        return ""
    found = measures[counts]
    n = f"{number(found['policy']['events'])} v {number(found['baseline']['events'])}"
    verdict = found["verdict"]
    alone = f" ({UNADJUSTED})" if verdict in ("lower", "higher") and not found["adjusted"] else ""
    return f"; counted {n}: {verdict}{alone}"


def _what_would_decide(range_: Projection, runs: int, expected: bool) -> str:
    differ = many(range_.worlds, "effective world" if expected else "world")
    if math.isnan(range_.low):
        verb = "differs" if differ.startswith("1 ") else "differ"
        return f"{differ} {verb}, too few (under {FEWEST_TO_PROJECT}) to say how many runs would"
    if math.isinf(range_.low):
        return "these worlds show no difference that more runs would decide"
    low, high = (_rounded(runs * end) for end in (range_.low, range_.high))
    if math.isinf(range_.high):
        return f"{low} runs or more would decide ({differ} differ)"
    return f"about {low} to {high} runs would decide ({differ} differ)"


def _rounded(runs: float) -> str:
    """Two significant digits: it is a projection."""
    return f"{float(f'{runs:.2g}'):,.0f}"


def _never_bound(seen: Audit) -> str:
    runs, days = many(seen.runs, "run"), many(round(seen.days), "exposed day")
    if seen.days_in_force == 0:
        return f"it was in force on none of {days} ({runs})"
    if seen.days_in_force < seen.days:
        days = f"in force on {round(seen.days_in_force):,} of {days}"
    return f"it never bound in {runs} ({days})"
