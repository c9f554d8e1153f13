"""Pools: every arm of a study in them, once, and at an interim analysis what each had by then."""

import numpy as np
import pandas as pd

from experiments.findings.pools import Pools
from experiments.measures import by_world
from experiments.statistics.intervals import Pilot
from experiments.study.stopping import Interim


def arm(counts):
    """Events and years by world of runs, two a world, of two measures, for 365 days each."""
    runs = pd.DataFrame({"world": np.arange(len(counts)) // 2, "days": 365.0, "clashes": counts})
    return by_world(runs.assign(incidents=2 * runs["clashes"]), "clashes", "incidents")


ARMS = {"a": arm([1, 2, 0, 0, 5, 0]), "b": arm([0, 0, 1, 1])}


def test_a_pool_holds_every_arm_once_by_world():
    found = Pools(ARMS, ["clashes", "incidents"]).at()
    assert found["clashes"] == Pilot(10.0, 9.0 + 25.0 + 4.0, 5, 10)
    assert found["incidents"] == Pilot(20.0, 4 * 38.0, 5, 10)


def test_at_a_look_it_holds_what_each_arm_had():
    pools = Pools(ARMS, ["clashes"])
    found = pools.at(Interim(4, {"a": 4, "b": 2, "not played": 4}))["clashes"]
    assert found == Pilot(3.0, 9.0, 3, 6)
    assert pools.at(Interim(4, {"a": 4, "b": 2}))["clashes"] is found, "made once an analysis"
    assert pools.at()["clashes"].S == 10.0


def test_half_a_world_at_the_end_of_a_budget_is_pooled_too():
    found = Pools({"a": arm([1, 0, 4])}, ["clashes"]).at(Interim(3, {"a": 3}))["clashes"]
    assert (found.S, found.Q) == (5.0, 17.0)
