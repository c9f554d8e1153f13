"""The years of the record as runs: which are played under which rule, any situation put into them."""

from dataclasses import dataclass
from datetime import timedelta

from experiments.calibration.record.period import Period
from experiments.calibration.simulate import MOST_INCIDENTS, WORKS_DAYS, WORKS_START
from sim.scenario.case import Case
from sim.scenario.loading import load_case

BUSY_AMONG = range(2010, 2015)  # years of the ministry's list: four without a crossing, 2014 with five
_FIVE_STEPS = ("five_step",)  # FACTS: the procedure of 2018-2024
_MOST_INCIDENTS = 5 * MOST_INCIDENTS  # of a run of several years; a history past this is censored


@dataclass(frozen=True)
class Stretch:
    """Days of the record that are one run, by the shipped scenario whose dates and rule they have.

    ``luck``: of its own, so that the stretches of a world share its border and sites, and no luck.
    """

    period: Period
    scenario: str
    luck: int
    most_incidents: int = _MOST_INCIDENTS
    policies: tuple[str, ...] = ()

    def case(self, situation: str) -> Case:
        """A situation in these days; raises ``BadInput`` for one that cannot be."""
        assignments = [f"start={self.period.first}", f"ends_after_incidents={self.most_incidents}"]
        return load_case(self.scenario, self.policies, assignments, days=self.period.days, under=situation)


WORKS = Stretch(
    Period(WORKS_START, WORKS_START + timedelta(days=WORKS_DAYS - 1)), "record_2024", 0, MOST_INCIDENTS
)
_THREE = (  # years without works, in runs of at most ten; those of the ministry's list one by one
    *(("1996-01", "2004-12"), ("2005-01", "2009-12")),
    *((f"{year}-01", f"{year}-12") for year in BUSY_AMONG),
    ("2016-01", "2018-10"),
)
_FIVE = (("2018-11", "2020-12"), ("2022-01", "2024-03"))
STRETCHES = (
    *(Stretch(Period.of(*ends), "record_2014", luck) for luck, ends in enumerate(_THREE, start=1)),
    *(
        Stretch(Period.of(*ends), "record_2014", luck, policies=_FIVE_STEPS)
        for luck, ends in enumerate(_FIVE, start=1 + len(_THREE))
    ),
    WORKS,
)
PLAYED = tuple(stretch.period for stretch in STRETCHES)


def is_played(periods: tuple[Period, ...]) -> bool:
    """Whether there are periods, and every day of them is played."""
    return bool(periods) and not any(each.without(PLAYED) for each in periods)
