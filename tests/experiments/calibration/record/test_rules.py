"""Which rule of the south was in force."""

from datetime import date
from itertools import pairwise

import pytest

from experiments.calibration.record.period import Period
from experiments.calibration.record.rules import RULES, rules_in, steps_on
from sim.scenario.loading import load_case
from sim.scenario.sources import Citation

WINDOW = (Period.of("2024-06", "2025-10"),)


@pytest.mark.parametrize(
    "day, steps",
    [
        ("1997-07-16", "three steps"),
        ("2017-12-21", "three steps"),
        ("2020-05-03", "five steps"),
        ("2024-05-31", "five steps"),
        ("2024-06-01", "four steps"),
        ("2025-10-19", "four steps"),
    ],
)
def test_the_steps_of_a_day(day, steps):
    assert steps_on(date.fromisoformat(day)) == steps


@pytest.mark.parametrize("of", ["line", "steps"])
def test_on_each_day_one_rule_is_in_force(of):
    periods = [rule.period for rule in RULES if rule.of == of]
    assert periods[0].first == date.min and periods[-1].last == date.max
    for before, after in pairwise(periods):
        assert after.first.toordinal() == before.last.toordinal() + 1


def test_the_rules_of_a_period_in_words():
    assert [rule.within(WINDOW) for rule in rules_in(WINDOW)] == [
        "own line (to 2025-08)",
        "the more southern of own and commission's line (from 2025-09)",
        "four steps",
    ]
    in_2014 = (Period.of("2014-01", "2014-12"),)
    assert [rule.within(in_2014) for rule in rules_in(in_2014)] == ["own line", "three steps"]


def test_the_scenario_of_the_record_changes_its_line_on_the_same_day():
    (inject,) = [each for each in load_case("record_2024").scenario.injects if "line" in str(each)]
    (rule,) = [each for each in RULES if each.name.startswith("the more southern")]
    assert inject.date == rule.period.first


@pytest.mark.parametrize("source", sorted({rule.source for rule in RULES} - {"assumption"}))
def test_a_rule_rests_on_what_can_be_read(source):
    assert Citation.of(source).passages()
