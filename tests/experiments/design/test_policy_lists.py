"""Lists of policies that have a name."""

from experiments.design.policy_lists import SHIPPED, SHORT, SHORT_LIST, listed
from experiments.design.request import Several, several_plan
from sim.scenario.library import shipped


def test_the_short_list_names_six_shipped_policies():
    assert len(set(SHORT_LIST)) == 6 and set(SHORT_LIST) <= set(shipped("policies"))
    assert [path.stem for path in listed(SHORT)] == list(SHORT_LIST)
    assert [path.stem for path in listed(SHIPPED)] == shipped("policies")
    assert listed("hotline") is None


def test_a_list_is_asked_for_by_its_name():
    found = several_plan(Several("baseline", (SHORT,), runs=2))
    assert found.pairs == 6 and found.command.startswith("dmz compare baseline --policies short --runs 2")
