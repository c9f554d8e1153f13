"""Incidents, forced one rule at a time: what is true of every one of them."""

import numpy as np
import pytest
from forced import ONE_PATROL, incidents, log

from sim.acts import Act, Actor
from sim.codes import Cause, Trigger
from sim.constants import NEVER
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH


def test_a_forced_patrol_opens_one_incident_and_everything_adds_up(play):
    model = play(**ONE_PATROL)
    data = incidents(model)[0]
    assert data["trigger"] == Trigger.VIOLATION
    assert (data["unit"].tolist(), data["post"][SOUTH]) == ([0, -1], 1)
    assert data["depth"] == pytest.approx(100.0)
    assert data["true_depth"] == pytest.approx(100.0)
    assert (data["map_m"], data["nav_m"], data["fix_m"]) == pytest.approx((100.0, 0.0, 0.0))
    assert Cause.words()[data["cause"]] == "map"
    assert (data["accidental"], data["dated"], data["false_"]) == (1, 0, 0)
    assert data["first"] == SOUTH
    assert log(model)[0][:4] == (0.0, SOUTH, "violation", pytest.approx(100.0))


def test_chains_of_reasons_run_forward_and_stop_at_the_close(play):
    """In a busy world, with everything on."""
    case = load_case(
        "declared",
        assignments=[
            "days=60",
            "clock.warmup_days=0",
            "start=2025-06-01",
            "north.works.distance_m=5",
            "north.navigation.error_m=15",
            "south.rules.p_grant_action=0.5",
            "hotline.working=true",
            "south.fire.p_support=0.8",
            "north.fire.p_support=0.8",
            "south.stray.per_post_year=0.1",
            "north.stray.per_post_year=0.05",
            "south.fire.p_casualty=0.5",
        ],
    )
    model = DmzModel(case, luck=3, seed=1).run()
    rows = incidents(model)
    assert len(rows) > 50
    assert {Trigger.VIOLATION, Trigger.STRAY_SHOT} <= set(rows["trigger"].tolist())
    used = model.state.log.table
    for row, data in enumerate(rows):
        chain = used[used["incident"] == row]
        assert np.all(np.diff(chain["minute"]) >= 0.0)
        assert chain["minute"][0] == data["opened"]
        done = [Act(e["act"]).word for e in chain]
        if data["closed"] < NEVER:
            assert done.count("closed") == 1
            assert np.all(chain["minute"] <= data["closed"])
            assert np.all(data["agenda"] >= data["closed"])
        gone = {"withdrew", "ran", "left_by_itself"}
        for side in (NORTH, SOUTH):
            own = [
                act
                for act, e in zip(done, chain, strict=True)
                if e["side"] == side and e["actor"] == Actor.UNIT and act != "learned"
            ]
            assert not gone & set(own[:-1])  # a unit that has left does nothing any more
        assert done.count("aimed_fire") == data["spells"].sum()
        assert done.count("warning_shots") == data["volleys"].sum()
        assert done.count("broadcast") == data["broadcasts"].sum()
        assert data["rung"] == highest_rung(done)


def highest_rung(done):
    rungs = {
        "broadcast": 1,
        "warning_shots": 2,
        "aimed_fire": 3,
        "casualties": 4,
        "heavy_weapons": 5,
        "other_area": 6,
    }
    return max((rungs.get(act, 0) for act in done), default=0)
