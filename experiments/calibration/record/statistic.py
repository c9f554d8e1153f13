"""One number of the record, with all that is needed to hold a model against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

from experiments.calibration.record.exposure import ExposedAmount
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.rules import RuleInForce, rules_in


class Support(Protocol):
    """A row that a statistic rests on."""

    @property
    def ref(self) -> str:
        """How it is named."""
        ...

    @property
    def counted_by(self) -> str:
        """Who counted or told it."""
        ...

    @property
    def grade(self) -> str:
        """A, B or C."""
        ...

    @property
    def sources(self) -> str:
        """Who published it, and where."""
        ...


@dataclass(frozen=True)
class _Absence:
    """That a table has no row of something."""

    ref: str
    counted_by: str
    grade: str
    sources: str


_NO_ROW = _Absence("incidents.csv", "press", "B", "README.md: no row of this")


@dataclass(frozen=True)
class Statistic:
    """A ``value`` in ``unit`` over observed ``periods``, and what it was exposed to.

    The first of the ``exposures`` is the denominator of a rate or share, the others are other
    measures of the same. ``rules``: the south's, in force in these periods. ``sources``: the rows
    that it rests on, each with who published it; ``grade``: the worst of these rows. ``cases``: the
    single values of which ``value`` is the sum, the middle or the number.
    """

    name: str
    unit: str
    value: Quantity
    periods: tuple[Period, ...]
    exposures: tuple[ExposedAmount, ...]
    rules: tuple[RuleInForce, ...]
    counted_by: tuple[str, ...]
    grade: str
    sources: tuple[tuple[str, str], ...]
    cases: tuple[tuple[str, Quantity], ...] = ()
    note: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        unit: str,
        value: Quantity,
        periods: tuple[Period, ...],
        exposures: Iterable[ExposedAmount],
        grounds: Iterable[Support],
        cases: Iterable[tuple[str, Quantity]] = (),
        note: str = "",
    ) -> Self:
        """With what follows from its periods and from the rows that it rests on.

        What rests on there being no row is the press record's, and B as FACTS has it.
        """
        exposed, rows = tuple(exposures), tuple(grounds) or (_NO_ROW,)
        added = [(source, source) for each in exposed for source in each.sources]
        return cls(
            name=name,
            unit=unit,
            value=value,
            periods=periods,
            exposures=exposed,
            rules=rules_in(periods),
            counted_by=tuple(dict.fromkeys(row.counted_by for row in rows)),
            grade=max(row.grade for row in rows),
            sources=tuple(dict.fromkeys([*((row.ref, row.sources) for row in rows), *added])),
            cases=tuple(cases),
            note=note,
        )

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The rows that it rests on: an id, a line of counts.csv, or a citation."""
        return tuple(ref for ref, _ in self.sources)

    @property
    def exposure(self) -> Quantity:
        """The first exposure. Raises IndexError if there is none."""
        return self.exposures[0].amount

    def exposed(self, unit: str) -> Quantity:
        """The exposure in a unit. Raises KeyError if it has none such."""
        return {each.unit: each.amount for each in self.exposures}[unit]
