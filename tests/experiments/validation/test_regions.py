"""A draw belongs to a region by several of its worlds, and not by one alone."""

import pandas as pd
import pytest

from experiments.findings.likeness import FEWEST, REGIONS
from experiments.store.piecewise import KEY
from experiments.validation import regions
from experiments.validation.nested import TABLE, play_nested
from sim.scenario.library import region_folder
from sim.scenario.loading import load_case

FALSE = {0: [10] * 5, 1: [10, 0, 0, 0, 0], 2: [5] * 5, 3: [0] * 5, 4: [10, 6, 10, 10, 10]}  # of ten


@pytest.fixture
def asked(monkeypatch):
    """Which worlds are asked for of each draw: made up, with ten perceived violations."""
    found = []

    def play(task):
        found.append((task.runs, task.places, task.policies, task.lucks))
        return {
            k: {TABLE: pd.DataFrame({KEY: k, "violations": 10, "map_violations": 0, "false_incidents": its})}
            for k in task.runs
            for its in [[FALSE[k][place] for place in task.places]]
        }

    def made_up(tasks, asked_to_play, workers):
        assert asked_to_play is play_nested and workers == 1
        return [(task, play(task)) for task in tasks]

    monkeypatch.setattr(regions, "on_processes", made_up)
    return found


def test_what_one_world_says_is_asked_of_further_ones(asked):
    like = regions.like_of("baseline", 5, 3, 1)
    assert like == {"straying": [3], "misjudged": [0, 4], "mapmade": []}
    assert asked == [((0, 1, 2, 3, 4), (0,), (), 1), ((0, 1, 3, 4), (1, 2, 3, 4), (), 1)]


def test_where_nothing_is_like_anything_there_is_no_region(asked, monkeypatch):
    monkeypatch.setitem(FALSE, 0, [5])
    assert regions.like_of("baseline", 1, 3, 1) == {"straying": [], "misjudged": [], "mapmade": []}
    assert len(asked) == 1


def test_shipped_regions_are_of_the_posterior_that_is_shipped():
    """Else one was made anew and its regions were not: ``python -m experiments.validation.regions``."""
    every = {tuple(row) for row in load_case("baseline").posterior.values.tolist()}
    found = list(region_folder().glob("*.yaml"))
    assert found and {path.stem for path in found} <= set(REGIONS)
    for path in found:
        its = load_case(str(path))
        assert its.lineage[0] == "baseline" and not its.held
        assert len(its.posterior.values) >= FEWEST
        assert {tuple(row) for row in its.posterior.values.tolist()} <= every
