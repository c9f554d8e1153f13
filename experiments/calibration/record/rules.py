"""Under which rule of the south a part of the record came about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from experiments.calibration.record.period import Period

_START, _END = date.min, date.max


@dataclass(frozen=True)
class RuleInForce:
    """On which ``line`` the south responded, or in how many ``steps``, when, and who says so."""

    of: str
    name: str
    period: Period
    source: str

    def within(self, periods: tuple[Period, ...]) -> str:
        """The rule in words, with its dates where it was not in force all the time."""
        if all(self.period.holds(each) for each in periods):
            return self.name
        since, until = self.period.first, self.period.last
        dates = [f"from {since:%Y-%m}"] * (since > _START) + [f"to {until:%Y-%m}"] * (until < _END)
        return f"{self.name} ({', '.join(dates)})"


RULES = (
    RuleInForce(
        "line", "own line", Period(_START, date(2025, 8, 31)), "FACTS: the south's rule since Sept 2025"
    ),
    RuleInForce(
        "line",
        "the more southern of own and commission's line",
        Period(date(2025, 9, 1), _END),
        "FACTS: the south's rule since Sept 2025",  # the day in September is not told
    ),
    # before the agreement of 2018 no text that was read gives the steps: the reading of CALIBRATION
    RuleInForce("steps", "three steps", Period(_START, date(2018, 10, 31)), "assumption"),
    RuleInForce(
        "steps",
        "five steps",
        Period(date(2018, 11, 1), date(2024, 5, 31)),
        "FACTS: 2018 military agreement",  # that it took effect in November: general knowledge, unverified
    ),
    RuleInForce("steps", "four steps", Period(date(2024, 6, 1), _END), "priors.csv: roe_steps"),
)


def rules_in(periods: Iterable[Period]) -> tuple[RuleInForce, ...]:
    """The rules in force on some day of these periods, in order of their dates."""
    times = tuple(periods)
    return tuple(rule for rule in RULES if any(rule.period.meets(each) for each in times))


def steps_on(day: date) -> str:
    """The rule of steps in force on a day."""
    return next(rule.name for rule in RULES if rule.of == "steps" and rule.period.holds(Period(day, day)))
