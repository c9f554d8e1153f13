"""The shape of ``figures.json``: all figures of a study as plain values; null is unknown or infinite.

What is where, in words: docs/STUDIES.md. What one module finds alone it declares itself.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from experiments.design.manifest_file import Verb
from experiments.findings.best import Best
from experiments.findings.costs import Costs
from experiments.findings.counting import Counting
from experiments.findings.drivers import Drivers
from experiments.findings.mixture import Mixture
from experiments.findings.over_draws import OverDraws
from experiments.findings.summary import ArmFigures, Mean
from experiments.findings.talks import Standing
from experiments.wording import Compared, Ends, Rate, Ratio


class RunsToDecide(TypedDict):
    """From ``low`` to ``high``; null is never."""

    low: float | None
    high: float | None


class Measured(Compared):
    """One measure of a policy against the baseline of its future, as ``comparison.Comparison``.

    ``level``: of its intervals; ``runs_to_decide``: of each arm, null where nothing is projected.
    """

    level: float
    adjusted: bool
    runs: int
    interim: int | None
    runs_to_decide: RunsToDecide | None
    variance_saved: float | None
    in_words: str


class Audited(TypedDict):
    """In how many runs a policy changed anything, as ``comparison.Audit``."""

    runs: int
    bound: int
    moments: int
    days: float
    days_in_force: float


class PolicyFound(TypedDict):
    """A policy in one future."""

    audit: Audited
    costs: Costs
    measures: dict[str, Measured]


class Alike(TypedDict):
    """Futures, two or more, in which a policy (None: no policy) has one and the same cell."""

    policy: str | None
    futures: list[str]


class Largest(Ends):
    """A largest regret with its limits."""

    estimate: float


class RegretFound(TypedDict):
    """A policy, or none (null), across futures, in events a year, as ``regret.Regret``."""

    policy: str | None
    mean: float
    worst: float
    worst_future: str
    regret: Largest
    regret_future: str


class Family(TypedDict):
    """What shares one error: so many comparisons of these measures, each at ``level``; and how many
    interim analyses, null where there are none.
    """

    comparisons: int
    level: float
    measures: list[str]
    interim: int | None


class Cells(TypedDict):
    """By future and policy what was found, and which of these cells are identical to the bit."""

    comparisons: dict[str, dict[str, PolicyFound]]
    alike: list[Alike]


class Figures(Cells):
    """The whole file: rates, shares and the like are by arm, ``best`` is by future, and so
    is ``over_draws``, of futures whose worlds play draws of a posterior.

    ``counting`` has the arms without a policy, twelve at most. ``regret`` is null where futures have not the
    same policies, ``mixture`` where they cannot be weighed either, ``drivers`` where nothing was sampled; a
    single run has a ``summary``.
    """

    name: str
    kind: Verb
    complete: bool
    family: Family
    estimate: list[str]
    clusters: float
    too_few_clusters: bool
    runs: dict[str, int]
    days: dict[str, int]
    rates: dict[str, dict[str, Rate]]
    per_incident: dict[str, dict[str, Ratio]]
    any_clash: dict[str, Ratio]
    ambiguity: dict[str, dict[str, Mean]]
    counting: dict[str, Counting]
    over_draws: dict[str, OverDraws]
    talks: list[Standing]
    drivers: Drivers | None
    regret: list[RegretFound] | None
    mixture: Mixture | None
    best: dict[str, Best]
    summary: NotRequired[ArmFigures]


def by_difference(policies: Mapping[str, PolicyFound], measure: str) -> list[str]:
    """The policies of a future in the order of tables: those that lower a measure most stand first."""
    return sorted(policies, key=lambda name: policies[name]["measures"][measure]["difference"]["estimate"])
