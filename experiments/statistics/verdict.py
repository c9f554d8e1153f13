"""Verdicts: what the interval of a difference allows to say, alone or in a family of them.

A family of comparisons shares its error: with m of them each is judged at 95% raised to 1 - 0.05 / m
(Bonferroni), so that the chance of any false verdict stays below 5%. What is outside the family is
told at 95%, unadjusted, and says so.
"""

from typing import Literal

from experiments.statistics.intervals import FEWEST_DISCORDANT, Interval

Verdict = Literal["lower", "higher", "undecided", "identical"]


def family_level(comparisons: int, level: float = 0.95) -> float:
    """The level of each of so many intervals that all hold together at ``level``."""
    return 1.0 - (1.0 - level) / max(1, comparisons)


def verdict_of(difference: Interval, identical: bool = False, analysed: bool = True) -> Verdict:
    """In a word: what the interval of the difference, and the worlds on which it rests, allow to say;
    where there are interim analyses, nothing before the first.
    """
    if identical:
        return "identical"
    if not analysed or difference.events < FEWEST_DISCORDANT:
        return "undecided"
    if difference.high < 0.0:
        return "lower"
    return "higher" if difference.low > 0.0 else "undecided"
