"""Which recorded crossings become public: a model of its own, of what the press record leaves out.

A crossing is published with probability ``p_shots`` if warning shots were fired in it and
``p_other`` if not. Of most unpublished ones it is not known whether shots were fired, so the
share ``q`` with shots is a third unknown and each such crossing counts with both cases.

Priors: ``p_shots`` and ``q`` uniform; ``p_other`` is uniform from 0 to ``p_shots``, for README.md
says that what ended with a broadcast hardly appears. The posterior is reckoned on a grid. Sizes
of parties are told of published crossings alone, so that nothing can be said of their part.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.record.crossings import CROSSINGS, by_month, whole_counts, window
from experiments.calibration.record.exposure import ExposedAmount
from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic
from sim.constants import DAY

AT_THE_TIME = 3.0 * DAY  # minutes: later reports came because somebody else had spoken
LISTS_SINCE = date(2010, 1, 1)  # the ministry's list of 2010-14 is the first of all crossings
_POINTS = 96  # of each axis of the grid

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Crossing:
    """A recorded crossing: whether shots were fired, and whether it was published; None: unknown."""

    shots: bool | None
    is_published: bool | None


@dataclass(frozen=True)
class Filter:
    """The posterior of a publication filter, on a grid: its midpoints and their weights, (n,).

    ``crossings``: those that it was fitted to.
    """

    crossings: tuple[Crossing, ...]
    p_shots: Floats
    p_other: Floats
    weight: Floats

    @classmethod
    def fit(cls, crossings: Iterable[Crossing]) -> "Filter":
        """Fitted to crossings of which some are published; the prior if there are none."""
        ours = tuple(crossings)
        axis = (np.arange(_POINTS) + 0.5) / _POINTS
        p_shots, relative, q = (each.ravel() for each in np.meshgrid(axis, axis, axis, indexing="ij"))
        p_other = relative * p_shots
        log = log_likelihood(ours, p_shots, p_other, q)
        weight = np.exp(log - log.max()).reshape(_POINTS * _POINTS, _POINTS).sum(axis=1)
        first = slice(None, None, _POINTS)  # all points that differ in q alone are one
        return cls(ours, p_shots[first], p_other[first], weight / weight.sum())

    def published(self, draws: int, seed: int) -> tuple[Floats, Floats]:
        """Draws of ``p_shots`` and of ``p_other``, each (draws,), together from the posterior."""
        luck = np.random.default_rng(seed)
        at = luck.choice(self.weight.size, size=draws, p=self.weight)
        half = 0.5 / _POINTS
        p_shots = self.p_shots[at] + luck.uniform(-half, half, draws)
        relative = self.p_other[at] / self.p_shots[at] + luck.uniform(-half, half, draws)
        return p_shots, relative * p_shots

    def interval(self, of: str, level: float = 0.9) -> Quantity:
        """Median and central interval of ``p_shots`` or ``p_other``, to a step of the grid."""
        values = {"p_shots": self.p_shots, "p_other": self.p_other}[of]
        order = np.argsort(values)
        below = np.cumsum(self.weight[order])
        tail = (1.0 - level) / 2.0
        low, mid, high = values[order][np.searchsorted(below, (tail, 0.5, 1.0 - tail))]
        return Quantity(float(low), float(mid), float(high))


def log_likelihood(crossings: Iterable[Crossing], p_shots: Floats, p_other: Floats, q: Floats) -> Floats:
    """Of the crossings, at points (n,): for a fit in which ``q``, the share with shots, is a model's."""
    log = np.zeros(np.broadcast(p_shots, p_other, q).shape)
    ours = tuple(crossings)
    for kind in dict.fromkeys(ours):
        chance = np.zeros_like(log)
        for shots, share, p in ((True, q, p_shots), (False, 1.0 - q, p_other)):
            if kind.shots in (shots, None):
                told = {True: p, False: 1.0 - p, None: np.ones_like(p)}[kind.is_published]
                chance = chance + share * told
        log = log + ours.count(kind) * np.log(chance)
    return log


def lists(record: Record) -> Iterator[tuple[Period, int, tuple[RecordedIncident, ...]]]:
    """Periods of which an office counted all crossings: how many, and the cases told singly.

    Where fewer were told as crossings than were counted, approaches that met shots are taken for
    the rest: the ministry's list of 2014 counts three of them.
    """
    longer = [each for each in whole_counts(record, CROSSINGS) if each.period.first >= LISTS_SINCE]
    for count in (*(each for each in longer if each.is_official), *by_month(record)):
        people = [each for each in record.told_in([count.period]) if each.is_of_people]
        crossed = [each for each in people if each.is_crossing]
        near = [each for each in people if not each.is_crossing and each.is_shot_at]
        number = max(int(count.count.best), len(crossed))
        yield count.period, number, (*crossed, *near[: number - len(crossed)])


def crossings(
    record: Record, within: float | None = AT_THE_TIME, inside: Period | None = None
) -> tuple[Crossing, ...]:
    """All crossings of the `lists`, published or not ``within`` so many minutes, or ever if None.

    Of those lists alone that lie ``inside`` a period, if one is given. A list of which some case
    has no time of publication is left out: those without a row, unpublished, would weigh alone.
    What is "ever" told includes what the lists themselves tell.
    """
    found = list[Crossing]()
    for period, number, told in lists(record):
        known = [Crossing(each.shots, _is_published(record, each, within)) for each in told]
        is_inside = inside is None or inside.holds(period)
        if is_inside and all(each.is_published is not None for each in known):
            found += known
            found += [Crossing(None, False)] * (number - len(known))
    return tuple(found)


def publication_statistics(record: Record) -> Iterator[Statistic]:
    """How many of the crossings on the lists were published at the time, and told singly at all."""
    noted = tuple(_noted(record))
    months = window(record)
    by_period = dict[Period, tuple[int, list[RecordedIncident]]]()
    for period, number, told in lists(record):
        whole = months if months is not None and months.holds(period) else period
        before, cases = by_period.get(whole, (0, []))
        by_period[whole] = before + number, [*cases, *told]
    for period, (number, cases) in by_period.items():
        if number:
            known = [_is_published(record, each, AT_THE_TIME) for each in cases]
            if all(each is not None for each in known) and (period,) not in [each.periods for each in noted]:
                yield _share("published_at_the_time", sum(map(bool, known)), number, period, cases)
            yield _share("told_singly", len(cases), number, period, cases)
    yield from noted


def _noted(record: Record) -> Iterator[Statistic]:
    """Counts of crossings of which a note tells how many had been published."""
    for count in record.counts:
        read = record.reading(count.key, "published")
        if read is not None and count.what == CROSSINGS:
            yield Statistic.of(
                f"published_at_the_time {count.period}",
                "crossings",
                read.value,
                (count.period,),
                [ExposedAmount(count.count, "recorded crossings")],
                [count],
                note=count.note,
            )


def _share(
    name: str, value: int, number: int, period: Period, cases: Sequence[RecordedIncident]
) -> Statistic:
    return Statistic.of(
        f"{name} {period}",
        "crossings",
        Quantity.exactly(float(value)),
        (period,),
        [ExposedAmount(Quantity.exactly(float(number)), "recorded crossings")],
        cases,
    )


def _is_published(record: Record, incident: RecordedIncident, within: float | None) -> bool | None:
    if within is None:
        return True
    time = record.time(incident.id, "published")
    return None if time is None or time.minutes is None else time.minutes.best <= within
